/**
 * `$context`: the request context that functions get, and the variables of templates and access logs.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
 */
import type { APIGatewayEventRequestContext } from "aws-lambda";
import { sessionArn } from "../iam/denial.ts";
import type { Exchange } from "./exchange.ts";
import { sourceIp } from "./incoming.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The `requestContext` of a proxy event. */
export type RequestContext = APIGatewayEventRequestContext & { readonly deploymentId: string };

export function requestContextOf(exchange: Exchange): RequestContext {
  const { request, target, route, startedAt, authorizer, caller } = exchange;
  return {
    accountId: exchange.cloud.world.account,
    apiId: target.apiId,
    ...(authorizer && { authorizer }),
    deploymentId: exchange.stage.deploymentId,
    domainName: request.headers.host ?? "",
    domainPrefix: target.apiId,
    extendedRequestId: exchange.extendedRequestId,
    httpMethod: exchange.method,
    identity: {
      accessKey: caller?.accessKey ?? null,
      accountId: caller ? exchange.cloud.world.account : null,
      apiKey: exchange.apiKey?.value ?? null,
      apiKeyId: exchange.apiKey?.id ?? null,
      caller: caller ? sessionArn(caller.principal) : null,
      clientCert: null,
      cognitoAuthenticationProvider: null,
      cognitoAuthenticationType: null,
      cognitoIdentityId: null,
      cognitoIdentityPoolId: null,
      principalOrgId: null,
      sourceIp: sourceIp(request),
      user: caller ? sessionArn(caller.principal) : null,
      userAgent: request.headers["user-agent"] ?? null,
      userArn: caller ? sessionArn(caller.principal) : null,
    },
    path: target.fullPath,
    protocol: `HTTP/${request.httpVersion}`,
    requestId: exchange.requestId,
    requestTime: requestTime(startedAt),
    requestTimeEpoch: startedAt,
    resourceId: route?.method.resourceId ?? "",
    resourcePath: route?.method.path ?? "",
    stage: target.stageName,
  } as RequestContext;
}

/**
 * The value of a `$context` variable.
 * @param name without `$context.`, such as `identity.sourceIp`
 * @returns undefined when it has none
 */
export function contextVariable(exchange: Exchange, name: string): unknown {
  const compute = VARIABLES[name];
  if (compute) return compute(exchange);
  let value: unknown = requestContextOf(exchange);
  for (const step of name.split("."))
    value =
      typeof value === "object" && value !== null ? (value as Record<string, unknown>)[step] : undefined;
  return value ?? undefined;
}

const latency = (exchange: Exchange) => exchange.backend?.latency;
const backendStatus = (exchange: Exchange) => exchange.backend?.status;
const reason = (exchange: Exchange) => exchange.error?.reason;

/** Variables that are not in the request context, or that are asked for most. */
const VARIABLES: Readonly<Record<string, (exchange: Exchange) => unknown>> = {
  requestId: (exchange) => exchange.requestId,
  extendedRequestId: (exchange) => exchange.extendedRequestId,
  xrayTraceId: (exchange) => exchange.traceId,
  path: (exchange) => exchange.target.fullPath,
  status: (exchange) => exchange.answered?.status,
  responseLength: (exchange) => exchange.answered?.length,
  responseLatency: (exchange) => exchange.cloud.clock.now() - exchange.startedAt,
  integrationLatency: latency,
  integrationStatus: backendStatus,
  integrationErrorMessage: reason,
  "integration.latency": latency,
  "integration.status": backendStatus,
  "integration.integrationStatus": backendStatus,
  "integration.error": reason,
  "error.message": (exchange) => exchange.error?.publicMessage,
  "error.messageString": (exchange) =>
    exchange.error ? JSON.stringify(exchange.error.publicMessage) : undefined,
  "error.responseType": (exchange) => exchange.error?.type,
  "error.validationErrorString": (exchange) => exchange.error?.validation,
};

let lastSecond = -1;
let lastText = "";

/** `09/Apr/2015:12:34:56 +0000`; made once a second. */
export function requestTime(now: number): string {
  const second = Math.floor(now / 1000);
  if (second === lastSecond) return lastText;
  const date = new Date(second * 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}`;
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  lastSecond = second;
  lastText = `${day}:${time} +0000`;
  return lastText;
}
