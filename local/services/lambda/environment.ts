/**
 * An execution environment: a worker thread that handles one event at a time.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
import { randomUUID } from "node:crypto";
import { Worker } from "node:worker_threads";
import type { Clock, Timer } from "../../core/clock.ts";
import type { World } from "../../core/service.ts";
import { environmentVariables } from "./environment-variables.ts";
import { type FunctionSettings, nodeVersionOf } from "./function-settings.ts";
import { hardLimitMegabytes, type MemoryWatch } from "./memory-watch.ts";
import type { Code, Report, TimedWork, Work, WorkerSetup } from "./worker/messages.ts";

export interface EnvironmentOptions {
  readonly settings: FunctionSettings;
  readonly workerProgram: string;
  readonly world: World;
  readonly clock: Clock;
  readonly memoryWatch: MemoryWatch;
  /** Takes what the function prints: entries of its log. */
  readonly write: (logStream: string, entries: readonly string[]) => void;
}

/** What became of an event. */
export interface Outcome {
  /** JSON text of the result or of the error. */
  readonly payload: string;
  readonly failed: boolean;
  /** Set when the environment had to start for this event. */
  readonly initMilliseconds?: number;
  readonly milliseconds: number;
  readonly heapBytes: number;
}

/** What a fault does to an event. */
export interface Disturbance {
  /** The event reaches the function so much later; its time-out runs meanwhile. */
  readonly delayMilliseconds: number;
  /** The environment dies with the event in its hands. */
  readonly crashes: boolean;
}

const UNDISTURBED: Disturbance = { delayMilliseconds: 0, crashes: false };

type State = "new" | "starting" | "idle" | "busy" | "ended";

/** Lambda gives a function this long to load; longer when its own time-out is longer. */
const INIT_MILLISECONDS = 10_000;
/** V8 lets it grow to three times its usual 16 MB before it looks for garbage; there are as many of them as workers. */
const YOUNG_GENERATION_MEGABYTES = 6;

/** How Lambda reports a process that was killed, for want of memory or otherwise. */
const KILLED = "Runtime exited with error: signal: killed";

export class Environment {
  /** Which environment it is; calls of its function carry it. */
  readonly id = randomUUID().replaceAll("-", "");
  readonly logStream: string;
  /** Folder of the code; to be set before the first event. */
  taskRoot = "";
  readonly #options: EnvironmentOptions;
  #worker: Worker | undefined;
  #state: State = "new";
  #settle: ((report: { payload: string; failed: boolean; heapBytes: number }) => void) | undefined;
  #becameReady: (() => void) | undefined;
  #requestId = "";
  /** The beginning of a line whose end has not been printed yet. */
  #partial = "";
  #calls = 0;
  readonly #onEnd = new Set<() => void>();

  constructor(options: EnvironmentOptions) {
    this.#options = options;
    const day = new Date(options.clock.now()).toISOString().slice(0, 10).replaceAll("-", "/");
    this.logStream = `${day}/[${options.settings.version}]${this.id}`;
  }

  /** Whether it can take another event. */
  get usable(): boolean {
    return this.#state === "new" || this.#state === "idle";
  }

  /** Counts an AWS call of the event that is being handled; the first one is 1. */
  countCall(): number {
    this.#calls += 1;
    return this.#calls;
  }

