/** Prints what happens in the local cloud: a line an event, coloured for people, JSON for machines. */
import { styleText } from "node:util";
import type { Log, LogEntry } from "../core/log.ts";

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

/** @param json one JSON object a line instead of text */
export function logPrinter(json: boolean, now: () => number, write: (line: string) => void): Log {
  return (entry) => {
    const at = new Date(now()).toISOString();
    if (json) return write(JSON.stringify({ at, ...entry }));
    const duration =
      entry.duration === undefined ? "" : styleText("gray", ` ${entry.duration.toFixed(0)} ms`);
    const request = entry.requestId === undefined ? "" : styleText("gray", ` ${entry.requestId}`);
    const kind = styleText(STYLES[entry.kind], entry.kind.padEnd(10));
    write(
      `${styleText("gray", at.slice(11, 23))} ${kind} ${entry.source} ${entry.message}${duration}${request}`,
    );
  };
}
