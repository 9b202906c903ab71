/** Errors as Lambda's Node.js runtime reports them. */
import { types } from "node:util";

/** Lambda's error payload. */
export interface FailurePayload {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

/** An error of the runtime itself, such as `Runtime.HandlerNotFound`. */
export function runtimeError(name: string, message: string, stack?: string): Error {
  const error = new Error(message);
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** What the caller of the function gets for something thrown. */
export function failurePayload(thrown: unknown): FailurePayload {
  if (isErrorLike(thrown)) {
    const trace = (thrown.stack ?? "").split("\n");
    return { errorType: thrown.name, errorMessage: thrown.message, trace };
  }
  return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
}

/** What the log shows of it. */
export function failureEntry(thrown: unknown): string {
  const { errorType, errorMessage, trace } = failurePayload(thrown);
  const more = isErrorLike(thrown) ? Object.fromEntries(Object.entries(thrown)) : {};
  try {
    return JSON.stringify({ errorType, errorMessage, ...more, stack: trace });
  } catch {
    return JSON.stringify({ errorType, errorMessage, stack: trace });
  }
}

function isErrorLike(thrown: unknown): thrown is Error {
  if (types.isNativeError(thrown)) return true;
  if (typeof thrown !== "object" || thrown === null) return false;
  return "name" in thrown && "message" in thrown && "stack" in thrown;
}
