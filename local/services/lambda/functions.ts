/** The functions' code and environments, from the resource to the pool. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { isMadeLater } from "../../core/build-recipe.ts";
import type { Resource } from "../../core/graph.ts";
import { filesOf } from "../../core/graph-files.ts";
import type { Cloud } from "../../core/service.ts";
import { CodeStore } from "./code.ts";
import { Environment, type EnvironmentOptions } from "./environment.ts";
import {
  type FunctionSettings,
  NODE_VERSION,
  nodeVersionOf,
  readSettings,
  runnableCode,
} from "./function-settings.ts";
import type { LogTail } from "./log-tail.ts";
import { MemoryWatch } from "./memory-watch.ts";
import { EnvironmentPool } from "./pool.ts";
import { textOf } from "./properties.ts";
import type { Registry } from "./registry.ts";
import { linkRuntimeModules } from "./runtime-modules.ts";
import { writeWorkerProgram } from "./worker-program.ts";

interface Workspace {
  readonly folder: string;
  readonly workerProgram: string;
  readonly code: CodeStore;
}

/** An environment that waits for its code. */
interface Standby {
  readonly settings: FunctionSettings;
  readonly environment: Environment;
  readonly timer: NodeJS.Timeout;
}

/** Real time. Code that is not there by then has a mistake, or is what it was. */
const STANDBY_MILLISECONDS = 5_000;

export class Functions {
  readonly #cloud: Cloud;
  readonly #registry: Registry;
  readonly #tails: LogTail;
  readonly #memoryWatch = new MemoryWatch();
  #starting: Promise<void> | undefined;
  #workspace: Workspace | undefined;
  #standby: Standby | undefined;
  /** All pools, also those of earlier versions that are still busy. */
  readonly #pools = new Map<string, Set<EnvironmentPool>>();

  constructor(cloud: Cloud, registry: Registry, tails: LogTail) {
    this.#cloud = cloud;
    this.#registry = registry;
    this.#tails = tails;
  }

  /** Prepares the folder in which the functions' code will stand. */
  start(): Promise<void> {
    this.#starting = this.#prepare();
    return this.#starting;
  }

  async #prepare(): Promise<void> {
    // Outside of the program's folder: a function must not find packages there that its archive lacks.
    const folder = mkdtempSync(join(tmpdir(), "local-cloud-functions-"));
    linkRuntimeModules(this.#cloud.workFolder, folder);
    const workerProgram = await writeWorkerProgram(folder);
    this.#workspace = { folder, workerProgram, code: new CodeStore(join(folder, "code")) };
  }

  /** Makes a function, or replaces it: the next event runs the new code, those under way finish on the old. */
  put(resource: Resource): void {
    const settings = readSettings(resource);
    this.#retire(settings.name);
    this.#notices(resource);
    let pool: EnvironmentPool | undefined;
    const poolOf = (): EnvironmentPool => {
      pool ??= this.#createPool(settings);
      return pool;
    };
    // The code is copied now, as its files may change before the first event; but for those that are made then.
    const { code } = settings;
    if (
      nodeVersionOf(settings.runtime) !== undefined &&
      code !== undefined &&
      !filesOf(code).some(isMadeLater)
    )
      poolOf();
    this.#registry.functions.set(settings.name, { urn: resource.urn, settings, pool: poolOf });
  }

  /** Starts an environment for the code that a function is about to have: one, and not for long. */
  prepare(urn: string): void {
    const known = [...this.#registry.functions.values()].find((fn) => fn.urn === urn);
    if (!known || nodeVersionOf(known.settings.runtime) === undefined) return;
    this.#endStandby();
    const { settings } = known;
    const environment = new Environment(this.#optionsFor(settings));
    environment.boot();
    const timer = setTimeout(() => this.#endStandby(), STANDBY_MILLISECONDS).unref();
    this.#standby = { settings, environment, timer };
  }

  remove(resource: Resource): void {
    const name = textOf(resource.outputs.name) ?? resource.name;
    this.#registry.functions.delete(name);
    this.#retire(name);
  }

  /** Ends all environments of a function, also in the middle of an event. */
  async kill(name: string): Promise<void> {
    await Promise.all([...(this.#pools.get(name) ?? [])].map((pool) => pool.kill()));
  }

  /** Ends the environments of all functions, also in the middle of an event. */
  async killAll(): Promise<void> {
    await Promise.all([...this.#pools.keys()].map((name) => this.kill(name)));
  }

  /** The live environment of this id, of whichever function. */
  environment(id: string): Environment | undefined {
    for (const pools of this.#pools.values()) {
      for (const pool of pools) {
        const found = pool.find(id);
        if (found) return found;
      }
    }
    return undefined;
  }

  /** Ends everything, and removes the code's files. */
  async stop(): Promise<void> {
    this.#endStandby();
    const pools = [...this.#pools.values()].flatMap((set) => [...set]);
    await Promise.all(pools.map((pool) => pool.stop()));
    this.#memoryWatch.stop();
    await this.#starting;
    if (this.#workspace) rmSync(this.#workspace.folder, { recursive: true, force: true });
  }

  #createPool(settings: FunctionSettings): EnvironmentPool {
    const archive = runnableCode(settings);
    const { code } = this.#ready();
    const standby = this.#takeStandby(settings);
    const pool = new EnvironmentPool(this.#optionsFor(settings), code.folderOf(archive), standby);
    const pools = this.#pools.get(settings.name) ?? new Set();
    this.#pools.set(settings.name, pools.add(pool));
    return pool;
  }

  #optionsFor(settings: FunctionSettings): EnvironmentOptions {
    const { workerProgram } = this.#ready();
    const { world, clock } = this.#cloud;
    const write = (stream: string, entries: readonly string[]) =>
      this.#tails.write(settings, stream, entries);
    return { settings, workerProgram, world, clock, memoryWatch: this.#memoryWatch, write };
  }

  #ready(): Workspace {
    if (!this.#workspace) throw new Error("The Lambda service has not been started.");
    return this.#workspace;
  }

  /** The environment that was started for other code of the same function; ends it when more than the code is different. */
  #takeStandby(settings: FunctionSettings): Environment | undefined {
    const standby = this.#standby;
    if (standby?.settings.name !== settings.name) return undefined;
    this.#standby = undefined;
    clearTimeout(standby.timer);
    if (isDeepStrictEqual(withoutCode(standby.settings), withoutCode(settings))) return standby.environment;
    void standby.environment.end();
    return undefined;
  }

  #endStandby(): void {
    clearTimeout(this.#standby?.timer);
    void this.#standby?.environment.end();
    this.#standby = undefined;
  }

  #retire(name: string): void {
    const pools = this.#pools.get(name) ?? new Set();
    for (const pool of pools) {
      pool.retire();
      if (pool.isEmpty) pools.delete(pool);
    }
  }

  #notices({ outputs, name }: Resource): void {
    const notice = (message: string) => this.#cloud.log({ kind: "notice", source: "lambda", message });
    const runtime = textOf(outputs.runtime) ?? "";
    const version = nodeVersionOf(runtime);
    if (version === undefined) {
      notice(`${name}: the local cloud cannot run ${runtime || "container images"}; invocations will fail.`);
    } else if (version !== NODE_VERSION) {
      notice(`${name}: ${runtime} runs on Node.js ${NODE_VERSION} here.`);
    }
    if (Array.isArray(outputs.layers) && outputs.layers.length > 0) {
      notice(`${name}: layers are not mounted in the local cloud.`);
    }
  }
}

function withoutCode({ code, resource, ...others }: FunctionSettings): object {
  return others;
}
