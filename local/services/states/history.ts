/**
 * The history of an execution, in the shape of GetExecutionHistory. It counts all events and keeps the newest, so that
 * an execution with thousands of loops does not grow.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
 */
import type { Json } from "./definition.ts";

/** An event as the interpreter reports it. */
export interface InterpreterEvent {
  readonly type: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly input?: Json;
  readonly output?: Json;
  readonly state?: {
    readonly name: string;
    readonly type: string;
    readonly input: Json;
    readonly output?: Json;
  };
  readonly parentState?: { readonly name: string };
  readonly index?: number;
  readonly Error?: string;
  readonly Cause?: unknown;
}

export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly type: string;
  /** Such as `stateEnteredEventDetails`. */
  readonly [details: string]: unknown;
}

/** A standard execution with more events fails on AWS. */
export const MAX_HISTORY_EVENTS = 25_000;
const KEPT_EVENTS = 1_000;
const KEPT_TEXT_LENGTH = 1_024;

type Details = Readonly<Record<string, unknown>>;
type Entry = readonly [type: string, details: Details];

export class History {
  #events: HistoryEvent[] = [];
  #count = 0;

  /** Number of all events so far, those that are no longer kept among them. */
  get count(): number {
    return this.#count;
  }

  /** The newest events, oldest first. */
  get events(): readonly HistoryEvent[] {
    return this.#events;
  }

  add(event: InterpreterEvent): void {
    for (const [type, details] of entriesOf(event)) {
      this.#count += 1;
      const id = this.#count;
      this.#events.push({ id, previousEventId: id - 1, timestamp: event.timestamp / 1000, type, ...details });
    }
    if (this.#events.length > 2 * KEPT_EVENTS) this.#events = this.#events.slice(-KEPT_EVENTS);
  }

  /** Forgets the events, keeps the count. */
  clear(): void {
    this.#events = [];
  }
}

/** The interpreter's event in AWS's terms; a Task makes three events more on AWS. */
function entriesOf(event: InterpreterEvent): Entry[] {
  const { state, parentState, index } = event;
  const failure = { error: event.Error, cause: text(event.Cause) };
  switch (event.type) {
    case "ExecutionStarted":
      return [["ExecutionStarted", { executionStartedEventDetails: { input: text(event.input) } }]];
    case "ExecutionSucceeded":
      return [["ExecutionSucceeded", { executionSucceededEventDetails: { output: text(event.output) } }]];
    case "ExecutionFailed":
      return [["ExecutionFailed", { executionFailedEventDetails: failure }]];
    case "ExecutionAborted":
      return [["ExecutionAborted", { executionAbortedEventDetails: {} }]];
    case "ExecutionTimeout":
      return [["ExecutionTimedOut", { executionTimedOutEventDetails: { error: "States.Timeout" } }]];
    case "MapIterationStarted":
    case "MapIterationSucceeded":
    case "MapIterationFailed": {
      const name = `m${event.type.slice(1)}EventDetails`;
      return [[event.type, { [name]: { name: parentState?.name, index } }]];
    }
    default:
      return state ? stateEntries(event, state, failure) : [];
  }
}

function stateEntries(
  event: InterpreterEvent,
  state: NonNullable<InterpreterEvent["state"]>,
  failure: Details,
): Entry[] {
  const { name, type } = state;
  const attempt: Entry[] = [
    ["TaskScheduled", {}],
    ["TaskStarted", {}],
  ];
  const isTask = type === "Task";
  switch (event.type) {
    case "StateEntered": {
      const details = { stateEnteredEventDetails: { name, input: text(state.input) } };
      return [[`${type}StateEntered`, details], ...(isTask ? attempt : [])];
    }
    case "StateExited": {
      const details = { stateExitedEventDetails: { name, output: text(state.output) } };
      const succeeded: Entry[] = isTask ? [["TaskSucceeded", {}]] : [];
      return [...succeeded, [`${type}StateExited`, details]];
    }
    case "StateRetried":
      return isTask ? attempt : [];
    case "StateFailed":
      if (isTask) return [["TaskFailed", { taskFailedEventDetails: failure }]];
      return type === "Map" || type === "Parallel" ? [[`${type}StateFailed`, {}]] : [];
    default:
      return [];
  }
}

function text(value: unknown): string {
  const whole = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  if (whole.length <= KEPT_TEXT_LENGTH) return whole;
  // A copy through a buffer, because a slice alone would keep the whole text in memory.
  return `${Buffer.from(whole.slice(0, KEPT_TEXT_LENGTH)).toString()}...`;
}
