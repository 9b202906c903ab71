/**
 * API Gateway's own errors in the shape of all others: problem details (RFC 9457).
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
import type { CorsContract } from "./contract.ts";

/** One entry of `x-amazon-apigateway-gateway-responses`. */
export interface GatewayResponse {
  readonly statusCode?: string;
  readonly responseParameters: Readonly<Record<string, string>>;
  readonly responseTemplates: Readonly<Record<string, string>>;
}

/** What an error says, and the headers that it has of its own. */
export interface Problem {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  /** JSON text of the member `errors`. */
  readonly errors?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const forbidden = (detail: string): Problem => ({ status: 403, title: "Forbidden", detail });
const internal: Problem = {
  status: 500,
  title: "Internal Server Error",
  detail: "The request could not be processed.",
};
const badGateway: Problem = {
  status: 502,
  title: "Bad Gateway",
  detail: "The request could not be processed. It may be tried again.",
};
const tooMany = (detail: string): Problem => ({ status: 429, title: "Too Many Requests", detail });

/**
 * API Gateway substitutes variables in these templates and does no more. It escapes `validationErrorString` for a JSON
 * string but brings no quotes; `messageString` brings its own.
 */
const PROBLEMS: Readonly<Record<string, Problem>> = {
  ACCESS_DENIED: forbidden("The caller may not do this."),
  API_CONFIGURATION_ERROR: internal,
  AUTHORIZER_CONFIGURATION_ERROR: internal,
  AUTHORIZER_FAILURE: internal,
  BAD_REQUEST_BODY: {
    status: 400,
    title: "Bad Request",
    detail: "The request body is not valid.",
    errors: '[{"pointer":"","detail":"$context.error.validationErrorString"}]',
  },
  BAD_REQUEST_PARAMETERS: {
    status: 400,
    title: "Bad Request",
    detail: "A request parameter is missing.",
    errors: '[{"detail":$context.error.messageString}]',
  },
  EXPIRED_TOKEN: forbidden("The token has expired."),
  INTEGRATION_FAILURE: badGateway,
  INTEGRATION_TIMEOUT: {
    status: 504,
    title: "Gateway Timeout",
    detail: "The request took too long. Whether it took effect is not known.",
  },
  INVALID_API_KEY: forbidden("The header x-api-key is missing or does not hold a valid key."),
  INVALID_SIGNATURE: forbidden("The signature of the request is not valid."),
  MISSING_AUTHENTICATION_TOKEN: {
    status: 404,
    title: "Not Found",
    detail: "There is no such path, or it does not take this method.",
  },
  QUOTA_EXCEEDED: tooMany("The quota of the API key is used up."),
  REQUEST_TOO_LARGE: { status: 413, title: "Content Too Large", detail: "The request is too large." },
  RESOURCE_NOT_FOUND: { status: 404, title: "Not Found", detail: "There is no such path." },
  THROTTLED: {
    ...tooMany("Too many requests at once. Try again shortly."),
    headers: { "Retry-After": "1" },
  },
  UNAUTHORIZED: {
    status: 401,
    title: "Unauthorized",
    detail: "The request needs a valid token.",
    headers: { "WWW-Authenticate": 'Bearer error="invalid_token"' },
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    title: "Unsupported Media Type",
    detail: "The content type of the request is not supported.",
  },
  WAF_FILTERED: forbidden("The request was refused."),
};

/**
 * Whatever has no type of its own. A status code here would rewrite the status of every type without one, so there is
 * none; what is left are requests that are not HTTP as it should be, and functions that crashed.
 */
const DEFAULTS: Readonly<Record<string, Problem>> = {
  DEFAULT_4XX: { status: 400, title: "Bad Request", detail: "The request could not be understood." },
  DEFAULT_5XX: badGateway,
};

/** The problem details of an error, as a mapping template. */
export function problemTemplate({ status, title, detail, errors }: Problem): string {
  const members = JSON.stringify({
    type: "about:blank",
    title,
    status,
    detail,
    instance: "urn:req:$context.requestId",
  });
  return errors === undefined ? members : `${members.slice(0, -1)},"errors":${errors}}`;
}

/**
 * Gateway responses cannot choose among several origins. They hold nothing that is not public and never allow
 * credentials, and a page of another origin gets no further than the preflight, so with several origins all may read them.
 */
export function corsHeaders(
  cors: CorsContract | undefined,
  exposed: readonly string[] = ["x-request-id", "Retry-After"],
): Record<string, string> {
  const [first, ...others] = cors?.allowedOrigins ?? [];
  if (first === undefined) return {};
  return {
    "Access-Control-Allow-Origin": others.length === 0 ? first : "*",
    "Access-Control-Expose-Headers": exposed.join(","),
  };
}

function gatewayResponse(problem: Problem, cors: CorsContract | undefined, fixed: boolean): GatewayResponse {
  const constants = {
    "Content-Type": "application/problem+json",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    ...corsHeaders(cors),
    ...problem.headers,
  };
  const quoted = Object.entries(constants).map(([header, value]) => [
    `gatewayresponse.header.${header}`,
    `'${value}'`,
  ]);
  return {
    ...(fixed && { statusCode: String(problem.status) }),
    responseParameters: {
      ...Object.fromEntries(quoted),
      "gatewayresponse.header.x-request-id": "context.requestId",
    },
    // The key that API Gateway falls back to whatever the request accepts; the header above names the real type.
    responseTemplates: { "application/json": problemTemplate(problem) },
  };
}

/** The value of `x-amazon-apigateway-gateway-responses`. */
export function gatewayResponses(cors: CorsContract | undefined): Record<string, GatewayResponse> {
  const render = (problems: Readonly<Record<string, Problem>>, fixed: boolean) =>
    Object.entries(problems).map(([type, problem]) => [type, gatewayResponse(problem, cors, fixed)]);
  return Object.fromEntries([...render(PROBLEMS, true), ...render(DEFAULTS, false)]);
}