  /** Calls `task` when it ends. */
  onEnd(task: () => void): { cancel(): void } {
    this.#onEnd.add(task);
    return { cancel: () => void this.#onEnd.delete(task) };
  }

  /** Starts the worker, which takes some 20 ms, before its code is known. */
  boot(): void {
    this.#worker ??= this.#createWorker();
  }

  /** Handles one event; starts the worker for the first, unless it has been, and loads the code. Never rejects. */
  async handle(work: Work, begin: () => void, disturbance = UNDISTURBED): Promise<Outcome> {
    this.#requestId = work.requestId;
    this.#calls = 0;
    const startedAt = performance.now();
    const settled = new Promise<{ payload: string; failed: boolean; heapBytes: number }>((resolve) => {
      this.#settle = resolve;
    });
    const cold = this.#state === "new";
    if (cold) await this.#start(settled);
    const init = cold ? { initMilliseconds: performance.now() - startedAt } : {};
    begin();
    const handedAt = performance.now();
    if (disturbance.crashes) this.#crash("Runtime.ExitError", KILLED);
    const timers = this.#state === "ended" ? [] : this.#hand(work, disturbance.delayMilliseconds);
    const result = await settled;
    for (const timer of timers) timer.cancel();
    if (this.#worker) this.#options.memoryWatch.end(this.#worker);
    this.#settle = undefined;
    this.#flush();
    if (this.#state === "busy") this.#state = "idle";
    return { ...result, ...init, milliseconds: performance.now() - handedAt };
  }

  /** Ends the worker abruptly, also in the middle of an event, which then fails. */
  async end(): Promise<void> {
    this.#crash("Runtime.ExitError", KILLED);
    await this.#worker?.terminate();
  }

  async #start(settled: Promise<unknown>): Promise<void> {
    const { clock, settings } = this.#options;
    this.#state = "starting";
    const ready = new Promise<void>((resolve) => {
      this.#becameReady = resolve;
    });
    const limit = Math.max(INIT_MILLISECONDS, settings.timeoutMilliseconds);
    const timer = clock.elapse(limit, () => this.#timeOut(limit));
    try {
      this.boot();
      const code: Code = { taskRoot: this.taskRoot, clockOffset: clock.offset };
      this.#worker?.postMessage(code);
      await Promise.race([ready, settled]);
    } catch (error) {
      this.#crash("Runtime.ExitError", String(error));
    }
    timer.cancel();
  }

  /** @returns the timers that end with the event */
  #hand(work: Work, delayMilliseconds: number): Timer[] {
    this.#state = "busy";
    const { settings, memoryWatch, clock } = this.#options;
    const { timeoutMilliseconds, memoryMegabytes } = settings;
    const timers = [clock.elapse(timeoutMilliseconds, () => this.#timeOut(timeoutMilliseconds))];
    const post = (): void => {
      const timed: TimedWork = { ...work, clockOffset: clock.offset };
      this.#worker?.postMessage(timed);
    };
    if (delayMilliseconds === 0) post();
    else timers.push(clock.elapse(delayMilliseconds, post));
    if (this.#worker) {
      memoryWatch.begin(this.#worker, memoryMegabytes, () => this.#crash("Runtime.ExitError", KILLED));
    }
    return timers;
  }

  #createWorker(): Worker {
    const { settings, workerProgram, world } = this.#options;
    const setup: WorkerSetup = {
      handler: settings.handler,
      nodeVersion: nodeVersionOf(settings.runtime) ?? 0,
      logFormat: settings.logFormat,
      logLevel: settings.logLevel,
      context: {
        functionName: settings.name,
        memoryLimitInMB: String(settings.memoryMegabytes),
        logGroupName: settings.logGroup,
        logStreamName: this.logStream,
      },
    };
    const worker = new Worker(workerProgram, {
      name: settings.name,
      workerData: setup,
      env: environmentVariables(settings, world, this),
      execArgv: ["--preserve-symlinks"],
      stdout: true,
      stderr: true,
      resourceLimits: {
        maxOldGenerationSizeMb: hardLimitMegabytes(settings.memoryMegabytes),
        maxYoungGenerationSizeMb: YOUNG_GENERATION_MEGABYTES,
      },
    });
    worker.on("message", (report: Report) => this.#take(report));
    worker.on("error", (error) => this.#crash("Runtime.ExitError", workerError(error)));
    worker.on("exit", (code) => this.#crash("Runtime.ExitError", exitMessage(code)));
    for (const stream of [worker.stdout, worker.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => this.#print(text));
    }
    return worker;
  }

  #take(report: Report): void {
    switch (report.kind) {
      case "ready":
        this.#becameReady?.();
        break;
      case "entry":
        this.#flush();
        this.#options.write(this.logStream, [report.text]);
        break;
      case "output":
        this.#print(report.text);
        break;
      case "result":
        this.#settle?.({ payload: report.payload, failed: false, heapBytes: report.heapBytes });
        break;
      case "failure":
        if (report.fatal) this.#abandon();
        this.#settle?.({ payload: report.payload, failed: true, heapBytes: report.heapBytes });
        break;
    }
  }

  #timeOut(limit: number): void {
    const seconds = (limit / 1000).toFixed(2);
    const now = new Date(this.#options.clock.now()).toISOString();
    const message = `${now} ${this.#requestId} Task timed out after ${seconds} seconds`;
    this.#options.write(this.logStream, [message]);
    this.#abandon();
    this.#settle?.(failure({ errorType: "Sandbox.Timedout", errorMessage: message }));
  }

  #crash(errorType: string, reason: string): void {
    if (this.#state === "ended") return;
    const errorMessage = `RequestId: ${this.#requestId} Error: ${reason}`;
    this.#abandon();
    if (!this.#settle) return;
    this.#options.write(this.logStream, [errorMessage, errorType]);
    this.#settle(failure({ errorType, errorMessage }));
  }

  /** No more events for this worker. */
  #abandon(): void {
    this.#state = "ended";
    void this.#worker?.terminate();
    for (const task of this.#onEnd) task();
    this.#onEnd.clear();
  }

  #print(text: string): void {
    const lines = `${this.#partial}${text}`.split("\n");
    this.#partial = lines.pop() ?? "";
    if (lines.length > 0) this.#options.write(this.logStream, lines);
  }

  #flush(): void {
    if (this.#partial !== "") this.#print("\n");
  }
}

function failure(error: object): { payload: string; failed: true; heapBytes: number } {
  return { payload: JSON.stringify(error), failed: true, heapBytes: 0 };
}

function exitMessage(code: number): string {
  if (code === 0) return "Runtime exited without providing a reason";
  return `Runtime exited with error: exit status ${code}`;
}

function workerError(error: unknown): string {
  const outOfMemory = error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
  return outOfMemory ? KILLED : `Runtime failed: ${String(error)}`;
}
