/**
 * Lambda authorizers: who may call a method is what a function answers.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
 */
import type { APIGatewayRequestAuthorizerEvent, APIGatewayTokenAuthorizerEvent } from "aws-lambda";
import { AwsError } from "../../core/errors.ts";
import type { Authorize } from "./authorizers.ts";
import { requestContextOf } from "./context-variables.ts";
import type { Exchange } from "./exchange.ts";
import type { Expression } from "./expressions.ts";
import { compileExpression } from "./expressions.ts";
import { GatewayError } from "./gateway-error.ts";
import type { InvokePolicy } from "./invoke-policy.ts";
import { compilePolicy } from "./invoke-policy.ts";
import { isObject, textOf } from "./json.ts";
import { invokeFunction } from "./lambda-call.ts";
import { USAGE_KEY } from "./metering.ts";
import type { LambdaAuthorizer } from "./model.ts";

/** What an authorizer answered. */
interface Grant {
  readonly isAllowed: InvokePolicy;
  /** `requestContext.authorizer` */
  readonly context: Readonly<Record<string, unknown>>;
  readonly validUntil: number;
}

export function compileLambdaAuthorizer(authorizer: LambdaAuthorizer): Authorize {
  const sources = authorizer.identitySources.map(compileExpression);
  const pattern =
    authorizer.validationExpression === undefined
      ? undefined
      : new RegExp(`^(?:${authorizer.validationExpression})$`);
  const cache = new Map<string, Grant>();
  return async (exchange) => {
    const identity = identityOf(authorizer, sources, exchange);
    if (pattern && !pattern.test(identity[0] ?? "")) throw unauthorized();
    const key = JSON.stringify([exchange.stage.deploymentId, exchange.target.stageName, ...identity]);
    const cached = cache.get(key);
    const isFresh = cached !== undefined && cached.validUntil > exchange.startedAt;
    const grant = isFresh ? cached : await ask(authorizer, exchange, identity[0] ?? "");
    if (authorizer.ttlSeconds > 0 && !isFresh) remember(cache, key, grant);
    apply(grant, exchange);
  };
}

/** Answers kept at most; then the cache begins anew. */
const MAX_CACHED = 10_000;

function remember(cache: Map<string, Grant>, key: string, grant: Grant): void {
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(key, grant);
}

/** The values that the request is known by. A request that lacks one is refused without asking the function. */
function identityOf(
  authorizer: LambdaAuthorizer,
  sources: readonly Expression[],
  exchange: Exchange,
): string[] {
  return sources.map((source) => {
    const value = source(exchange);
    if (!value && (authorizer.type === "TOKEN" || authorizer.ttlSeconds > 0)) throw unauthorized();
    return value ?? "";
  });
}

/** A request without what its authorizer asks for. */
export function unauthorized(message = "Unauthorized"): GatewayError {
  return new GatewayError("UNAUTHORIZED", message);
}

function apply(grant: Grant, exchange: Exchange): void {
  const decision = grant.isAllowed(exchange.methodArn);
  exchange.authorizer = grant.context;
  if (decision === "allow") return;
  const message = "User is not authorized to access this resource";
  throw new GatewayError("ACCESS_DENIED", decision === "deny" ? `${message} with an explicit deny` : message);
}

async function ask(authorizer: LambdaAuthorizer, exchange: Exchange, identity: string): Promise<Grant> {
  const { region, account } = exchange.cloud.world;
  const startedAt = exchange.cloud.clock.now();
  const invocation = await invokeFunction(exchange, {
    functionArn: authorizer.functionArn,
    credentials: authorizer.credentials,
    sourceArn: `arn:aws:execute-api:${region}:${account}:${exchange.target.apiId}/authorizers/${authorizer.id}`,
    event: authorizer.type === "TOKEN" ? tokenEvent(exchange, identity) : requestEvent(exchange),
    source: `apigateway authorizer ${authorizer.name}`,
  }).catch((error: unknown) => {
    throw configurationError(error instanceof Error ? error.message : String(error));
  });
  if (invocation.functionError) throw failure(invocation.payload);
  const now = exchange.cloud.clock.now();
  const grant = parseAnswer(invocation.payload, authorizer.name, now - startedAt);
  return { ...grant, validUntil: now + authorizer.ttlSeconds * 1000 };
}

/** A function refuses a request by failing with the very word `Unauthorized`. */
function failure(payload: string): GatewayError {
  const answer: unknown = JSON.parse(payload);
  if (isObject(answer) && answer.errorMessage === "Unauthorized") return unauthorized();
  return new GatewayError("AUTHORIZER_FAILURE", null, { reason: payload });
}

function configurationError(reason: string): GatewayError {
  return new GatewayError("AUTHORIZER_CONFIGURATION_ERROR", null, { reason });
}

function parseAnswer(payload: string, name: string, integrationLatency: number): Omit<Grant, "validUntil"> {
  try {
    const answer: unknown = JSON.parse(payload);
    if (!isObject(answer) || typeof answer.principalId !== "string") throw new Error("it has no principalId");
    const entries = isObject(answer.context) ? Object.entries(answer.context) : [];
    const nested = entries.find(([, value]) => typeof value === "object" && value !== null);
    if (nested) throw new Error(`context.${nested[0]} is not a text, number or boolean`);
    const usageKey = textOf(answer.usageIdentifierKey);
    return {
      isAllowed: compilePolicy(answer.policyDocument, `authorizer ${name}`),
      context: {
        ...Object.fromEntries(entries.map(([key, value]) => [key, value === null ? null : String(value)])),
        principalId: answer.principalId,
        integrationLatency,
        ...(usageKey !== undefined && { [USAGE_KEY]: usageKey }),
      },
    };
  } catch (error) {
    const reason = error instanceof AwsError || error instanceof Error ? error.message : String(error);
    throw configurationError(`Invalid answer of authorizer ${name}: ${reason}`);
  }
}

function tokenEvent(exchange: Exchange, authorizationToken: string): APIGatewayTokenAuthorizerEvent {
  return { type: "TOKEN", methodArn: exchange.methodArn, authorizationToken };
}

function requestEvent(exchange: Exchange): APIGatewayRequestAuthorizerEvent {
  const { headers, query, stage, target } = exchange;
  return {
    type: "REQUEST",
    methodArn: exchange.methodArn,
    resource: exchange.route?.method.path ?? "",
    path: target.path,
    httpMethod: exchange.method,
    headers: { ...headers.single },
    multiValueHeaders: Object.fromEntries(
      Object.entries(headers.multi).map(([name, all]) => [name, [...all]]),
    ),
    pathParameters: exchange.pathParameters ?? {},
    queryStringParameters: { ...query?.single },
    multiValueQueryStringParameters: Object.fromEntries(
      Object.entries(query?.multi ?? {}).map(([name, all]) => [name, [...all]]),
    ),
    stageVariables: { ...stage.variables },
    requestContext: requestContextOf(exchange) as APIGatewayRequestAuthorizerEvent["requestContext"],
  };
}
