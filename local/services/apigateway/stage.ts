/** A stage: the deployed API that it serves, and its settings. */
import type { Resource } from "../../core/graph.ts";
import type { AccessLog } from "./access-log.ts";
import { compileAccessLog } from "./access-log.ts";
import type { CompiledApi } from "./compiled-api.ts";
import type { Exchange } from "./exchange.ts";
import { compileVariable } from "./expressions.ts";
import { numberOf, objectOf, textMapOf } from "./json.ts";
import type { Method } from "./model.ts";
import type { TokenBucket } from "./token-bucket.ts";
import { bucketFor } from "./token-bucket.ts";

export class Stage {
  readonly api: CompiledApi;
  readonly deploymentId: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly accessLog: AccessLog<Exchange> | undefined;
  readonly #now: () => number;
  readonly #settings: readonly Resource[];
  readonly #buckets = new Map<Method, TokenBucket | undefined>();

  /**
   * @param stage the aws.apigateway.Stage
   * @param settings the MethodSettings of the stage
   */
  constructor(api: CompiledApi, stage: Resource, settings: readonly Resource[], now: () => number) {
    this.api = api;
    this.deploymentId = String(stage.inputs.deployment);
    this.variables = textMapOf(stage.inputs.variables);
    this.accessLog = compileAccessLog(objectOf(stage.inputs.accessLogSettings), stage.id, compileVariable);
    this.#settings = settings;
    this.#now = now;
  }

  /** The throttling of a method: each has its own bucket, also when the settings are for all methods. */
  bucketOf(method: Method): TokenBucket | undefined {
    if (this.#settings.length === 0) return undefined;
    if (!this.#buckets.has(method)) this.#buckets.set(method, this.#newBucket(method));
    return this.#buckets.get(method);
  }

  /** Whether a method has metrics of its own, beside those of the stage. */
  hasMetrics(method: Method): boolean {
    const [own, common] = this.#settingsOf(method);
    const enabled = (resource: Resource | undefined) => objectOf(resource?.inputs.settings).metricsEnabled;
    return (enabled(own) ?? enabled(common)) === true;
  }

  /** The settings for the method itself, and those for all methods. */
  #settingsOf(method: Method): readonly (Resource | undefined)[] {
    const path = `${method.path.slice(1)}/${method.httpMethod}`;
    return [
      this.#settings.find(({ inputs }) => pathOf(inputs.methodPath) === path),
      this.#settings.find(({ inputs }) => inputs.methodPath === "*/*"),
    ];
  }

  #newBucket(method: Method): TokenBucket | undefined {
    const [own, common] = this.#settingsOf(method);
    const limits = (resource: Resource | undefined) => {
      const settings = objectOf(resource?.inputs.settings);
      return {
        rateLimit: numberOf(settings.throttlingRateLimit),
        burstLimit: numberOf(settings.throttlingBurstLimit),
      };
    };
    return bucketFor(limits(own), this.#now()) ?? bucketFor(limits(common), this.#now());
  }
}

/** `tasks/{id}/GET`, whether it was written with a slash in front or with `~1` for slashes. */
function pathOf(methodPath: unknown): string {
  return String(methodPath).replaceAll("~1", "/").replace(/^\//, "");
}
