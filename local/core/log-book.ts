/** The last log entries, to be looked up by what they belong to. */
import type { Clock } from "./clock.ts";
import type { Log, LogEntry } from "./log.ts";
import { currentTrace } from "./trace.ts";

/** A log entry and when it was made, in milliseconds since the epoch. */
export type BookedEntry = LogEntry & { readonly at: number };

const KEPT_ENTRIES = 20_000;
/** The end of a trace's id tells traces apart: its beginning is the time. */
export const PRINTED_TRACE_DIGITS = 8;

export class LogBook {
  readonly #clock: Clock;
  readonly #next: Log;
  #entries: BookedEntry[] = [];

  /** @param next gets every entry, with its trace */
  constructor(clock: Clock, next: Log) {
    this.#clock = clock;
    this.#next = next;
  }

  /** Takes an entry in and adds the trace of the work that is under way. */
  readonly log: Log = (entry) => {
    const trace = currentTrace();
    const links = trace && trace.links.length > 0 ? { links: trace.links } : {};
    const traced = trace ? { trace: trace.id, ...links, ...entry } : entry;
    this.#entries.push({ at: this.#clock.now(), ...traced });
    if (this.#entries.length > 2 * KEPT_ENTRIES) this.#entries = this.#entries.slice(-KEPT_ENTRIES);
    this.#next(traced);
  };

  /**
   * All entries of a trace and of those that are linked with it, in order.
   * @param id of the trace, or its last eight digits; or a request id, an event id, or a client's `x-request-id`
   */
  follow(id: string): readonly BookedEntry[] {
    const traces = new Set([id]);
    for (const { requestId, clientRequestId, trace } of this.#entries)
      if (trace !== undefined && (requestId === id || clientRequestId === id || endsWith(trace, id)))
        traces.add(trace);
    // What is linked comes later than what it is linked with, so that one pass finds all.
    for (const { trace, links = [] } of this.#entries)
      if (trace !== undefined && links.some((link) => traces.has(link))) traces.add(trace);
    return this.#entries.filter(({ trace = "" }) => traces.has(trace));
  }
}

/** As the log prints a trace's id. */
function endsWith(trace: string, digits: string): boolean {
  return digits.length === PRINTED_TRACE_DIGITS && trace.endsWith(digits);
}
