/** One execution of a state machine: runs it with the interpreter and keeps its state. */
import type { Cloud } from "../../core/service.ts";
import { onClock } from "../../real-parts/package-time.ts";
import type { Json } from "./definition.ts";
import { History, type InterpreterEvent, MAX_HISTORY_EVENTS } from "./history.ts";
import { ExecutionAbortedError, ExecutionTimeoutError, StateMachine } from "./interpreter.ts";
import type { Machine } from "./machine.ts";
import { TaskError } from "./task-error.ts";
import { type Caller, checkSize } from "./tasks.ts";

export type Status = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";

/** Name of the error that stops iterations of a Map state which has failed already. */
const ITERATION_STOPPED = "States.IterationStopped";

export interface ExecutionOptions {
  readonly arn: string;
  readonly name: string;
  readonly machine: Machine;
  /** JSON text. */
  readonly input: string;
}

export class Execution {
  readonly arn: string;
  readonly name: string;
  readonly machine: Machine;
  readonly input: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly history = new History();
  /** Settles when the execution has ended, however it did. */
  readonly ended: Promise<void>;
  status: Status = "RUNNING";
  endedAt: number | undefined;
  /** JSON text of the result. */
  output: string | undefined;
  error: string | undefined;
  cause: string | undefined;
  readonly #cloud: Cloud;
  readonly #abortTasks = new AbortController();
  /** Map states that failed and were not entered again since: their remaining iterations must not start. */
  readonly #failedMaps = new Set<string>();
  #tasksUnderWay = 0;
  #stopStatus: Status = "ABORTED";
  #abort: () => void = () => undefined;

  constructor(options: ExecutionOptions, cloud: Cloud) {
    this.arn = options.arn;
    this.name = options.name;
    this.machine = options.machine;
    this.input = options.input;
    this.#cloud = cloud;
    this.startedAt = cloud.clock.now();
    this.ended = onClock(cloud.clock, () => this.#run());
  }

  /** Whether it does something at this moment, rather than wait for a time. */
  get busy(): boolean {
    return this.#tasksUnderWay > 0;
  }

  /** Stops it; states under way are given up. */
  stop(error?: string, cause?: string, status: "ABORTED" | "FAILED" = "ABORTED"): void {
    if (this.status !== "RUNNING") return;
    this.error = error;
    this.cause = cause;
    this.#stopStatus = status;
    this.#abort();
  }

  async #run(): Promise<void> {
    const { definition } = this.machine;
    const interpreter = new StateMachine(definition.machine as never, {
      validationOptions: { noValidate: true },
    });
    const input = JSON.parse(this.input) as Json;
    const run = interpreter.run(input as never, {
      context: this.#context(input),
      overrides: { taskResourceLocalHandlers: this.#handlers() },
    });
    this.#abort = run.abort;
    const recorded = this.#record(run.eventLogs);
    try {
      this.output = JSON.stringify(await run.result);
      this.status = "SUCCEEDED";
    } catch (error) {
      this.#fail(error);
    }
    this.endedAt = this.#cloud.clock.now();
    this.#abortTasks.abort();
    await recorded;
  }

  async #record(events: AsyncIterable<unknown>): Promise<void> {
    for await (const item of events) {
      const event = item as InterpreterEvent;
      this.history.add(event);
      this.#followMaps(event);
      if (this.machine.type === "STANDARD" && this.history.count > MAX_HISTORY_EVENTS) {
        const cause = `The execution reached the maximum number of history events (${MAX_HISTORY_EVENTS}).`;
        this.stop("States.Runtime", cause, "FAILED");
      }
    }
  }

  #followMaps(event: InterpreterEvent): void {
    const failed = event.type === "MapIterationFailed" && event.Error !== ITERATION_STOPPED;
    if (failed && event.parentState) this.#failedMaps.add(event.parentState.name);
    const isEntered = event.type === "StateEntered" || event.type === "StateRetried";
    if (isEntered && event.state) this.#failedMaps.delete(event.state.name);
  }

  #fail(error: unknown): void {
    if (error instanceof ExecutionTimeoutError) {
      this.status = "TIMED_OUT";
      this.error = "States.Timeout";
    } else if (error instanceof ExecutionAbortedError) {
      this.status = this.#stopStatus;
    } else {
      const origin = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      this.status = "FAILED";
      this.error = origin instanceof Error ? origin.name : "States.Runtime";
      this.cause = origin instanceof Error ? origin.message : String(origin);
    }
  }

  /** The context object. https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html */
  #context(input: Json): Record<string, unknown> {
    const { arn, name, roleArn } = this.machine;
    const { clock } = this.#cloud;
    const startTime = new Date(this.startedAt).toISOString();
    return {
      Execution: { Id: this.arn, Name: this.name, RoleArn: roleArn },
      StateMachine: { Id: arn, Name: name },
      State: {
        get EnteredTime() {
          return new Date(clock.now()).toISOString();
        },
      },
      // In place of Execution.Input and Execution.StartTime, which the interpreter sets anew inside Map and Parallel.
      Started: { Input: input, StartTime: startTime },
    };
  }

  #handlers(): Record<string, (input: unknown) => Promise<never>> {
    const { arn, name, roleArn, definition, tasks } = this.machine;
    const caller: Caller = {
      machineArn: arn,
      machineName: name,
      principal: { kind: "role", arn: roleArn, functionName: name },
      signal: this.#abortTasks.signal,
    };
    return Object.fromEntries(
      definition.tasks.map((state) => [
        state.name,
        async (input: unknown) => {
          if (this.status !== "RUNNING" || state.maps.some((map) => this.#failedMaps.has(map))) {
            throw new TaskError(ITERATION_STOPPED, "Another iteration of the Map state has failed.", false);
          }
          this.#tasksUnderWay += 1;
          const work = tasks.get(state.name)?.(input as Json, caller) ?? Promise.resolve(null);
          const result = unlessAborted(work, caller.signal).finally(() => {
            this.#tasksUnderWay -= 1;
          });
          return checkSize(await result, state.name) as never;
        },
      ]),
    );
  }
}

/** The work's result, or a rejection once the execution ends: no state waits on for a task that nobody needs. */
function unlessAborted(work: Promise<Json>, signal: AbortSignal): Promise<Json> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new TaskError("States.Aborted", "The execution has ended.", false));
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
