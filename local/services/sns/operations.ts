/** Answers SNS's API calls: authorized here, carried out by fauxqs. */
import { randomUUID } from "node:crypto";
import { AwsError, notSupported } from "../../core/errors.ts";
import type { AwsCall, AwsReply, Cloud } from "../../core/service.ts";
import { logFailure } from "../../real-parts/failure-log.ts";
import { fauxqsOf } from "../../real-parts/fauxqs.ts";
import { CONTENT_TYPE } from "./client.ts";
import { publishing } from "./queue-deliveries.ts";
import type { StructuredMessages } from "./structured-messages.ts";
import type { Subscriptions } from "./subscriptions.ts";

/**
 * The permission that an operation needs, and the parameter with the ARN it is about; without one it is about all.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
 */
const OPERATIONS: Readonly<Record<string, readonly [action: string, parameter?: string]>> = {
  CreateTopic: ["CreateTopic", "Name"],
  DeleteTopic: ["DeleteTopic", "TopicArn"],
  GetSubscriptionAttributes: ["GetSubscriptionAttributes", "SubscriptionArn"],
  GetTopicAttributes: ["GetTopicAttributes", "TopicArn"],
  ListSubscriptions: ["ListSubscriptions"],
  ListSubscriptionsByTopic: ["ListSubscriptionsByTopic", "TopicArn"],
  ListTagsForResource: ["ListTagsForResource", "ResourceArn"],
  ListTopics: ["ListTopics"],
  Publish: ["Publish", "TopicArn"],
  PublishBatch: ["Publish", "TopicArn"],
  SetSubscriptionAttributes: ["SetSubscriptionAttributes", "SubscriptionArn"],
  SetTopicAttributes: ["SetTopicAttributes", "TopicArn"],
  Subscribe: ["Subscribe", "TopicArn"],
  TagResource: ["TagResource", "ResourceArn"],
  Unsubscribe: ["Unsubscribe", "SubscriptionArn"],
  UntagResource: ["UntagResource", "ResourceArn"],
};

const SUBJECT_LIMIT = 100;

export async function answer(
  call: AwsCall,
  cloud: Cloud,
  subscriptions: Subscriptions,
  structured: StructuredMessages,
): Promise<AwsReply> {
  const operation = call.operation ?? "";
  const known = Object.hasOwn(OPERATIONS, operation) ? OPERATIONS[operation] : undefined;
  if (!known) throw notSupported("sns", operation || `${call.method} ${call.path}`);
  const parameters = new URLSearchParams(call.body.toString("utf8"));
  if (parameters.has("TargetArn")) parameters.set("TopicArn", parameters.get("TargetArn") ?? "");
  const [action, parameter] = known;
  const resource = resourceOf(parameters, parameter, call, cloud);
  cloud.authorize(call.principal, [{ action: `sns:${action}`, resource }]);
  if (operation === "Publish" && parameters.has("PhoneNumber")) return sendText(parameters, cloud);
  refuseUnsupported(operation, parameters);
  if (action === "Publish") structured.flatten(parameters);

  for (const [program, own] of subscriptions.arns()) {
    if (parameters.get("SubscriptionArn") === program) parameters.set("SubscriptionArn", own);
  }
  const headers = { ...call.headers, "content-type": CONTENT_TYPE };
  const fauxqs = await fauxqsOf(cloud);
  const forward = () => fauxqs.forward({ ...call, path: "/", headers }, parameters.toString());
  const reply = await (action === "Publish" ? publishing(cloud, fauxqs, resource, forward) : forward());
  logFailure(cloud, "sns", operation, call, reply);
  return operation.includes("Subscription") ? asProgramSees(reply, cloud, subscriptions) : reply;
}

function resourceOf(
  parameters: URLSearchParams,
  parameter: string | undefined,
  call: AwsCall,
  { world }: Cloud,
): string {
  const value = parameter === undefined ? null : parameters.get(parameter);
  if (value === null) return "*";
  if (parameter === "Name") return `arn:aws:sns:${call.region}:${world.account}:${value}`;
  return parameter === "SubscriptionArn" ? value.slice(0, value.lastIndexOf(":")) : value;
}

function refuseUnsupported(operation: string, parameters: URLSearchParams): void {
  const protocol = parameters.get("Protocol");
  if (operation === "Subscribe" && protocol !== "sqs") {
    throw notSupported("sns", `Subscribe by API call with protocol ${protocol ?? ""}`);
  }
  const subject = parameters.get("Subject");
  if (subject !== null && (subject.length > SUBJECT_LIMIT || !/^[\x21-\x7e][\x20-\x7e]*$/.test(subject))) {
    throw new AwsError("InvalidParameter", "Invalid parameter: Subject");
  }
}

/** A text message straight to a phone. */
function sendText(parameters: URLSearchParams, cloud: Cloud): AwsReply {
  cloud.services.mailbox.capture({
    kind: "sms",
    to: parameters.get("PhoneNumber") ?? "",
    from: "SNS",
    subject: "",
    body: parameters.get("Message") ?? "",
  });
  const body =
    '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult>' +
    `<MessageId>${randomUUID()}</MessageId></PublishResult></PublishResponse>`;
  return { status: 200, headers: { "content-type": "text/xml" }, body };
}

/** The program's subscriptions with their own ARNs, protocols and endpoints. */
function asProgramSees(
  reply: AwsReply & { readonly body: Buffer },
  cloud: Cloud,
  subscriptions: Subscriptions,
): AwsReply {
  let body = reply.body.toString("utf8");
  for (const [program, own] of subscriptions.arns()) {
    const { protocol, endpoint } = cloud.resources().find(({ id }) => id === program)?.inputs ?? {};
    const shown = `<Protocol>${String(protocol)}</Protocol><Endpoint>${String(endpoint)}</Endpoint>`;
    const member = new RegExp(`(${own}[\\s\\S]*?)<Protocol>[^<]*</Protocol>\\s*<Endpoint>[^<]*</Endpoint>`);
    body = body.replace(member, `$1${shown}`).replaceAll(own, program);
  }
  return { ...reply, body };
}
