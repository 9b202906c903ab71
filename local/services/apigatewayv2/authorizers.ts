/** Lambda authorizers: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html */
import type { APIGatewayRequestAuthorizerEventV2 } from "aws-lambda";
import type { InvokePolicy } from "../apigateway/invoke-policy.ts";
import { compilePolicy } from "../apigateway/invoke-policy.ts";
import { isObject, type JsonObject } from "../apigateway/json.ts";
import { invokeFunction } from "../apigateway/lambda-call.ts";
import type { HttpExchange } from "./exchange.ts";
import { HttpApiError, integrationError } from "./http-api-error.ts";
import { compileJwtAuthorizer } from "./jwt-authorizer.ts";
import type { HttpAuthorizer, RequestAuthorizer } from "./model.ts";
import { requestMembersV1, requestMembersV2 } from "./proxy-event.ts";
import { compileSelection } from "./selection.ts";

/** Lets the request pass, with `exchange.authorization` set, or throws an HttpApiError. */
export type Authorize = (exchange: HttpExchange) => Promise<void>;

/** What an authorizer's function answered. */
interface Grant {
  readonly isAllowed: InvokePolicy;
  readonly context: JsonObject | null;
}

interface CachedGrant {
  readonly grant: Grant;
  readonly validUntil: number;
}

/** Answers of an authorizer by the values of its identity sources; routes share them. */
export type GrantCache = Map<string, CachedGrant>;

/** Answers kept at most; then the cache begins anew. */
const MAX_CACHED = 10_000;

/** @param scopes that the route requires of a token */
export function compileAuthorizer(
  authorizer: HttpAuthorizer,
  scopes: readonly string[],
  cache: GrantCache,
): Authorize {
  return authorizer.kind === "JWT"
    ? compileJwtAuthorizer(authorizer, scopes)
    : compileRequestAuthorizer(authorizer, cache);
}

function compileRequestAuthorizer(authorizer: RequestAuthorizer, cache: GrantCache): Authorize {
  const sources = authorizer.identitySources.map(compileSelection);
  return async (exchange) => {
    const identity = sources.map((source) => source(exchange) ?? "");
    if (identity.includes("")) throw unauthorized();
    const key = JSON.stringify([exchange.stage.name, ...identity]);
    const cached = cache.get(key);
    const isFresh = cached !== undefined && cached.validUntil > exchange.startedAt;
    const grant = isFresh ? cached.grant : await ask(authorizer, exchange, identity);
    if (authorizer.ttlSeconds > 0 && !isFresh) {
      if (cache.size >= MAX_CACHED) cache.clear();
      cache.set(key, { grant, validUntil: exchange.cloud.clock.now() + authorizer.ttlSeconds * 1000 });
    }
    exchange.authorization = { kind: "lambda", context: grant.context };
    if (grant.isAllowed(exchange.routeArn) !== "allow") throw new HttpApiError(403, "Forbidden");
  };
}

function unauthorized(): HttpApiError {
  return new HttpApiError(401, "Unauthorized");
}

async function ask(
  authorizer: RequestAuthorizer,
  exchange: HttpExchange,
  identity: readonly string[],
): Promise<Grant> {
  const { region, account } = exchange.cloud.world;
  const { functionArn, credentials, payloadFormat, name } = authorizer;
  const invocation = await invokeFunction(exchange, {
    functionArn,
    credentials,
    sourceArn: `arn:aws:execute-api:${region}:${account}:${exchange.target.apiId}/authorizers/${authorizer.id}`,
    event: payloadFormat === "2.0" ? eventV2(exchange, identity) : eventV1(exchange, identity),
    source: `apigateway authorizer ${name}`,
  });
  const answer: unknown = JSON.parse(invocation.payload);
  if (invocation.functionError) {
    if (isObject(answer) && answer.errorMessage === "Unauthorized") throw unauthorized();
    throw integrationError(`Authorizer ${name} failed: ${invocation.payload}`);
  }
  return grantOf(answer, authorizer);
}

function grantOf(answer: unknown, { name, hasSimpleResponses }: RequestAuthorizer): Grant {
  const malformed = (reason: string): Error =>
    integrationError(`Invalid answer of authorizer ${name}: ${reason}`);
  if (!isObject(answer)) throw malformed("it is no object");
  const context = isObject(answer.context) ? answer.context : null;
  if (hasSimpleResponses) {
    if (typeof answer.isAuthorized !== "boolean") throw malformed("isAuthorized is not a boolean");
    const decision = answer.isAuthorized ? "allow" : "implicit-deny";
    return { isAllowed: () => decision, context };
  }
  if (typeof answer.principalId !== "string") throw malformed("it has no principalId");
  try {
    return { isAllowed: compilePolicy(answer.policyDocument, `authorizer ${name}`), context };
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : String(error));
  }
}

function eventV2(exchange: HttpExchange, identity: readonly string[]): APIGatewayRequestAuthorizerEventV2 {
  const { cookies, ...members } = requestMembersV2(exchange);
  return {
    type: "REQUEST",
    routeArn: exchange.routeArn,
    identitySource: [...identity],
    cookies: cookies ?? [],
    ...members,
  } as APIGatewayRequestAuthorizerEventV2;
}

function eventV1(exchange: HttpExchange, identity: readonly string[]) {
  const { multiValueHeaders, multiValueQueryStringParameters, ...members } = requestMembersV1(exchange);
  const identitySource = identity.join(",");
  return {
    ...members,
    type: "REQUEST",
    methodArn: exchange.routeArn,
    identitySource,
    authorizationToken: identitySource,
  };
}
