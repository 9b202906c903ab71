/**
 * What a function gets from an HTTP API, in both payload formats.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
import type { APIGatewayProxyEvent, APIGatewayProxyEventV2 } from "aws-lambda";
import { requestTime } from "../apigateway/context-variables.ts";
import type { Caller } from "../apigateway/iam-authorizer.ts";
import { sourceIp } from "../apigateway/incoming.ts";
import { mediaType } from "../apigateway/media-types.ts";
import { sessionArn } from "../iam/denial.ts";
import type { Authorization, HttpExchange } from "./exchange.ts";

/** An event of format 1.0: that of REST APIs and a version. */
export type ProxyEventV1 = APIGatewayProxyEvent & { readonly version: "1.0" };

/** Members that tell of the request, which functions and authorizers get alike. */
export function requestMembersV2(exchange: HttpExchange) {
  const { headers, cookies } = headersV2(exchange);
  const { query, pathParameters, stage, target } = exchange;
  return {
    version: "2.0",
    routeKey: exchange.route?.routeKey ?? "",
    rawPath: exchange.rawPath,
    rawQueryString: target.query,
    ...(cookies && { cookies }),
    headers,
    ...(query && { queryStringParameters: joined(query.multi) }),
    requestContext: requestContextV2(exchange),
    ...(pathParameters && { pathParameters }),
    ...(Object.keys(stage.variables).length > 0 && { stageVariables: stage.variables }),
  };
}

export function proxyEventV2(exchange: HttpExchange): APIGatewayProxyEventV2 {
  const { isBase64Encoded, body } = bodyOf(exchange);
  return { ...requestMembersV2(exchange), ...(body !== null && { body }), isBase64Encoded };
}

/** Names in lower case, values of one name joined by commas, cookies apart. */
function headersV2(exchange: HttpExchange): { headers: Record<string, string>; cookies?: string[] } {
  const headers: Record<string, string> = Object.create(null);
  for (const [name, values] of Object.entries(allHeaders(exchange))) {
    const lower = name.toLowerCase();
    headers[lower] = lower in headers ? `${headers[lower]},${values.join(",")}` : values.join(",");
  }
  const { cookie, ...rest } = headers;
  return cookie === undefined ? { headers: rest } : { headers: rest, cookies: cookie.split(/[;,]\s*/) };
}

/** HTTP APIs tell the length too, which REST APIs keep to themselves. */
function allHeaders(exchange: HttpExchange): Record<string, readonly string[]> {
  const length = exchange.request.headers["content-length"] ?? "0";
  return { ...exchange.headers.multi, "Content-Length": [length] };
}

function joined(values: Readonly<Record<string, readonly string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.join(",")]));
}

function requestContextV2(exchange: HttpExchange): APIGatewayProxyEventV2["requestContext"] {
  const { request, authorization, target } = exchange;
  return {
    accountId: exchange.cloud.world.account,
    apiId: target.apiId,
    ...(authorization && { authorizer: authorizerV2(exchange, authorization) }),
    domainName: request.headers.host ?? "",
    domainPrefix: target.apiId,
    http: {
      method: exchange.method,
      path: exchange.rawPath,
      protocol: `HTTP/${request.httpVersion}`,
      sourceIp: sourceIp(request),
      userAgent: request.headers["user-agent"] ?? "",
    },
    requestId: exchange.extendedRequestId,
    routeKey: exchange.route?.routeKey ?? "",
    stage: exchange.stage.name,
    time: requestTime(exchange.startedAt),
    timeEpoch: exchange.startedAt,
  };
}

function authorizerV2(exchange: HttpExchange, authorization: Authorization) {
  if (authorization.kind === "lambda") return { lambda: authorization.context };
  if (authorization.kind === "iam") return { iam: iamOf(exchange, authorization.caller) };
  return { jwt: { claims: authorization.claims, scopes: authorization.scopes } };
}

function iamOf({ cloud }: HttpExchange, { accessKey, principal }: Caller) {
  const userArn = sessionArn(principal);
  const userId = principal.functionName ?? principal.arn.slice(principal.arn.lastIndexOf("/") + 1);
  const ids = { callerId: userId, cognitoIdentity: null, principalOrgId: null, userArn, userId };
  return { accessKey, accountId: cloud.world.account, ...ids };
}

/** Members that tell of the request, which functions and authorizers get alike. */
export function requestMembersV1(exchange: HttpExchange) {
  const multiHeaders = allHeaders(exchange);
  const { query, stage } = exchange;
  return {
    version: "1.0" as const,
    resource: exchange.route?.path ?? "$default",
    path: exchange.rawPath,
    httpMethod: exchange.method,
    headers: Object.fromEntries(Object.entries(multiHeaders).map(([name, all]) => [name, all.at(-1) ?? ""])),
    multiValueHeaders: copied(multiHeaders),
    queryStringParameters: query && { ...query.single },
    multiValueQueryStringParameters: query && copied(query.multi),
    requestContext: requestContextV1(exchange),
    pathParameters: exchange.pathParameters,
    stageVariables: Object.keys(stage.variables).length > 0 ? stage.variables : null,
  };
}

export function proxyEventV1(exchange: HttpExchange): ProxyEventV1 {
  return { ...requestMembersV1(exchange), ...bodyOf(exchange) };
}

function copied(values: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(values).map(([name, all]) => [name, [...all]]));
}

function requestContextV1(exchange: HttpExchange): APIGatewayProxyEvent["requestContext"] {
  const { request, authorization, target } = exchange;
  const routeKey = exchange.route?.routeKey ?? "";
  const context = {
    accountId: exchange.cloud.world.account,
    apiId: target.apiId,
    ...(authorization && {
      authorizer: authorizerV1(exchange, authorization),
    }),
    domainName: request.headers.host ?? "",
    domainPrefix: target.apiId,
    extendedRequestId: exchange.extendedRequestId,
    httpMethod: exchange.method,
    identity: {
      ...{ accessKey: null, accountId: null, apiKey: null, apiKeyId: null, caller: null, clientCert: null },
      ...{ cognitoAuthenticationProvider: null, cognitoAuthenticationType: null },
      ...{ cognitoIdentityId: null, cognitoIdentityPoolId: null, principalOrgId: null },
      sourceIp: sourceIp(request),
      user: null,
      userAgent: request.headers["user-agent"] ?? null,
      userArn: null,
    },
    path: exchange.rawPath,
    protocol: `HTTP/${request.httpVersion}`,
    requestId: exchange.extendedRequestId,
    requestTime: requestTime(exchange.startedAt),
    requestTimeEpoch: exchange.startedAt,
    resourceId: routeKey,
    resourcePath: exchange.route?.path ?? "$default",
    stage: exchange.stage.name,
  };
  return context as APIGatewayProxyEvent["requestContext"];
}

function authorizerV1(exchange: HttpExchange, authorization: Authorization) {
  if (authorization.kind === "lambda") return authorization.context;
  if (authorization.kind === "iam") return { iam: iamOf(exchange, authorization.caller) };
  return { claims: authorization.claims, scopes: authorization.scopes };
}

const TEXT = /^(?:text\/.*|application\/(?:.*\+)?(?:json|xml|javascript))$/;

/** Bodies of a type that is no text arrive as base64, forms among them. */
function bodyOf({ body, request }: HttpExchange): { body: string | null; isBase64Encoded: boolean } {
  if (body.length === 0) return { body: null, isBase64Encoded: false };
  const isBase64Encoded = !TEXT.test(mediaType(request.headers["content-type"]) ?? "text/plain");
  return { body: body.toString(isBase64Encoded ? "base64" : "utf8"), isBase64Encoded };
}
