/**
 * `$context` of HTTP APIs, for access logs, parameters and identity sources.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 */
import { requestTime } from "../apigateway/context-variables.ts";
import { sourceIp } from "../apigateway/incoming.ts";
import type { HttpExchange } from "./exchange.ts";

type Variable = (exchange: HttpExchange) => unknown;

const integrationStatus: Variable = (exchange) => exchange.backend?.status;
const integrationLatency: Variable = (exchange) => exchange.backend?.latency;
const integrationError: Variable = (exchange) => exchange.error?.reason;
const path: Variable = (exchange) => exchange.rawPath;

const VARIABLES: Readonly<Record<string, Variable>> = {
  accountId: (exchange) => exchange.cloud.world.account,
  apiId: (exchange) => exchange.target.apiId,
  "authorizer.principalId": (exchange) =>
    exchange.authorization?.kind === "lambda" ? exchange.authorization.context?.principalId : undefined,
  dataProcessed: (exchange) => exchange.body.length + (exchange.answered?.length ?? 0),
  domainName: (exchange) => exchange.request.headers.host,
  domainPrefix: (exchange) => exchange.target.apiId,
  "error.message": (exchange) => exchange.error?.message,
  "error.messageString": (exchange) => exchange.error && JSON.stringify(exchange.error.message),
  extendedRequestId: (exchange) => exchange.extendedRequestId,
  httpMethod: (exchange) => exchange.method,
  "identity.sourceIp": (exchange) => sourceIp(exchange.request),
  "identity.userAgent": (exchange) => exchange.request.headers["user-agent"],
  "integration.error": integrationError,
  "integration.integrationStatus": integrationStatus,
  "integration.latency": integrationLatency,
  "integration.status": integrationStatus,
  integrationErrorMessage: integrationError,
  integrationLatency,
  integrationStatus,
  path,
  protocol: (exchange) => `HTTP/${exchange.request.httpVersion}`,
  requestId: (exchange) => exchange.extendedRequestId,
  requestTime: (exchange) => requestTime(exchange.startedAt),
  requestTimeEpoch: (exchange) => exchange.startedAt,
  resourcePath: path,
  responseLatency: (exchange) => exchange.cloud.clock.now() - exchange.startedAt,
  responseLength: (exchange) => exchange.answered?.length,
  routeKey: (exchange) => exchange.route?.routeKey,
  stage: (exchange) => exchange.stage.name,
  status: (exchange) => exchange.answered?.status,
};

/** The way to a variable; its name is without `$context.`. One that does not exist has no value, as on AWS. */
export function contextVariable(name: string): Variable {
  const claim = /^authorizer\.(?:claims|jwt\.claims)\.(.+)$/.exec(name)?.[1];
  if (claim !== undefined)
    return ({ authorization }) => (authorization?.kind === "jwt" ? authorization.claims[claim] : undefined);
  const property = /^authorizer\.(.+)$/.exec(name)?.[1];
  if (property !== undefined && VARIABLES[name] === undefined)
    return ({ authorization }) =>
      authorization?.kind === "lambda" ? authorization.context?.[property] : undefined;
  return VARIABLES[name] ?? (() => undefined);
}
