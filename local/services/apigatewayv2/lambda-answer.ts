/**
 * A function's answer, in both payload formats.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.response
 */
import type { Invocation } from "../../core/apis.ts";
import type { Answer } from "../apigateway/exchange.ts";
import type { JsonObject } from "../apigateway/json.ts";
import { isObject, listOf } from "../apigateway/json.ts";
import { proxyAnswerOf } from "../apigateway/proxy-answer.ts";
import { AnswerHeaders } from "../apigateway/response-headers.ts";
import { integrationError } from "./http-api-error.ts";
import type { PayloadFormat } from "./model.ts";

/** Of answers that name no type. */
const DEFAULT_TYPE = "text/plain; charset=utf-8";

/** @throws HttpApiError or GatewayError for a function error or a malformed answer */
export function lambdaAnswerOf(invocation: Invocation, format: PayloadFormat): Answer {
  if (invocation.functionError) throw integrationError(`The function failed: ${invocation.payload}`);
  if (format === "1.0") return proxyAnswerOf(invocation, true, DEFAULT_TYPE);
  const answer: unknown = JSON.parse(invocation.payload);
  const isStructured = isObject(answer) && answer.statusCode !== undefined;
  return isStructured ? structured(answer) : inferred(answer);
}

/** JSON without a status is the body of an answer that went well. */
function inferred(answer: unknown): Answer {
  const body = typeof answer === "string" ? answer : JSON.stringify(answer);
  return { status: 200, headers: { "content-type": "application/json" }, body };
}

function structured(answer: JsonObject): Answer {
  const { body, isBase64Encoded, cookies } = answer;
  const status = Number(answer.statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599)
    throw malformed("statusCode is not a status");
  if (body !== undefined && body !== null && typeof body !== "string") throw malformed("body is not a text");
  const text = body ?? "";
  const headers = new AnswerHeaders();
  for (const [name, value] of headerEntries(answer.headers)) headers.add(name, value);
  for (const cookie of listOf(cookies)) headers.add("set-cookie", String(cookie));
  return {
    status,
    headers: headers.finish(text === "" ? undefined : DEFAULT_TYPE),
    body: isBase64Encoded === true ? Buffer.from(text, "base64") : text,
  };
}

function headerEntries(headers: unknown): [string, string][] {
  if (headers === undefined || headers === null) return [];
  if (!isObject(headers)) throw malformed("headers is not an object");
  return Object.entries(headers).map(([name, value]) => {
    if (typeof value === "object" || value === undefined) throw malformed(`header ${name} is not a text`);
    return [name, String(value)];
  });
}

function malformed(detail: string): Error {
  return integrationError(`The function's answer is malformed: ${detail}`);
}
