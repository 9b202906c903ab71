/** What the parts of the event-pattern compiler share. */
import { AwsError } from "./errors.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param path the names that lead to the mistake */
export function invalidPattern(reason: string, path: readonly string[]): AwsError {
  const where = path.length > 0 ? ` at ${path.join(".")}` : "";
  return new AwsError(
    "InvalidEventPatternException",
    `Event pattern is not valid. Reason: ${reason}${where}`,
  );
}
