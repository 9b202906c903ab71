import type { APIGatewayProxyResult } from "aws-lambda";

/** What a handler answers. */
export interface ApiResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Written as JSON. Without it the answer has no body. */
  readonly body?: unknown;
}

const EXPOSED = "ETag, Idempotency-Replayed, Location, Retry-After, X-Request-Id";

/** The origins of `CORS_ALLOWED_ORIGINS`, a list with commas; empty or missing means no browser page may call. */
export function allowedOrigins(list = process.env.CORS_ALLOWED_ORIGINS): readonly string[] {
  return (list ?? "").split(",").filter((origin) => origin !== "");
}

/**
 * The answer in API Gateway's form, with the headers that every answer carries.
 * @param origin the request's Origin header
 */
export function toGatewayResult(
  response: ApiResponse,
  requestId: string,
  origin: string | undefined,
  origins: readonly string[],
): APIGatewayProxyResult {
  const { status, headers, body } = response;
  return {
    statusCode: status,
    headers: {
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
      ...standardHeaders(requestId, origin, origins),
    },
    body: body === undefined ? "" : JSON.stringify(body),
  };
}

/** The headers that every answer carries, whatever it is. */
export function standardHeaders(
  requestId: string,
  origin: string | undefined,
  origins: readonly string[],
): Record<string, string> {
  return {
    "x-request-id": requestId,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...corsHeaders(origin, origins),
  };
}

function corsHeaders(origin: string | undefined, origins: readonly string[]): Record<string, string> {
  if (origins.length === 0) return {};
  if (origin === undefined || !origins.includes(origin)) return { vary: "Origin" };
  return {
    vary: "Origin",
    "access-control-allow-origin": origin,
    "access-control-expose-headers": EXPOSED,
  };
}
