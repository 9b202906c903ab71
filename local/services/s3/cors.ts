/**
 * Cross-origin requests of browsers to buckets.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
 */
import { AwsError } from "../../core/errors.ts";
import type { AwsCall, AwsReply } from "../../core/service.ts";
import type { CorsRule } from "./settings.ts";

/** Answers the question that a browser asks before it makes a request. */
export function preflight(call: AwsCall, rules: readonly CorsRule[]): AwsReply {
  const origin = call.headers.origin;
  const method = call.headers["access-control-request-method"];
  if (origin === undefined || method === undefined) {
    throw new AwsError("BadRequest", "Insufficient information. Origin request header needed.");
  }
  if (rules.length === 0) {
    throw new AwsError("AccessForbidden", "CORSResponse: CORS is not enabled for this bucket.", 403);
  }
  const asked = (call.headers["access-control-request-headers"] ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "");
  const rule = rules.find(
    (candidate) =>
      allows(candidate, origin, method) &&
      asked.every((name) => candidate.allowedHeaders.some((allowed) => matches(allowed.toLowerCase(), name))),
  );
  if (!rule) {
    const message =
      "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, " +
      "request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";
    throw new AwsError("AccessForbidden", message, 403);
  }
  const headers = corsHeaders(rule, origin);
  if (asked.length > 0) headers["access-control-allow-headers"] = asked.join(", ");
  return { status: 200, headers, body: "" };
}

/** The headers that let the page read the answer to a request; none when no rule allows it. */
export function answerHeaders(call: AwsCall, rules: readonly CorsRule[]): Record<string, string> {
  const origin = call.headers.origin;
  if (origin === undefined) return {};
  const rule = rules.find((candidate) => allows(candidate, origin, call.method));
  return rule ? corsHeaders(rule, origin) : {};
}

function corsHeaders(rule: CorsRule, origin: string): Record<string, string> {
  const isForAll = rule.allowedOrigins.includes("*");
  return {
    "access-control-allow-origin": isForAll ? "*" : origin,
    "access-control-allow-methods": rule.allowedMethods.join(", "),
    ...(isForAll ? {} : { "access-control-allow-credentials": "true" }),
    ...(rule.exposeHeaders.length > 0
      ? { "access-control-expose-headers": rule.exposeHeaders.join(", ") }
      : {}),
    ...(rule.maxAgeSeconds === undefined ? {} : { "access-control-max-age": String(rule.maxAgeSeconds) }),
    vary: "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
  };
}

function allows(rule: CorsRule, origin: string, method: string): boolean {
  return (
    rule.allowedMethods.includes(method) && rule.allowedOrigins.some((allowed) => matches(allowed, origin))
  );
}

/** A pattern has at most one `*`. */
function matches(pattern: string, text: string): boolean {
  const star = pattern.indexOf("*");
  if (star < 0) return pattern === text;
  const [start, end] = [pattern.slice(0, star), pattern.slice(star + 1)];
  return text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end);
}
