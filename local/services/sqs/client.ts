/** SQS's JSON operations on fauxqs. */
import { expectSuccess, type Fauxqs } from "../../real-parts/fauxqs.ts";

export const CONTENT_TYPE = "application/x-amz-json-1.0";

/** Carries out an operation; its errors are thrown as `AwsError`. */
export async function carryOut(
  fauxqs: Fauxqs,
  region: string,
  operation: string,
  input: object,
): Promise<Readonly<Record<string, unknown>>> {
  const answer = await fauxqs.request({
    method: "POST",
    url: "/",
    region,
    headers: { "content-type": CONTENT_TYPE, "x-amz-target": `AmazonSQS.${operation}` },
    body: JSON.stringify(input),
  });
  expectSuccess(answer);
  return JSON.parse(answer.body.toString("utf8")) as Record<string, unknown>;
}
