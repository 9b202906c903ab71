import type * as aws from "@pulumi/aws";
import type { AlarmedFunction } from "./alarmed-function.ts";
import type { ApiLogging } from "./api-logging.ts";
import type { StackDefaults } from "./base.ts";
import type { Mistake } from "./mistakes.ts";
import type { CorsContract, RouteContract } from "./openapi/contract.ts";
import { isRawBody } from "./openapi/contract.ts";
import { mistakesInCors, mistakesInRoutes } from "./openapi/mistakes.ts";
import type { Queue } from "./queue.ts";
import type { ApiAuthorizerArgs } from "./rest-api-authorizer.ts";
import { mistakesInAccess } from "./rest-api-authorizer.ts";
import type { Transform } from "./transform.ts";

/** A route and what stands behind it. */
export type RouteArgs = FunctionRouteArgs | QueueRouteArgs;

/** A route and the function behind it. */
export interface FunctionRouteArgs extends RouteContract {
  readonly handler: AlarmedFunction;
  /** Seconds that API Gateway waits, more than the function's time-out and at most 29. @default the function's time-out and 1 */
  readonly timeoutSeconds?: number;
}

/**
 * A route whose requests API Gateway puts into a queue itself: 202, and a `Location` below the route's path. The reader
 * of the queue takes the messages apart with handlers/shared/queued-request.ts.
 */
export interface QueueRouteArgs extends RouteContract {
  readonly queue: Queue;
}

export function isQueueRoute(route: RouteArgs): route is QueueRouteArgs {
  return "queue" in route;
}

export interface ThrottleArgs {
  /** Requests per second in the long run. */
  readonly ratePerSecond: number;
  /** Requests at once. */
  readonly burst: number;
}

export interface ApiKeyArgs extends ThrottleArgs {
  /** Requests per period. @default no quota */
  readonly quota?: { readonly limit: number; readonly period: "DAY" | "WEEK" | "MONTH" };
}

export interface RestApiArgs {
  readonly defaults: StackDefaults;
  /** What the API is for, in a sentence. */
  readonly description: string;
  /** By `METHOD /path/{parameter}`. */
  readonly routes: Readonly<Record<string, RouteArgs>>;
  /** Routes that an application behind a route of every method serves: they are published, and nothing else. @default none */
  readonly served?: Readonly<Record<string, RouteContract>>;
  /** Limits of all callers together. */
  readonly throttle: ThrottleArgs;
  /** Callers must send `x-api-key`; the limits are those of one key. @default no key */
  readonly apiKey?: ApiKeyArgs;
  /** Callers must send an access token of a user; routes say which groups may call them. @default no users */
  readonly authorizer?: ApiAuthorizerArgs;
  /**
   * Browser pages that may call. The gateway answers preflight requests and puts CORS headers on its own errors;
   * handlers put them on their answers, from their environment variable `CORS_ALLOWED_ORIGINS`. @default none
   */
  readonly cors?: CorsContract;
  /** Content types whose bodies reach handlers as they are (base64). @default every body is text */
  readonly binaryMediaTypes?: readonly string[];
  /** Last part of the URL. @default "v1" */
  readonly stageName?: string;
  /** Milliseconds; an alarm goes off when the slowest hundredth takes longer for 5 minutes. @default 3000 */
  readonly slowMilliseconds?: number;
  /** The account's setting that lets API Gateway log. Without it, it must have been made elsewhere. */
  readonly logging?: ApiLogging;
  readonly transform?: {
    readonly restApi?: Transform<aws.apigateway.RestApiArgs>;
    readonly stage?: Transform<aws.apigateway.StageArgs>;
    readonly usagePlan?: Transform<aws.apigateway.UsagePlanArgs>;
  };
}

/** API Gateway waits no longer: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
export const LONGEST_WAIT_SECONDS = 29;

/** How long API Gateway waits for a route's function, which must have the time to report its own time-out. */
export function waitSeconds({ handler, timeoutSeconds }: FunctionRouteArgs): number {
  return timeoutSeconds ?? Math.min(handler.timeoutSeconds + 1, LONGEST_WAIT_SECONDS);
}

/** All mistakes in the arguments of a RestApi. */
export function mistakesInRestApi(args: RestApiArgs): Mistake[] {
  return [
    ...mistakesInRoutes(args.routes),
    ...(args.served ? mistakesInRoutes(args.served) : []),
    ...mistakesInCors(args.cors),
    ...mistakesInAccess(args),
    ...Object.entries(args.routes).flatMap(([key, route]) =>
      isQueueRoute(route) ? mistakesInQueueRoute(key, route) : mistakesInWait(key, route),
    ),
    ...mistakesInThrottle("throttle", args.throttle),
    ...(args.apiKey ? mistakesInThrottle("apiKey", args.apiKey) : []),
    ...(args.binaryMediaTypes ?? [])
      .filter((type) => type.includes("*") || type === "application/json")
      .map((type) => ({
        propertyPath: "binaryMediaTypes",
        reason: `holds "${type}", which would make JSON bodies binary; name the types that are not text`,
      })),
    ...(args.stageName === undefined || /^[A-Za-z0-9_]{1,128}$/.test(args.stageName)
      ? []
      : [{ propertyPath: "stageName", reason: `is "${args.stageName}"; use letters, digits and _` }]),
  ];
}

function mistakesInQueueRoute(key: string, { body }: QueueRouteArgs): Mistake[] {
  if (key.startsWith("POST ") && body !== undefined && !isRawBody(body)) return [];
  const reason = "has a queue behind it; such a route is a POST with a schema of its JSON body";
  return [{ propertyPath: `routes["${key}"]`, reason }];
}

function mistakesInWait(key: string, route: FunctionRouteArgs): Mistake[] {
  const seconds = waitSeconds(route);
  const timeout = route.handler.timeoutSeconds;
  if (seconds > timeout && seconds <= LONGEST_WAIT_SECONDS) return [];
  return [
    {
      propertyPath: `routes["${key}"].timeoutSeconds`,
      reason: `is ${seconds} with a function that may take ${timeout} s; it must be longer than that and at most ${LONGEST_WAIT_SECONDS}`,
    },
  ];
}

function mistakesInThrottle(propertyPath: string, { ratePerSecond, burst }: ThrottleArgs): Mistake[] {
  if (ratePerSecond > 0 && burst >= 1) return [];
  return [
    { propertyPath, reason: `is ${ratePerSecond} per second, ${burst} at once; both must be above zero` },
  ];
}
