/** The way of a request through a stage of an HTTP API: CORS, route, throttling, authorizer, integration. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Cloud } from "../../core/service.ts";
import type { Answer } from "../apigateway/exchange.ts";
import type { Target } from "../apigateway/incoming.ts";
import { headerSize } from "../apigateway/incoming.ts";
import { collect, hasBody } from "../apigateway/request-body.ts";
import { MAX_HEADERS } from "../apigateway/request-path.ts";
import type { CompiledRoute } from "./compiled-api.ts";
import { decoded, HttpExchange } from "./exchange.ts";
import { HttpApiError, httpApiErrorOf, integrationError } from "./http-api-error.ts";
import { recordMetrics } from "./metrics.ts";
import type { HttpStage } from "./stage.ts";

/** Answers a request to a stage. It never fails: every error becomes an answer. */
export async function serveRequest(
  cloud: Cloud,
  stage: HttpStage,
  target: Target,
  messages: { readonly request: IncomingMessage; readonly response: ServerResponse },
): Promise<void> {
  const exchange = new HttpExchange(cloud, stage, target, messages.request);
  const { cors } = stage.api;
  const withCors = (plain: Answer): Answer =>
    cors ? { ...plain, headers: cors.applyTo(exchange, plain.headers) } : plain;
  const answer = cors?.preflight(exchange) ?? withCors(await answerTo(exchange));
  send(exchange, messages.response, answer);
  report(exchange);
}

/** The answer for a stage that does not exist. */
export function sendNotFound(response: ServerResponse): void {
  const body = '{"message":"Not Found"}';
  response.writeHead(404, { "content-type": "application/json", "content-length": body.length }).end(body);
}

async function answerTo(exchange: HttpExchange): Promise<Answer> {
  try {
    if (headerSize(exchange.request) > MAX_HEADERS)
      throw new HttpApiError(431, "Request Header Fields Too Large");
    const route = findRoute(exchange);
    if (exchange.stage.bucketOf(route.routeKey)?.take(exchange.startedAt) === false)
      throw new HttpApiError(429, "Too Many Requests");
    await route.authorize?.(exchange);
    if (hasBody(exchange.request)) exchange.receive(await collect(exchange.request), false);
    return await route.integrate(exchange);
  } catch (error) {
    return refuse(exchange, error);
  }
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html#http-api-develop-routes.evaluation */
function findRoute(exchange: HttpExchange): CompiledRoute {
  const { router, fallback } = exchange.stage.api;
  const match = router.match(exchange.target.path, exchange.method);
  const route = match?.route ?? fallback;
  if (!route) throw new HttpApiError(404, "Not Found");
  exchange.route = route;
  const parameters = Object.entries(match?.pathParameters ?? {});
  if (parameters.length > 0)
    exchange.pathParameters = Object.fromEntries(parameters.map(([name, value]) => [name, decoded(value)]));
  return route;
}

/** What is no error of the gateway is one of the local cloud: it is logged whole, and the client learns nothing. */
function refuse(exchange: HttpExchange, thrown: unknown): Answer {
  const known = httpApiErrorOf(thrown);
  if (!known) {
    const message = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    exchange.cloud.log({ kind: "error", source: "apigatewayv2", message, requestId: exchange.requestId });
  }
  const error = known ?? integrationError(String(thrown));
  exchange.error = error;
  return {
    status: error.status,
    headers: { "content-type": "application/json", ...error.headers },
    body: JSON.stringify({ message: error.message }),
  };
}

function send(exchange: HttpExchange, response: ServerResponse, answer: Answer): void {
  if (write(exchange, response, answer)) return;
  write(
    exchange,
    response,
    refuse(exchange, integrationError("The integration answered a header that HTTP does not allow")),
  );
}

function write(exchange: HttpExchange, response: ServerResponse, { status, headers, body }: Answer): boolean {
  const length = Buffer.byteLength(body);
  const hasContent = status !== 204 && status !== 304;
  const all: Record<string, string | number | readonly string[]> = {
    "apigw-requestid": exchange.extendedRequestId,
    ...headers,
    ...(hasContent && { "content-length": length }),
    ...(status === 413 && { connection: "close" }),
  };
  try {
    response.writeHead(status, all as Record<string, string | number | string[]>);
  } catch {
    return false;
  }
  response.end(hasContent ? body : undefined);
  exchange.answered = { status, length: hasContent ? length : 0 };
  return true;
}

function report(exchange: HttpExchange): void {
  const { cloud, requestId, target, answered, error, stage } = exchange;
  stage.accessLog?.(exchange);
  recordMetrics(exchange);
  const source = stage.api.name;
  cloud.log({
    kind: "request",
    source,
    message: `${exchange.method} ${target.path} → ${answered?.status}`,
    ...exchange.logIds,
    duration: cloud.clock.now() - exchange.startedAt,
  });
  if (error?.reason !== undefined) cloud.log({ kind: "warning", source, message: error.reason, requestId });
}
