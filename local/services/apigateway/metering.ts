/** Who calls, and whether the call is within its limits: API key, then throttling, then quota. */
import type { Exchange } from "./exchange.ts";
import { GatewayError } from "./gateway-error.ts";
import { headerOf } from "./incoming.ts";
import type { Method } from "./model.ts";
import type { Subscription, UsagePlans } from "./usage-plans.ts";

/** Where an authorizer's answer puts the API key, for APIs whose key source is AUTHORIZER. */
export const USAGE_KEY = "usageIdentifierKey";

/**
 * Checks the API key of a request whose method requires one.
 * @throws GatewayError INVALID_API_KEY, THROTTLED or QUOTA_EXCEEDED
 */
export function checkKey(exchange: Exchange, method: Method, plans: UsagePlans): void {
  if (!method.apiKeyRequired) return;
  const { apiId, stageName } = exchange.target;
  const value = keyOf(exchange);
  const subscription = value === undefined ? undefined : plans.find(apiId, stageName, value);
  if (!subscription) throw new GatewayError("INVALID_API_KEY", "Forbidden");
  exchange.apiKey = subscription.key;
  checkSubscription(exchange, method, subscription);
}

/**
 * Checks the limits that a stage sets for each method, whoever calls.
 * @throws GatewayError THROTTLED
 */
export function checkMethodRate(exchange: Exchange, method: Method): void {
  const bucket = exchange.stage.bucketOf(method);
  if (bucket && !bucket.take(exchange.startedAt)) throw throttled();
}

function keyOf(exchange: Exchange): string | undefined {
  if (exchange.stage.api.model.apiKeySource === "HEADER") return headerOf(exchange.request, "x-api-key");
  const key = exchange.authorizer?.[USAGE_KEY];
  return typeof key === "string" ? key : undefined;
}

function checkSubscription(exchange: Exchange, method: Method, subscription: Subscription): void {
  const now = exchange.startedAt;
  const ofMethod =
    subscription.methodBuckets.get(`${method.path}/${exchange.method}`) ??
    subscription.methodBuckets.get(`${method.path}/${method.httpMethod}`);
  if (ofMethod && !ofMethod.take(now)) throw throttled();
  if (subscription.bucket && !subscription.bucket.take(now)) throw throttled();
  if (subscription.quota && !subscription.quota.take(now))
    throw new GatewayError("QUOTA_EXCEEDED", "Limit Exceeded");
}

function throttled(): GatewayError {
  return new GatewayError("THROTTLED", "Too Many Requests");
}
