/** The part of IAM's API on inline policies of roles. https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html */
import { AwsError, notSupported, UserError } from "../../core/errors.ts";
import type { AwsCall, AwsReply, Cloud } from "../../core/service.ts";
import { readPolicy } from "./documents.ts";
import type { RolePolicies } from "./role-policies.ts";

interface Question {
  readonly role: string;
  readonly parameter: (name: string) => string;
}

/** The XML of the result; empty for operations that have none. */
type Operation = (question: Question, policies: RolePolicies) => string;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  DeleteRolePolicy: ({ role, parameter }, policies) => {
    const name = parameter("PolicyName");
    existing(role, name, policies);
    policies.change(role, name, null);
    return "";
  },
  GetRolePolicy: ({ role, parameter }, policies) => {
    const name = parameter("PolicyName");
    const document = encodeURIComponent(existing(role, name, policies));
    return (
      `<RoleName>${escapeXml(role)}</RoleName><PolicyName>${escapeXml(name)}</PolicyName>` +
      `<PolicyDocument>${document}</PolicyDocument>`
    );
  },
  ListRolePolicies: ({ role }, policies) => {
    const names = [...policies.of(role).keys()].sort();
    const members = names.map((name) => `<member>${escapeXml(name)}</member>`).join("");
    return `<PolicyNames>${members}</PolicyNames><IsTruncated>false</IsTruncated>`;
  },
  PutRolePolicy: ({ role, parameter }, policies) => {
    const document = parameter("PolicyDocument");
    check(document);
    policies.change(role, parameter("PolicyName"), document);
    return "";
  },
};

export async function answer(call: AwsCall, cloud: Cloud, policies: RolePolicies): Promise<AwsReply> {
  const name = call.operation ?? "";
  const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
  if (!operation) throw notSupported("iam", name || `${call.method} ${call.path}`);
  const parameters = new URLSearchParams(call.body.toString("utf8"));
  const parameter = (key: string): string => {
    const value = parameters.get(key);
    if (value !== null && value !== "") return value;
    throw new AwsError("ValidationError", `The request must contain the parameter ${key}.`);
  };
  const role = parameter("RoleName");
  const found = policies.role(role);
  const arn = String(found?.outputs.arn ?? `arn:aws:iam::${cloud.world.account}:role/${role}`);
  cloud.authorize(call.principal, [{ action: `iam:${name}`, resource: arn }]);
  if (!found) throw noSuchEntity(`The role with name ${role} cannot be found.`);
  const result = operation({ role, parameter }, policies);
  const wrapped = result === "" ? "" : `<${name}Result>${result}</${name}Result>`;
  const metadata = `<ResponseMetadata><RequestId>${call.requestId}</RequestId></ResponseMetadata>`;
  const body = `<${name}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/">${wrapped}${metadata}</${name}Response>`;
  return { status: 200, headers: { "content-type": "text/xml" }, body };
}

function existing(role: string, policy: string, policies: RolePolicies): string {
  const document = policies.of(role).get(policy);
  if (document !== undefined) return document;
  throw noSuchEntity(`The role policy with name ${policy} cannot be found.`);
}

function check(document: string): void {
  try {
    readPolicy("of the call", document);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new AwsError("MalformedPolicyDocument", error.message);
  }
}

function noSuchEntity(message: string): AwsError {
  return new AwsError("NoSuchEntity", message, 404);
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
