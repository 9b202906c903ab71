/**
 * AWS Security Token Service: who the caller is, and credentials of roles. Not here: session policies and tags, sessions by
 * web identity or SAML, the end of sessions.
 * https://docs.aws.amazon.com/STS/latest/APIReference/
 */
import { notSupported } from "../../core/errors.ts";
import type { AwsCall, AwsReply, Cloud, ServiceDefinition } from "../../core/service.ts";
import { sessionArn, sessionName } from "../iam/denial.ts";
import { assumeRole } from "./assume-role.ts";
import { element, uniqueId } from "./elements.ts";

type Operation = (call: AwsCall, cloud: Cloud) => string;

/** The result of each operation, in XML. */
const OPERATIONS: Readonly<Record<string, Operation>> = {
  AssumeRole: assumeRole,
  GetCallerIdentity: callerIdentity,
};

export const sts: ServiceDefinition = {
  name: "sts",
  signingNames: ["sts"],
  protocol: "query",
  outputs: {},
  create: (cloud) => ({ realize: {}, call: (call) => answer(cloud, call) }),
};

async function answer(cloud: Cloud, call: AwsCall): Promise<AwsReply> {
  const name = call.operation ?? "";
  const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
  if (!operation) throw notSupported("sts", name || call.path);
  const result = element(`${name}Result`, operation(call, cloud));
  const metadata = element("ResponseMetadata", element("RequestId", call.requestId));
  const namespace = "https://sts.amazonaws.com/doc/2011-06-15/";
  const body = `<${name}Response xmlns="${namespace}">${result}${metadata}</${name}Response>`;
  return { status: 200, headers: { "content-type": "text/xml" }, body };
}

function callerIdentity({ principal }: AwsCall, { world }: Cloud): string {
  const isRole = principal.kind === "role";
  const userId = isRole
    ? `${uniqueId("AROA", principal.arn)}:${sessionName(principal)}`
    : uniqueId("AIDA", principal.arn);
  return (
    element("Arn", sessionArn(principal)) + element("UserId", userId) + element("Account", world.account)
  );
}
