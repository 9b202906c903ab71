/** Reading the parameters of calls. */
import { AwsError } from "../../core/errors.ts";
import type { JsonInput } from "../../core/protocol.ts";
import type { AwsCall } from "../../core/service.ts";
import type { Secret } from "./store.ts";

/** The secret that a call names, once the caller may do this with it. */
export type Find = (action: string, input: JsonInput, call: AwsCall) => Secret;

/** @throws AwsError InvalidParameterException */
export function required(input: JsonInput, name: string): string {
  const value = optional(input, name);
  if (value) return value;
  throw invalid(`${name} is required.`);
}

export function optional(input: JsonInput, name: string): string | undefined {
  const value = input[name];
  return typeof value === "string" ? value : undefined;
}

export function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}
