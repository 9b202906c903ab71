/**
 * What caused what: the trace that a piece of work belongs to follows it through promises and timers, and from service to
 * service as AWS's own trace header does. https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";

export interface Trace {
  /** `1-<8 hexadecimal digits>-<24 hexadecimal digits>` */
  readonly id: string;
  /** What services pass on as `X-Amzn-Trace-Id`; undefined where AWS would pass nothing on, and only the log follows. */
  readonly header: string | undefined;
  /** Ids of the traces whose messages or records are handled together in this one. */
  readonly links: readonly string[];
}

const ROOT = /(?:^|;)\s*Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;|$)/i;
const storage = new AsyncLocalStorage<Trace | undefined>();

/** The trace of the work that is under way. */
export function currentTrace(): Trace | undefined {
  return storage.getStore();
}

/** Does work as part of a trace. */
export function withTrace<T>(trace: Trace | undefined, work: () => T): T {
  return storage.run(trace, work);
}

/** Does work as part of the trace that is under way, or of a new one. */
export function inTrace<T>(work: () => T): T {
  return currentTrace() ? work() : withTrace(newTrace(), work);
}

/** Does work that nothing caused but the clock. */
export function inNewTrace<T>(work: () => T): T {
  return withTrace(newTrace(), work);
}

/**
 * Does work on messages or records that come from these traces: as part of theirs when it is one and the same, else in a
 * trace of its own that is linked with them. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-tracing.html
 */
export function withTraces<T>(traces: readonly (Trace | undefined)[], work: () => T): T {
  const known = new Map(traces.flatMap((trace) => (trace ? [[trace.id, trace]] : [])));
  if (known.size > 1) return withTrace({ ...newTrace(), links: [...known.keys()] }, work);
  return withTrace(known.values().next().value ?? newTrace(), work);
}

/** The trace of a request; a new one, of which only the log knows, when the header names none. */
export function requestTrace(header: string | readonly string[] | undefined): Trace {
  const id = typeof header === "string" ? ROOT.exec(header)?.[1]?.toLowerCase() : undefined;
  return id === undefined ? newTrace() : { id, header: String(header), links: [] };
}

/**
 * The header that a function's invocation, which is a segment of its own, passes on.
 * @param active whether the function is set to trace; else only what was sampled before is
 */
export function invocationHeader({ id, header }: Trace, active: boolean): string {
  const before = /(?:^|;)\s*Sampled=([01])/.exec(header ?? "")?.[1];
  const parent = randomDigits(16);
  return `Root=${id};Parent=${parent};Sampled=${before ?? (active ? "1" : "0")}`;
}

/** Whether what a header belongs to is sent to X-Ray. */
export function isSampled(header: string): boolean {
  return /(?:^|;)\s*Sampled=1/.test(header);
}

/** Node.js makes UUIDs in advance, random bytes one by one. At most 24 hexadecimal digits, of which one tells the kind of UUID. */
function randomDigits(count: number): string {
  return randomUUID().replaceAll("-", "").slice(-count);
}

function newTrace(): Trace {
  const seconds = Math.floor(Date.now() / 1000)
    .toString(16)
    .padStart(8, "0");
  return { id: `1-${seconds}-${randomDigits(24)}`, header: undefined, links: [] };
}
