/**
 * Reading an AWS API call off an HTTP request: which service, which operation, whose key.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import type { IncomingMessage } from "node:http";
import { AwsError } from "../core/errors.ts";
import { collectBody } from "./body.ts";

/** Whose key signed a call, and for which service. Signatures themselves are not checked. */
export interface Credential {
  readonly accessKeyId: string;
  readonly region: string;
  /** SigV4 signing name, such as `dynamodb`. */
  readonly service: string;
}

/** Lower-case header names with one value each, as HTTP joins repeated ones. */
export function flatHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return headers;
}

/**
 * The whole body.
 * @throws AwsError RequestEntityTooLarge (413)
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const message = `The body is larger than the ${maxBytes} bytes taken here.`;
  const tooLarge = () => new AwsError("RequestEntityTooLarge", message, 413);
  return collectBody(request, { maxBytes, tooLarge, brokenOff: (error) => error });
}

/**
 * The credential of a call: from the Authorization header, of a presigned URL, or of a presigned POST's form.
 * Undefined for an unsigned call.
 */
export function credentialOf(
  headers: Readonly<Record<string, string>>,
  query: URLSearchParams,
  body: Buffer,
): Credential | undefined {
  const authorization = headers.authorization ?? "";
  const scope =
    (authorization.startsWith("AWS4-") ? /Credential=([^,\s]+)/.exec(authorization)?.[1] : undefined) ??
    query.get("X-Amz-Credential") ??
    formCredential(headers["content-type"] ?? "", body);
  if (!scope) return undefined;
  const [accessKeyId, , region, service] = scope.split("/");
  return accessKeyId && region !== undefined && service ? { accessKeyId, region, service } : undefined;
}

/** Presigned POSTs put their fields before the file, so the first bytes of the body are enough. */
const FORM_HEAD_BYTES = 32 * 1024;

function formCredential(contentType: string, body: Buffer): string | undefined {
  if (!contentType.startsWith("multipart/form-data")) return undefined;
  const head = body.subarray(0, FORM_HEAD_BYTES).toString("latin1");
  return /name="x-amz-credential"[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n([^\r\n]+)/i.exec(head)?.[1];
}

/** Target prefixes of services whose clients also make unsigned calls, and their signing names. */
const UNSIGNED_TARGETS: Readonly<Record<string, string>> = {
  AWSCognitoIdentityProviderService: "cognito-idp",
  AWSCognitoIdentityService: "cognito-identity",
};

/** The service of a call; an unsigned one that names no operation can only be meant for S3. */
export function serviceOf(
  credential: Credential | undefined,
  headers: Readonly<Record<string, string>>,
  operation: string | undefined,
): string {
  if (credential) return credential.service;
  const target = headers["x-amz-target"]?.split(".", 1)[0];
  if (target !== undefined) return UNSIGNED_TARGETS[target] ?? target;
  return operation === undefined ? "s3" : "unsigned";
}

/** The operation of an RPC-style call: `x-amz-target`, the `Action` of a form or query, or an RPC v2 path. */
export function operationOf(
  headers: Readonly<Record<string, string>>,
  path: string,
  query: URLSearchParams,
  body: Buffer,
): string | undefined {
  const target = headers["x-amz-target"];
  if (target !== undefined) return target.slice(target.lastIndexOf(".") + 1);
  if (headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) {
    const action = new URLSearchParams(body.toString("utf8")).get("Action");
    if (action !== null) return action;
  }
  return /^\/service\/[^/]+\/operation\/([^/]+)$/.exec(path)?.[1] ?? query.get("Action") ?? undefined;
}
