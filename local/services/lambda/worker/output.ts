/**
 * Captures what a function prints, in Lambda's formats.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
 */
import { format } from "node:util";

interface OutputSettings {
  readonly logFormat: "Text" | "JSON";
  readonly logLevel: string;
  /** Id of the invocation that is running. */
  readonly requestId: () => string | undefined;
  /** Takes one entry of the log. */
  readonly entry: (text: string) => void;
  /** Takes raw output. */
  readonly output: (text: string) => void;
}

const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
const METHODS = {
  trace: "TRACE",
  debug: "DEBUG",
  log: "INFO",
  info: "INFO",
  warn: "WARN",
  error: "ERROR",
} as const;

/** Redirects the console, stdout and stderr of this thread. */
export function captureOutput(settings: OutputSettings): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.write = ((chunk: string | Uint8Array, encoding?: unknown, done?: unknown): boolean => {
      settings.output(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8"));
      const callback = typeof encoding === "function" ? encoding : done;
      if (typeof callback === "function") process.nextTick(callback);
      return true;
    }) as typeof stream.write;
  }
  const least = settings.logFormat === "JSON" ? LEVELS.indexOf(settings.logLevel) : 0;
  for (const [method, level] of Object.entries(METHODS)) {
    const silent = LEVELS.indexOf(level) < least;
    const write = (...values: unknown[]) => settings.entry(entryOf(settings, level, values));
    Object.assign(console, { [method]: silent ? () => undefined : write });
  }
}

/** One entry of the log, as the console's methods write it. */
export function entryOf(
  settings: Pick<OutputSettings, "logFormat" | "requestId">,
  level: string,
  values: readonly unknown[],
): string {
  const timestamp = new Date().toISOString();
  const requestId = settings.requestId();
  if (settings.logFormat === "Text")
    return [timestamp, requestId, level, format(...values)].map(String).join("\t");
  const [message, ...others] = values;
  if (others.length > 0) {
    const error = values.find((value) => value instanceof Error);
    return JSON.stringify({
      timestamp,
      level,
      requestId,
      message: format(...values),
      ...errorMembers(error),
    });
  }
  if (typeof message === "string" && isJsonObject(message)) return message;
  try {
    return JSON.stringify({ timestamp, level, requestId, message }, (_, value) =>
      value instanceof Error ? { ...errorMembers(value), ...value } : value,
    );
  } catch {
    return JSON.stringify({ timestamp, level, requestId, message: format(message) });
  }
}

function errorMembers(error: Error | undefined): object {
  if (!error) return {};
  const stackTrace = (error.stack ?? "").split("\n");
  return { errorType: error.constructor.name, errorMessage: error.message, stackTrace };
}

/** Lambda does not encode twice what is encoded already. */
function isJsonObject(text: string): boolean {
  if (!text.startsWith("{")) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
