/** A stage of an HTTP API, and its settings. */
import type { Resource } from "../../core/graph.ts";
import type { AccessLog } from "../apigateway/access-log.ts";
import { compileAccessLog } from "../apigateway/access-log.ts";
import { listOf, numberOf, objectOf, textMapOf } from "../apigateway/json.ts";
import type { TokenBucket } from "../apigateway/token-bucket.ts";
import { bucketFor } from "../apigateway/token-bucket.ts";
import type { CompiledHttpApi } from "./compiled-api.ts";
import { contextVariable } from "./context-variables.ts";
import type { HttpExchange } from "./exchange.ts";

export class HttpStage {
  readonly name: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly accessLog: AccessLog<HttpExchange> | undefined;
  readonly #api: () => CompiledHttpApi;
  readonly #settings: Resource["inputs"];
  readonly #now: () => number;
  readonly #buckets = new Map<string, TokenBucket | undefined>();

  /**
   * @param name such as `$default`
   * @param settings inputs of the aws.apigatewayv2.Stage
   * @param api what the stage serves now: its deployment, or the API as it is when the stage deploys by itself
   */
  constructor(name: string, settings: Resource["inputs"], api: () => CompiledHttpApi, now: () => number) {
    this.name = name;
    this.variables = textMapOf(settings.stageVariables);
    this.accessLog = compileAccessLog(objectOf(settings.accessLogSettings), name, logVariable);
    this.#settings = settings;
    this.#api = api;
    this.#now = now;
  }

  get api(): CompiledHttpApi {
    return this.#api();
  }

  /** The throttling of a route: each has its own bucket, also when the settings are for all routes. */
  bucketOf(routeKey: string): TokenBucket | undefined {
    if (!this.#buckets.has(routeKey)) this.#buckets.set(routeKey, this.#newBucket(routeKey));
    return this.#buckets.get(routeKey);
  }

  #newBucket(routeKey: string): TokenBucket | undefined {
    const own = listOf(this.#settings.routeSettings).map(objectOf);
    const settings = [own.find((each) => each.routeKey === routeKey), this.#settings.defaultRouteSettings];
    for (const each of settings) {
      const { throttlingRateLimit, throttlingBurstLimit } = objectOf(each);
      const rateLimit = numberOf(throttlingRateLimit);
      const burstLimit = numberOf(throttlingBurstLimit);
      const bucket = bucketFor({ rateLimit, burstLimit }, this.#now());
      if (bucket) return bucket;
    }
    return undefined;
  }
}

function logVariable(variable: string): (exchange: HttpExchange) => unknown {
  const name = /^stageVariables\.(.+)$/.exec(variable)?.[1];
  if (name !== undefined) return ({ stage }) => stage.variables[name];
  return contextVariable(variable.replace(/^context\./, ""));
}
