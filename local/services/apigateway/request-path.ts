/**
 * The way of a request through a stage: route, API key, throttling, quota, authorizer, validation, integration. The
 * order is AWS's own; each step is a file of its own.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Cloud } from "../../core/service.ts";
import type { Route } from "./compiled-api.ts";
import type { Answer } from "./exchange.ts";
import { Exchange } from "./exchange.ts";
import { configurationError, GatewayError, tooLarge } from "./gateway-error.ts";
import { headerSize, targetOf } from "./incoming.ts";
import { checkKey, checkMethodRate } from "./metering.ts";
import { recordMetrics } from "./metrics.ts";
import { hasBody, readBody } from "./request-body.ts";
import { send, sendForbidden } from "./respond.ts";
import type { Stage } from "./stage.ts";
import type { UsagePlans } from "./usage-plans.ts";

/** Bytes of the request line and all header values: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
export const MAX_HEADERS = 10_240;

export class RequestPath {
  readonly #cloud: Cloud;
  readonly #plans: UsagePlans;
  readonly #findStage: (apiId: string, stageName: string) => Stage | undefined;

  constructor(
    cloud: Cloud,
    plans: UsagePlans,
    findStage: (apiId: string, stageName: string) => Stage | undefined,
  ) {
    this.#cloud = cloud;
    this.#plans = plans;
    this.#findStage = findStage;
  }

  /** Answers a request under `/_aws/execute-api/`. It never fails: every error becomes an answer. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = targetOf(request.url ?? "");
    const stage = target && this.#findStage(target.apiId, target.stageName);
    if (!target || !stage) {
      sendForbidden(response);
      return;
    }
    const exchange = new Exchange(this.#cloud, stage, target, request);
    await send(exchange, response, await this.#answer(exchange));
    this.#report(exchange);
  }

  async #answer(exchange: Exchange): Promise<Answer> {
    try {
      const route = this.#route(exchange);
      if (exchange.stage.api.model.apiKeySource === "AUTHORIZER") {
        await route.authorize?.(exchange);
        checkKey(exchange, route.method, this.#plans);
        checkMethodRate(exchange, route.method);
      } else {
        checkKey(exchange, route.method, this.#plans);
        checkMethodRate(exchange, route.method);
        if (route.authorize) await route.authorize(exchange);
      }
      if (hasBody(exchange.request)) await readBody(exchange);
      route.validateParameters?.(exchange);
      route.validateBody?.(exchange);
      return await route.integrate(exchange);
    } catch (error) {
      return this.#refuse(exchange, error);
    }
  }

  #route(exchange: Exchange): Route {
    const { stage, target, request } = exchange;
    if (headerSize(request) > MAX_HEADERS) throw tooLarge();
    const match = stage.api.router.match(target.path, exchange.method);
    if (!match) throw new GatewayError("MISSING_AUTHENTICATION_TOKEN", "Missing Authentication Token");
    exchange.route = match.route;
    exchange.pathParameters = match.pathParameters;
    if (stage.api.policy) checkResourcePolicy(exchange, stage.api.policy(exchange.methodArn));
    return match.route;
  }

  /** What is no error of the gateway is one of the local cloud: it is logged whole, and the client learns nothing. */
  #refuse(exchange: Exchange, error: unknown): Answer {
    if (!(error instanceof GatewayError)) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#cloud.log({ kind: "error", source: "apigateway", message, requestId: exchange.requestId });
    }
    const gatewayError = error instanceof GatewayError ? error : configurationError(String(error));
    exchange.error = gatewayError;
    return exchange.stage.api.responses.render(exchange, gatewayError);
  }

  #report(exchange: Exchange): void {
    const { requestId, target, answered, error, stage } = exchange;
    stage.accessLog?.(exchange);
    recordMetrics(exchange);
    const source = stage.api.model.name;
    this.#cloud.log({
      kind: "request",
      source,
      message: `${exchange.method} ${target.path} → ${answered?.status}`,
      ...exchange.logIds,
      duration: this.#cloud.clock.now() - exchange.startedAt,
    });
    if (error?.reason !== undefined)
      this.#cloud.log({ kind: "warning", source, message: error.reason, requestId });
  }
}

function checkResourcePolicy(exchange: Exchange, decision: string): void {
  if (decision === "allow") return;
  const suffix = decision === "deny" ? " with an explicit deny" : "";
  const action = `execute-api:Invoke on resource: ${exchange.methodArn}`;
  throw new GatewayError("ACCESS_DENIED", `User: anonymous is not authorized to perform: ${action}${suffix}`);
}
