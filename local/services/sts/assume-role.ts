/** AssumeRole: credentials of a role. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
import { AwsError, notSupported } from "../../core/errors.ts";
import { SECRET_ACCESS_KEY, sessionKeyOf } from "../../core/identity.ts";
import type { AwsCall, Cloud } from "../../core/service.ts";
import { accessDenied, sessionArn } from "../iam/denial.ts";
import { trustsIdentity } from "../iam/trust-policies.ts";
import { element, uniqueId } from "./elements.ts";

const ACTION = "sts:AssumeRole";
const DEFAULT_SECONDS = 3_600;

/** Parameters that change what a session may do. */
const UNSUPPORTED = /^(?:Policy$|PolicyArns\.|Tags\.|TransitiveTagKeys\.)/;

/**
 * @returns the result in XML
 * @throws AwsError AccessDenied, ValidationError, NotImplemented
 */
export function assumeRole({ principal, body, query }: AwsCall, cloud: Cloud): string {
  const input = new URLSearchParams([...query, ...new URLSearchParams(body.toString("utf8"))]);
  const unsupported = [...input.keys()].find((name) => UNSUPPORTED.test(name));
  if (unsupported !== undefined) throw notSupported("sts", `AssumeRole with ${unsupported}`);
  const roleArn = required(input, "RoleArn");
  const session = required(input, "RoleSessionName");
  if (!/^[\w+=,.@-]{2,64}$/.test(session)) throw invalid(`RoleSessionName ${session} is not valid.`);
  const externalId = input.get("ExternalId");
  const context = {
    "sts:RoleSessionName": session,
    ...(externalId === null ? {} : { "sts:ExternalId": externalId }),
  };
  const assumption = { roleArn, principalArn: principal.arn, context };
  const permission = { action: ACTION, resource: roleArn, context };
  if (!trustsIdentity(cloud.resources(), cloud.world, assumption)) {
    const reason = "because the role's trust policy does not allow it";
    throw accessDenied({ principal, permission, reason });
  }
  cloud.authorize(principal, [permission]);
  const seconds = Number(input.get("DurationSeconds") ?? DEFAULT_SECONDS);
  return credentials(roleArn, session, cloud.clock.now() + seconds * 1000);
}

function credentials(roleArn: string, session: string, expiresAt: number): string {
  const arn = sessionArn({ kind: "role", arn: roleArn, session });
  return (
    element(
      "AssumedRoleUser",
      element("AssumedRoleId", `${uniqueId("AROA", roleArn)}:${session}`) + element("Arn", arn),
    ) +
    element(
      "Credentials",
      element("AccessKeyId", sessionKeyOf(roleArn, session)) +
        element("SecretAccessKey", SECRET_ACCESS_KEY) +
        element("SessionToken", Buffer.from(arn).toString("base64")) +
        element("Expiration", new Date(expiresAt).toISOString()),
    )
  );
}

function required(input: URLSearchParams, name: string): string {
  const value = input.get(name);
  if (value) return value;
  throw invalid(
    `1 validation error detected: Value null at '${name}' failed to satisfy constraint: Member must not be null`,
  );
}

function invalid(message: string): AwsError {
  return new AwsError("ValidationError", message);
}
