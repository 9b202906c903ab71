/** API keys and the usage plans that let them use a stage. */
import type { Resource } from "../../core/graph.ts";
import { listOf, numberOf, objectOf, textOf } from "./json.ts";
import type { Quota, QuotaPeriod } from "./quota.ts";
import { QuotaCounter } from "./quota.ts";
import { typeToken } from "./read-resources.ts";
import type { TokenBucket } from "./token-bucket.ts";
import { bucketFor } from "./token-bucket.ts";

export interface ApiKey {
  readonly id: string;
  readonly value: string;
  readonly enabled: boolean;
}

/** What a usage plan lets one key do with one stage. */
export interface Subscription {
  readonly key: ApiKey;
  /** For all stages of the plan together. */
  readonly bucket: TokenBucket | undefined;
  readonly quota: QuotaCounter | undefined;
  /** Limits of single methods, by `/path/METHOD`. */
  readonly methodBuckets: ReadonlyMap<string, TokenBucket>;
}

type ByKeyValue = ReadonlyMap<string, Subscription>;

export class UsagePlans {
  readonly #now: () => number;
  readonly #resources = new Map<string, Resource>();
  /** Buckets and counters by plan, its limits and key, so that another change of the program does not reset them. */
  readonly #buckets = new Map<string, TokenBucket | undefined>();
  readonly #quotas = new Map<string, QuotaCounter>();
  #stages: ReadonlyMap<string, ByKeyValue> | undefined = undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes an ApiKey, UsagePlan or UsagePlanKey in, or its new state. */
  put(resource: Resource): void {
    this.#resources.set(resource.urn, resource);
    this.#stages = undefined;
  }

  remove(resource: Resource): void {
    this.#resources.delete(resource.urn);
    this.#stages = undefined;
  }

  /** Fills all buckets, and begins all quotas anew. */
  reset(): void {
    this.#buckets.clear();
    this.#quotas.clear();
    this.#stages = undefined;
  }

  /** What the key may do with the stage; undefined when it may not use it at all. */
  find(apiId: string, stageName: string, keyValue: string): Subscription | undefined {
    this.#stages ??= this.#index();
    const subscription = this.#stages.get(`${apiId}/${stageName}`)?.get(keyValue);
    return subscription?.key.enabled ? subscription : undefined;
  }

  #index(): ReadonlyMap<string, ByKeyValue> {
    const stages = new Map<string, Map<string, Subscription>>();
    for (const { inputs } of this.#of("UsagePlanKey")) {
      const key = this.#of("ApiKey").find(({ id }) => id === inputs.keyId);
      const plan = this.#of("UsagePlan").find(({ id }) => id === inputs.usagePlanId);
      if (!key || !plan) continue;
      for (const stage of listOf(plan.inputs.apiStages).map(objectOf)) {
        const name = `${String(stage.apiId)}/${String(stage.stage)}`;
        const byValue = stages.get(name) ?? new Map<string, Subscription>();
        stages.set(name, byValue.set(String(key.outputs.value), this.#subscription(plan, key, stage)));
      }
    }
    return stages;
  }

  #of(type: string): Resource[] {
    return [...this.#resources.values()].filter((resource) => resource.type === typeToken(type));
  }

  #subscription(plan: Resource, key: Resource, stage: ReturnType<typeof objectOf>): Subscription {
    const throttles = listOf(stage.throttles).map(objectOf);
    const scope = `${plan.id}:${key.id}`;
    const buckets = throttles.flatMap((throttle) => {
      const name = `${scope}:${String(stage.apiId)}/${String(stage.stage)}:${String(throttle.path)}`;
      const bucket = this.#bucket(name, throttle);
      return bucket ? [[String(throttle.path), bucket] as const] : [];
    });
    return {
      key: { id: key.id, value: String(key.outputs.value), enabled: key.inputs.enabled !== false },
      bucket: this.#bucket(scope, objectOf(plan.inputs.throttleSettings)),
      quota: this.#quota(scope, objectOf(plan.inputs.quotaSettings)),
      methodBuckets: new Map(buckets),
    };
  }

  #bucket(scope: string, settings: ReturnType<typeof objectOf>): TokenBucket | undefined {
    const limits = { rateLimit: numberOf(settings.rateLimit), burstLimit: numberOf(settings.burstLimit) };
    const name = `${scope} ${limits.rateLimit}/${limits.burstLimit}`;
    if (!this.#buckets.has(name)) this.#buckets.set(name, bucketFor(limits, this.#now()));
    return this.#buckets.get(name);
  }

  #quota(scope: string, settings: ReturnType<typeof objectOf>): QuotaCounter | undefined {
    const limit = numberOf(settings.limit);
    if (limit === undefined) return undefined;
    const period = (textOf(settings.period) ?? "DAY") as QuotaPeriod;
    const quota: Quota = { limit, offset: numberOf(settings.offset) ?? 0, period };
    const name = `${scope} ${JSON.stringify(quota)}`;
    const counter = this.#quotas.get(name) ?? new QuotaCounter(quota, this.#now());
    this.#quotas.set(name, counter);
    return counter;
  }
}
