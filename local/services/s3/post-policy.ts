/**
 * The policy of a presigned POST: what an upload through it must be like.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 */
import { createHmac } from "node:crypto";
import { AwsError } from "../../core/errors.ts";
import type { UploadForm } from "./form.ts";

interface Policy {
  readonly expiration: string;
  readonly conditions: readonly unknown[];
}

/** Fields that need no condition. */
const FREE_FIELDS = ["policy", "x-amz-signature", "file", "awsaccesskeyid", "signature", "bucket"];

/**
 * Refuses an upload that its policy does not allow. A form without a policy is an anonymous upload, which is not this
 * function's matter.
 * @param now milliseconds since the epoch
 * @throws AwsError AccessDenied, EntityTooSmall, EntityTooLarge, InvalidPolicyDocument
 */
export function checkPolicy(form: UploadForm, bucket: string, now: number): void {
  const encoded = form.fields.get("policy");
  if (encoded === undefined) return;
  const policy = parsePolicy(encoded);
  if (!(Date.parse(policy.expiration) > now)) throw denied("Policy expired.");
  const fields = new Map([...form.fields, ["bucket", bucket]]);
  const covered = new Set(FREE_FIELDS);
  for (const condition of policy.conditions) checkCondition(condition, fields, form.fileSize, covered);
  for (const name of form.fields.keys()) {
    if (!covered.has(name) && !name.startsWith("x-ignore-")) {
      throw denied(`Extra input fields: ${name}`);
    }
  }
}

/**
 * Refuses a form whose policy is not the one that was signed.
 * @param secret the secret of the access key that the form names
 * @throws AwsError SignatureDoesNotMatch
 */
export function checkSignature({ fields }: UploadForm, secret: string): void {
  const [, date = "", region = "", service = ""] = (fields.get("x-amz-credential") ?? "").split("/");
  const key = [date, region, service, "aws4_request"].reduce<string | Buffer>(hmac, `AWS4${secret}`);
  const signature = hmac(key, fields.get("policy") ?? "").toString("hex");
  if (signature === fields.get("x-amz-signature")) return;
  const message =
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
  throw new AwsError("SignatureDoesNotMatch", message, 403);
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function checkCondition(
  condition: unknown,
  fields: ReadonlyMap<string, string>,
  fileSize: number,
  covered: Set<string>,
): void {
  if (!Array.isArray(condition)) {
    for (const [name, value] of Object.entries(condition as object)) {
      checkField("eq", name, String(value), fields, covered, condition);
    }
    return;
  }
  const [operator, first, second] = condition as unknown[];
  const kind = String(operator).toLowerCase();
  if (kind === "content-length-range") checkSize(fileSize, Number(first), Number(second));
  else if (kind === "eq" || kind === "starts-with") {
    checkField(kind, String(first).replace(/^\$/, ""), String(second), fields, covered, condition);
  } else {
    throw new AwsError("InvalidPolicyDocument", `Invalid Policy: Invalid Condition '${String(operator)}'`);
  }
}

function checkField(
  operator: "eq" | "starts-with",
  name: string,
  wanted: string,
  fields: ReadonlyMap<string, string>,
  covered: Set<string>,
  condition: unknown,
): void {
  const field = name.toLowerCase();
  covered.add(field);
  const value = fields.get(field) ?? "";
  const isMet = operator === "eq" ? value === wanted : startsWith(field, value, wanted);
  if (!isMet) throw denied(`Policy Condition failed: ${asAws(operator, name, wanted, condition)}`);
}

/** A content type may be a list; each of its entries must begin so. */
function startsWith(field: string, value: string, wanted: string): boolean {
  const values = field === "content-type" ? value.split(",") : [value];
  return values.every((entry) => entry.startsWith(wanted));
}

function checkSize(size: number, minimum: number, maximum: number): void {
  if (size < minimum) {
    throw new AwsError("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");
  }
  if (size > maximum) {
    throw new AwsError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
  }
}

function parsePolicy(encoded: string): Policy {
  try {
    const policy = JSON.parse(Buffer.from(encoded, "base64").toString("utf8")) as Partial<Policy>;
    if (typeof policy.expiration === "string" && Array.isArray(policy.conditions)) return policy as Policy;
  } catch {
    // Answered below like a policy without its parts.
  }
  throw new AwsError("InvalidPolicyDocument", "Invalid Policy: Invalid JSON.");
}

function asAws(operator: string, name: string, wanted: string, condition: unknown): string {
  return JSON.stringify(Array.isArray(condition) ? condition : [operator, `$${name}`, wanted]);
}

function denied(reason: string): AwsError {
  return new AwsError("AccessDenied", `Invalid according to Policy: ${reason}`, 403);
}
