/** Prints what happens in the local cloud: a line an event, in columns and colours for people, JSON for machines. */
import { styleText } from "node:util";
import type { Log, LogEntry } from "../core/log.ts";
import { PRINTED_TRACE_DIGITS } from "../core/log-book.ts";

type Style = Parameters<typeof styleText>[0];

const STYLES: Readonly<Record<LogEntry["kind"], Style>> = {
  request: "cyan",
  invocation: "green",
  event: "magenta",
  delivery: "magenta",
  call: "gray",
  mail: "blue",
  notice: "gray",
  warning: "yellow",
  error: "red",
};

const KIND_WIDTH = 10;
const SOURCE_WIDTH = 24;
const DURATION_WIDTH = 8;

/**
 * Pulumi ends names with seven random digits, and children with what they are; ARNs and UUIDs are long. People know the
 * rest. Machines get all of it.
 */
const LONG_NAMES: readonly (readonly [RegExp, string])[] = [
  [/\barn:aws:[a-z0-9-]*:[a-z0-9-]*:\d*:/g, ""],
  [
    /\b([a-z][\w-]*?)(?:-(?:function|rest-api|state-machine|queue|schedule|group|rule))?-[0-9a-f]{7}\b/g,
    "$1",
  ],
  [/\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, "$1…"],
];

/**
 * @param json one JSON object a line instead of text
 * @param write gets each line; colours are left out where the standard output is no terminal or NO_COLOR is set
 */
export function logPrinter(json: boolean, now: () => number, write: (line: string) => void): Log {
  return (entry) => {
    const at = new Date(now()).toISOString();
    write(json ? JSON.stringify({ at, ...entry }) : lineOf(entry, at));
  };
}

/** Time, trace, what, who, how long, the rest. */
function lineOf(entry: LogEntry, at: string): string {
  const { kind, trace = "", duration } = entry;
  const style = STYLES[kind];
  const isProblem = kind === "warning" || kind === "error";
  const [source, message] = [shortened(entry.source), shortened(entry.message)];
  return [
    styleText("gray", at.slice(11, 23)),
    styleText("gray", trace.slice(-PRINTED_TRACE_DIGITS).padEnd(PRINTED_TRACE_DIGITS)),
    styleText(style, kind.padEnd(KIND_WIDTH)),
    source.padEnd(SOURCE_WIDTH),
    styleText("gray", (duration === undefined ? "" : `${duration.toFixed(0)} ms`).padStart(DURATION_WIDTH)),
    isProblem || kind === "call" ? styleText(style, message) : message,
  ].join(" ");
}

function shortened(text: string): string {
  return LONG_NAMES.reduce((short, [long, name]) => short.replaceAll(long, name), text);
}
