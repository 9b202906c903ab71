/** HTTP backends: https://docs.aws.amazon.com/apigateway/latest/developerguide/setup-http-integrations.html */
import { within } from "./deadline.ts";
import type { Answer, Exchange } from "./exchange.ts";
import type { Expression } from "./expressions.ts";
import { compileExpression } from "./expressions.ts";
import { GatewayError } from "./gateway-error.ts";
import type { Integrate } from "./integrations.ts";
import { withStageVariables } from "./lambda-call.ts";
import { compileRequestMapping, compileResponseMapping } from "./mapping.ts";
import type { Method } from "./model.ts";
import { AnswerHeaders } from "./response-headers.ts";

type Location = "path" | "querystring" | "header";

type Parameters = readonly (readonly [location: Location, name: string, value: Expression])[];

export interface Backend {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** Passes the request and the answer on as they are. */
export function httpProxyIntegration(method: Method): Integrate {
  const parameters = compileParameters(method);
  return async (exchange) => {
    const url = urlOf(method, parameters, exchange);
    for (const [name, values] of Object.entries(exchange.query?.multi ?? {}))
      for (const value of values) url.searchParams.append(name, value);
    const headers = new Headers();
    for (const [name, values] of Object.entries(exchange.headers.multi))
      if (!NOT_PASSED_ON.has(name.toLowerCase())) headers.set(name, values.join(", "));
    setHeaders(headers, parameters, exchange);
    return proxyAnswer(await call(method, exchange, url, headers, exchange.body));
  };
}

/** Maps the request and the answer by templates and parameters. */
export function httpIntegration(method: Method): Integrate {
  const parameters = compileParameters(method);
  const mapRequest = compileRequestMapping(method);
  const mapResponse = compileResponseMapping(method);
  return async (exchange) => {
    const headers = new Headers({ accept: "application/json", "content-type": "application/json" });
    setHeaders(headers, parameters, exchange);
    const body = Buffer.from(mapRequest(exchange));
    const backend = await call(method, exchange, urlOf(method, parameters, exchange), headers, body);
    return mapResponse(exchange, String(backend.status), {
      headers: Object.fromEntries(backend.headers),
      body: backend.body.toString("utf8"),
    });
  };
}

/** They name the API or describe the connection with the client. */
export const NOT_PASSED_ON = new Set(["host", "content-encoding", "via", "accept-encoding"]);

function compileParameters({ integration }: Method): Parameters {
  return Object.entries(integration.requestParameters).flatMap(([key, expression]) => {
    const [, location, name] = /^integration\.request\.(path|querystring|header)\.(.+)$/.exec(key) ?? [];
    return name === undefined ? [] : [[location as Location, name, compileExpression(expression)] as const];
  });
}

function urlOf({ integration }: Method, parameters: Parameters, exchange: Exchange): URL {
  let uri = withStageVariables(integration.uri, exchange.stage.variables);
  for (const [location, name, value] of parameters)
    if (location === "path") uri = uri.replaceAll(`{${name}}`, value(exchange) ?? "");
  const url = new URL(uri);
  for (const [location, name, value] of parameters) {
    const text = location === "querystring" ? value(exchange) : undefined;
    if (text !== undefined) url.searchParams.append(name, text);
  }
  return url;
}

function setHeaders(headers: Headers, parameters: Parameters, exchange: Exchange): void {
  for (const [location, name, value] of parameters) {
    const text = location === "header" ? value(exchange) : undefined;
    if (text !== undefined) headers.set(name, text);
  }
}

async function call(
  { integration }: Method,
  exchange: Exchange,
  url: URL,
  headers: Headers,
  body: Buffer,
): Promise<Backend> {
  const { clock } = exchange.cloud;
  const startedAt = clock.now();
  const method =
    integration.httpMethod === undefined || integration.httpMethod === "ANY"
      ? exchange.method
      : integration.httpMethod;
  const hasBody = method !== "GET" && method !== "HEAD" && body.length > 0;
  const work = send(url, {
    method,
    headers,
    redirect: "manual",
    ...(hasBody && { body: new Uint8Array(body) }),
  });
  const backend = await within(clock, integration.timeoutMilliseconds, work);
  exchange.backend = { status: backend.status, latency: clock.now() - startedAt };
  return backend;
}

/** @throws GatewayError INTEGRATION_FAILURE when nobody answers */
export async function send(url: URL, init: RequestInit): Promise<Backend> {
  try {
    const response = await fetch(url, init);
    const body = Buffer.from(await response.arrayBuffer());
    return { status: response.status, headers: [...response.headers], body };
  } catch (error) {
    throw new GatewayError("INTEGRATION_FAILURE", "Internal server error", {
      reason: `Execution failed due to a network error communicating with endpoint: ${error instanceof Error ? error.message : error}`,
    });
  }
}

/** The body has been decompressed on the way. */
export function proxyAnswer({ status, headers, body }: Backend): Answer {
  const answer = new AnswerHeaders();
  for (const [name, value] of headers)
    if (name !== "content-encoding" && name !== "via" && name !== "content-length") answer.add(name, value);
  return { status, headers: answer.finish(undefined), body };
}
