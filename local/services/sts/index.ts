/** AWS Security Token Service: says who the caller is. https://docs.aws.amazon.com/STS/latest/APIReference/ */
import { createHash } from "node:crypto";
import { notSupported } from "../../core/errors.ts";
import type { AwsCall, AwsReply, Cloud, ServiceDefinition } from "../../core/service.ts";
import { sessionArn } from "../iam/denial.ts";

export const sts: ServiceDefinition = {
  name: "sts",
  signingNames: ["sts"],
  protocol: "query",
  outputs: {},
  create: (cloud) => ({ realize: {}, call: (call) => answer(cloud, call) }),
};

async function answer(cloud: Cloud, call: AwsCall): Promise<AwsReply> {
  if (call.operation !== "GetCallerIdentity") throw notSupported("sts", call.operation ?? call.path);
  const { principal, requestId } = call;
  // An id keeps to the principal for life, so it is made of its ARN.
  const uniqueId = createHash("sha256").update(principal.arn).digest("hex").slice(0, 17).toUpperCase();
  const userId = principal.kind === "role" ? `AROA${uniqueId}:${principal.functionName}` : `AIDA${uniqueId}`;
  const body =
    `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>` +
    `<Arn>${sessionArn(principal)}</Arn><UserId>${userId}</UserId><Account>${cloud.world.account}</Account>` +
    `</GetCallerIdentityResult><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></GetCallerIdentityResponse>`;
  return { status: 200, headers: { "content-type": "text/xml" }, body };
}
