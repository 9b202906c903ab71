/**
 * A whole web application (Hono) behind one function: takes API Gateway's events (REST API, proxy integration, payload 1.0)
 * and answers in its form. Hono's own adapter would do for this, but it hands on neither repeated headers as they came nor
 * the request that validation, idempotency and correlation ids here are built on.
 */
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context as LambdaContext } from "aws-lambda";
import type { Context } from "hono";
import type { Hono } from "hono/tiny";
import { logger } from "./logger.ts";
import { notFound, toResponse } from "./problem.ts";
import type { ApiRequest } from "./request.ts";
import { requestId, toRequest } from "./request.ts";
import type { ApiResponse } from "./response.ts";
import { allowedOrigins, standardHeaders } from "./response.ts";

/** What an application's handlers find in `c.env`. */
export interface WebEnvironment {
  readonly Bindings: { readonly request: ApiRequest };
}

type WebContext = Context<WebEnvironment>;

/** Bodies that API Gateway takes as they are; others go through it in base64. */
const TEXT = /^(text\/|application\/(.+\+)?(json|xml|javascript|problem\+json))/;

/**
 * Makes the handler of a web application: log context, errors and unknown paths as problem details, standard headers.
 * @param origins whose browser pages may read the answers. @default those of CORS_ALLOWED_ORIGINS
 */
export function webHandler(app: Hono<WebEnvironment>, origins: readonly string[] = allowedOrigins()) {
  app.onError((error, c) => toWebResponse(toResponse(error, c.env.request.id)));
  app.notFound((c) =>
    toWebResponse(toResponse(notFound("There is nothing at this path."), c.env.request.id)),
  );
  return async (event: APIGatewayProxyEvent, context: LambdaContext): Promise<APIGatewayProxyResult> => {
    const id = requestId(event);
    logger.addContext(context);
    logger.appendKeys({ correlationId: id });
    const request = toRequest(event);
    const response = await app.fetch(toWebRequest(event, request), { request });
    logger.info("Answered", { method: event.httpMethod, status: response.status });
    const origin = request.headers.get("origin")?.[0];
    return toGatewayResult(response, standardHeaders(id, origin, origins));
  };
}

/**
 * An operation of an application as other functions have it: from the request in its plain form to an answer.
 * @param work answers, or throws
 */
export function operation(work: (request: ApiRequest) => ApiResponse | Promise<ApiResponse>) {
  return async (c: WebContext): Promise<Response> => {
    const route = `${c.req.method} ${c.req.routePath}`;
    const pathParameters = new Map(Object.entries(c.req.param()));
    return toWebResponse(await work({ ...c.env.request, route, pathParameters }));
  };
}

function toWebRequest(event: APIGatewayProxyEvent, { url, query, headers, body }: ApiRequest): Request {
  const address = new URL(url);
  // As a part of the address: by itself, "//name" or "/\\name" would be another host's.
  address.pathname = event.path;
  for (const [name, values] of query) for (const value of values) address.searchParams.append(name, value);
  const method = event.httpMethod;
  const takesBody = method !== "GET" && method !== "HEAD";
  return new Request(address, {
    method,
    headers: [...headers].flatMap(([name, values]) => values.map((value): [string, string] => [name, value])),
    ...(takesBody && { body: new Uint8Array(body) }),
  });
}

function toWebResponse({ status, headers, body }: ApiResponse): Response {
  if (body === undefined) return new Response(null, { status, ...(headers && { headers }) });
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });
}

async function toGatewayResult(
  response: Response,
  standard: Readonly<Record<string, string>>,
): Promise<APIGatewayProxyResult> {
  const body = Buffer.from(await response.arrayBuffer());
  const type = response.headers.get("content-type") ?? "";
  const isBase64Encoded = body.length > 0 && !TEXT.test(type);
  const cookies = response.headers.getSetCookie();
  response.headers.delete("set-cookie");
  return {
    statusCode: response.status,
    headers: { ...Object.fromEntries(response.headers), ...standard },
    ...(cookies.length > 0 && { multiValueHeaders: { "set-cookie": cookies } }),
    body: body.toString(isBase64Encoded ? "base64" : "utf8"),
    isBase64Encoded,
  };
}
