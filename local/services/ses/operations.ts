/** The SES API, version 2. */
import { randomUUID } from "node:crypto";
import { AwsError, notSupported } from "../../core/errors.ts";
import { type JsonInput, jsonReply, parseInput } from "../../core/protocol.ts";
import type { AwsCall, AwsReply, Cloud } from "../../core/service.ts";
import type { Identities } from "./identities.ts";
import { identityArn } from "./outputs.ts";

/** https://docs.aws.amazon.com/ses/latest/dg/quotas.html */
const MAX_RECIPIENTS = 50;
const ADDRESS = /^(?:.*<)?([^\s<>@]+@[^\s<>@]+)>?$/;

interface Destination {
  readonly ToAddresses?: readonly string[];
  readonly CcAddresses?: readonly string[];
  readonly BccAddresses?: readonly string[];
}

interface Part {
  readonly Data?: string;
}

interface SimpleMessage {
  readonly Subject?: Part;
  readonly Body?: { readonly Text?: Part; readonly Html?: Part };
}

/** The way to answer a call of the API. */
export function answerer(cloud: Cloud, identities: Identities): (call: AwsCall) => Promise<AwsReply> {
  return async (call) => {
    const path = decodeURIComponent(call.path).replace(/\/$/, "");
    if (call.method === "POST" && path === "/v2/email/outbound-emails") {
      return jsonReply(sendEmail(cloud, identities, call, parseInput(call.body)), "application/json");
    }
    if (call.method === "GET" && path === "/v2/email/identities") {
      cloud.authorize(call.principal, [{ action: "ses:ListEmailIdentities", resource: "*" }]);
      return jsonReply({ EmailIdentities: identities.list().map(summary) }, "application/json");
    }
    throw notSupported("ses", call.operation ?? `${call.method} ${path}`);
  };
}

function summary(IdentityName: string) {
  const IdentityType = IdentityName.includes("@") ? "EMAIL_ADDRESS" : "DOMAIN";
  return { IdentityName, IdentityType, SendingEnabled: true, VerificationStatus: "SUCCESS" };
}

/** https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html */
function sendEmail(cloud: Cloud, identities: Identities, call: AwsCall, input: JsonInput): unknown {
  const from = addressOf(String(input.FromEmailAddress ?? ""));
  const recipients = recipientsOf((input.Destination ?? {}) as Destination);
  const identity = identities.of(from);
  authorize(cloud, call, identity ?? from, from, recipients);
  if (identity === undefined) {
    const region = cloud.world.region.toUpperCase();
    const message = `Email address is not verified. The following identities failed the check in region ${region}: ${from}`;
    throw new AwsError("MessageRejected", message);
  }
  const { Subject, Body } = simpleMessage(input);
  for (const to of recipients) {
    cloud.services.mailbox.capture({
      kind: "email",
      to,
      from,
      subject: Subject?.Data ?? "",
      body: Body?.Text?.Data ?? Body?.Html?.Data ?? "",
    });
  }
  return { MessageId: `${randomUUID()}-000000` };
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsimpleemailservicev2.html */
function authorize(
  cloud: Cloud,
  { principal }: AwsCall,
  identity: string,
  from: string,
  recipients: readonly string[],
): void {
  const context = { "ses:FromAddress": from, "ses:Recipients": recipients, "ses:ApiVersion": "2" };
  cloud.authorize(principal, [
    { action: "ses:SendEmail", resource: identityArn(cloud.world, identity), context },
  ]);
}

function recipientsOf({ ToAddresses = [], CcAddresses = [], BccAddresses = [] }: Destination): string[] {
  const recipients = [...ToAddresses, ...CcAddresses, ...BccAddresses].map(addressOf);
  if (recipients.length === 0) throw badRequest("Missing required field: Destination.");
  if (recipients.length > MAX_RECIPIENTS) {
    throw badRequest(`Recipient count exceeds ${MAX_RECIPIENTS}.`);
  }
  return recipients;
}

function simpleMessage({ Content }: JsonInput): SimpleMessage {
  const { Simple, Raw, Template } = (Content ?? {}) as Readonly<Record<string, unknown>>;
  if (Raw) throw notSupported("ses", "SendEmail with a raw message");
  if (Template) throw notSupported("ses", "SendEmail with a template");
  const message = (Simple ?? {}) as SimpleMessage;
  if (!message.Subject || !(message.Body?.Text || message.Body?.Html)) {
    throw badRequest("Missing required field: Content.Simple with Subject and Body.");
  }
  return message;
}

function addressOf(text: string): string {
  const [, address] = ADDRESS.exec(text.trim()) ?? [];
  if (address === undefined) throw badRequest(`Invalid email address: ${text}`);
  return address;
}

function badRequest(message: string): AwsError {
  return new AwsError("BadRequestException", message);
}
