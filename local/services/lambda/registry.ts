/** The functions that are realized, with what belongs to them: aliases, settings of asynchronous invocation. */
import { AwsError } from "../../core/errors.ts";
import type { World } from "../../core/service.ts";
import { functionArn, parseFunctionName } from "./function-arn.ts";
import type { FunctionSettings } from "./function-settings.ts";
import type { EnvironmentPool } from "./pool.ts";

export interface RealizedFunction {
  readonly urn: string;
  readonly settings: FunctionSettings;
  /** The environments; throws for a function that cannot run here. */
  readonly pool: () => EnvironmentPool;
}

/** What a name or ARN leads to. */
export interface Target {
  readonly fn: RealizedFunction;
  /** As it was asked for, with its qualifier. */
  readonly arn: string;
  readonly qualifier: string | undefined;
  /** The version that runs. */
  readonly version: string;
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_FunctionEventInvokeConfig.html */
export interface AsyncSettings {
  readonly maximumRetryAttempts: number;
  readonly maximumAgeMilliseconds: number;
  readonly onFailure?: string;
  readonly onSuccess?: string;
}

const LATEST = "$LATEST";

export class Registry {
  readonly functions = new Map<string, RealizedFunction>();
  /** Version of an alias, by `function:alias`. */
  readonly aliases = new Map<string, string>();
  /** By `function:qualifier`, or `function:` without one. */
  readonly asyncSettings = new Map<string, AsyncSettings>();
  readonly #world: () => World;

  constructor(world: () => World) {
    this.#world = world;
  }

  /**
   * @param name name or ARN of a function, a version or an alias
   * @throws AwsError ResourceNotFoundException
   */
  resolve(name: string, qualifier?: string): Target {
    const parsed = parseFunctionName(name);
    const asked = qualifier ?? parsed?.qualifier;
    const fn = parsed && this.functions.get(parsed.name);
    const own = { name: parsed?.name ?? name, ...(asked === undefined ? {} : { qualifier: asked }) };
    const arn = functionArn(this.#world(), own);
    const version = fn && this.#versionOf(fn.settings, asked);
    if (fn && version !== undefined) return { fn, arn, qualifier: asked, version };
    const missing = parsed ? arn : name;
    throw new AwsError("ResourceNotFoundException", `Function not found: ${missing}`, 404, { Type: "User" });
  }

  #versionOf({ name, version }: FunctionSettings, qualifier: string | undefined): string | undefined {
    if (qualifier === undefined || qualifier === LATEST) return LATEST;
    return qualifier === version ? version : this.aliases.get(`${name}:${qualifier}`);
  }
}
