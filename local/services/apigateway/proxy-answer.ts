/**
 * A function's answer to a proxy event, checked as API Gateway checks it.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format
 */
import type { Invocation } from "../../core/apis.ts";
import type { Answer } from "./exchange.ts";
import { malformedAnswer } from "./gateway-error.ts";
import type { JsonObject } from "./json.ts";
import { isObject } from "./json.ts";
import { AnswerHeaders } from "./response-headers.ts";

const MEMBERS = new Set(["statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"]);

/**
 * @param acceptsBinary whether the client accepts a binary media type of the API; else base64 is passed on as text
 * @param contentType of an answer that names none
 * @throws GatewayError 502 for a function error or a malformed answer
 */
export function proxyAnswerOf(
  invocation: Invocation,
  acceptsBinary: boolean,
  contentType = "application/json",
): Answer {
  if (invocation.functionError)
    throw malformedAnswer(`Lambda execution failed due to customer function error: ${invocation.payload}`);
  const answer = parse(invocation.payload);
  const { body, isBase64Encoded } = answer;
  if (body !== undefined && body !== null && typeof body !== "string") throw malformed("body is not a text");
  const text = body ?? "";
  return {
    status: statusOf(answer.statusCode),
    headers: headersOf(answer, contentType),
    body: isBase64Encoded === true && acceptsBinary ? Buffer.from(text, "base64") : text,
  };
}

function malformed(detail: string): Error {
  return malformedAnswer(
    `Execution failed due to configuration error: Malformed Lambda proxy response (${detail})`,
  );
}

function parse(payload: string): JsonObject {
  let answer: unknown;
  try {
    answer = JSON.parse(payload);
  } catch {
    throw malformed("not JSON");
  }
  if (!isObject(answer)) throw malformed("not an object");
  for (const member in answer) if (!MEMBERS.has(member)) throw malformed(`unknown member ${member}`);
  return answer;
}

/** No status is 200; a status as text is taken. */
function statusOf(statusCode: unknown): number {
  if (statusCode === undefined || statusCode === null) return 200;
  const isNumeric = typeof statusCode === "number" || /^\d{3}$/.test(String(statusCode));
  const status = isNumeric ? Number(statusCode) : Number.NaN;
  if (!Number.isInteger(status) || status < 200 || status > 599)
    throw malformed("statusCode is not a status");
  return status;
}

/** Single and multiple values together; where both name a header, its multiple values come first. */
function headersOf({ headers, multiValueHeaders }: JsonObject, contentType: string): Answer["headers"] {
  const merged = new AnswerHeaders();
  for (const [name, values] of entriesOf(multiValueHeaders, "multiValueHeaders")) {
    if (!Array.isArray(values)) throw malformed(`multiValueHeaders.${name} is not a list`);
    for (const value of values) merged.add(name, textOf(name, value));
  }
  for (const [name, value] of entriesOf(headers, "headers")) merged.add(name, textOf(name, value));
  return merged.finish(contentType);
}

function entriesOf(value: unknown, member: string): [string, unknown][] {
  if (value === undefined || value === null) return [];
  if (!isObject(value)) throw malformed(`${member} is not an object`);
  return Object.entries(value);
}

function textOf(name: string, value: unknown): string {
  if (typeof value === "object" || value === undefined) throw malformed(`header ${name} is not a text`);
  return String(value);
}
