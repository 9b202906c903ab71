/**
 * The lines that Lambda itself writes into a function's log.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
 */
import type { Outcome } from "./environment.ts";
import type { FunctionSettings } from "./function-settings.ts";

const BYTES_PER_MEGABYTE = 1024 * 1024;

/** Platform events that a level of WARN leaves out. */
const isQuiet = (settings: FunctionSettings): boolean =>
  settings.logFormat === "JSON" && settings.systemLogLevel === "WARN";

export function startEntries(
  settings: FunctionSettings,
  requestId: string,
  version: string,
  time: number,
): string[] {
  if (isQuiet(settings)) return [];
  if (settings.logFormat === "Text") return [`START RequestId: ${requestId} Version: ${version}`];
  return [platformEvent(time, "platform.start", { requestId, version })];
}

export function endEntries(
  settings: FunctionSettings,
  requestId: string,
  outcome: Outcome,
  time: number,
): string[] {
  const { milliseconds, initMilliseconds, heapBytes, failed } = outcome;
  const billed = Math.ceil(milliseconds);
  const used = Math.ceil(heapBytes / BYTES_PER_MEGABYTE);
  if (settings.logFormat === "Text") {
    const init = initMilliseconds === undefined ? "" : `Init Duration: ${initMilliseconds.toFixed(2)} ms\t`;
    return [
      `END RequestId: ${requestId}`,
      `REPORT RequestId: ${requestId}\tDuration: ${milliseconds.toFixed(2)} ms\tBilled Duration: ${billed} ms\t` +
        `Memory Size: ${settings.memoryMegabytes} MB\tMax Memory Used: ${used} MB\t${init}`,
    ];
  }
  if (isQuiet(settings) && !failed) return [];
  const metrics = {
    durationMs: round(milliseconds),
    billedDurationMs: billed,
    memorySizeMB: settings.memoryMegabytes,
    maxMemoryUsedMB: used,
    ...(initMilliseconds === undefined ? {} : { initDurationMs: round(initMilliseconds) }),
  };
  return [
    platformEvent(time, "platform.report", { requestId, metrics, status: failed ? "error" : "success" }),
  ];
}

function platformEvent(time: number, type: string, record: object): string {
  return JSON.stringify({ time: new Date(time).toISOString(), type, record });
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
