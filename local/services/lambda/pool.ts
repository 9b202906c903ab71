/** The execution environments of one function: started when needed, used again, ended when idle. */
import { availableParallelism } from "node:os";
import type { Clock, Timer } from "../../core/clock.ts";
import { AwsError } from "../../core/errors.ts";
import { Environment, type EnvironmentOptions } from "./environment.ts";

/**
 * Live workers of a function at most; further events wait. More than this share the same cores without getting
 * faster, and each costs some 10 MB.
 */
const MAX_ENVIRONMENTS = 2 * availableParallelism();
/** Idle environments end after this long, as on Lambda, where nobody knows how long it is. */
const IDLE_MILLISECONDS = 5 * 60_000;

export class EnvironmentPool {
  readonly #options: EnvironmentOptions;
  readonly #taskRoot: string;
  readonly #clock: Clock;
  readonly #all = new Set<Environment>();
  /** The one that was used last is taken first, so that the others can end. */
  readonly #idle: { environment: Environment; since: number }[] = [];
  readonly #waiting: ((environment: Environment | undefined) => void)[] = [];
  #retired = false;
  #sweep: Timer | undefined;

  /** Has been started before the code was there; taken first. */
  #standby: Environment | undefined;

  /**
   * @param taskRoot folder of the code
   * @param standby an environment with the same options that has no code yet
   */
  constructor(options: EnvironmentOptions, taskRoot: string, standby?: Environment) {
    this.#options = options;
    this.#clock = options.clock;
    this.#taskRoot = taskRoot;
    this.#standby = standby;
  }

  get settings() {
    return this.#options.settings;
  }

  get isEmpty(): boolean {
    return this.#all.size === 0;
  }

  /** The live environment of this id. */
  find(environmentId: string): Environment | undefined {
    for (const environment of this.#all) if (environment.id === environmentId) return environment;
    return undefined;
  }

  /** Runs `use` with an environment of its own; waits while all are busy. */
  async use<T>(use: (environment: Environment) => Promise<T>): Promise<T> {
    const environment = await this.#take();
    try {
      return await use(environment);
    } finally {
      this.#giveBack(environment);
    }
  }

  /** The function has changed or is gone: environments end as they become idle. */
  retire(): void {
    this.#retired = true;
    void this.#standby?.end();
    this.#standby = undefined;
    for (const { environment } of this.#idle.splice(0)) this.#remove(environment);
  }

  /** Ends all environments, also in the middle of an event. */
  async kill(): Promise<void> {
    await Promise.all([...this.#all].map((environment) => environment.end()));
  }

  /** Ends everything; events that wait are refused. */
  async stop(): Promise<void> {
    this.#sweep?.cancel();
    this.retire();
    for (const refuse of this.#waiting.splice(0)) refuse(undefined);
    await this.kill();
  }

  async #take(): Promise<Environment> {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (idle.environment.usable) return idle.environment;
      this.#all.delete(idle.environment);
    }
    if (this.#all.size < MAX_ENVIRONMENTS) return this.#create();
    const environment = await new Promise<Environment | undefined>((resolve) => this.#waiting.push(resolve));
    if (environment) return environment;
    throw new AwsError("ServiceException", "The local cloud is being stopped.", 503);
  }

  #create(): Environment {
    const environment = this.#standby?.usable ? this.#standby : new Environment(this.#options);
    this.#standby = undefined;
    environment.taskRoot = this.#taskRoot;
    this.#all.add(environment);
    return environment;
  }

  #giveBack(environment: Environment): void {
    if (!environment.usable) this.#all.delete(environment);
    const waiting = this.#waiting.shift();
    if (waiting) waiting(environment.usable ? environment : this.#create());
    else if (environment.usable && this.#retired) this.#remove(environment);
    else if (environment.usable) this.#keep(environment);
  }

  #keep(environment: Environment): void {
    this.#idle.push({ environment, since: this.#clock.now() });
    this.#sweep ??= this.#clock.after(IDLE_MILLISECONDS, () => this.#endIdle());
  }

  #endIdle(): void {
    const limit = this.#clock.now() - IDLE_MILLISECONDS;
    const kept = this.#idle.findIndex(({ since }) => since > limit);
    const ended = this.#idle.splice(0, kept < 0 ? this.#idle.length : kept);
    for (const { environment } of ended) this.#remove(environment);
    const again = this.#idle.length > 0;
    this.#sweep = again ? this.#clock.after(IDLE_MILLISECONDS, () => this.#endIdle()) : undefined;
  }

  #remove(environment: Environment): void {
    this.#all.delete(environment);
    void environment.end();
  }
}
