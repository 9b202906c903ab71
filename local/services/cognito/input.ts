/** Reading the input of Cognito's operations. */
import type { JsonInput } from "../../core/protocol.ts";
import { listOf, objectOf, textMapOf, textOf } from "../apigateway/json.ts";
import { invalidParameter } from "./errors.ts";

export function required(input: JsonInput, name: string): string {
  const value = textOf(input[name]);
  if (value !== undefined) return value;
  throw invalidParameter(`Missing required parameter ${name}`);
}

/** `[{ Name, Value }]` as an object. */
export function attributesOf(list: unknown): Record<string, string> {
  return Object.fromEntries(
    listOf(list).map((entry) => [String(objectOf(entry).Name), String(objectOf(entry).Value ?? "")]),
  );
}

/** An object as `[{ Name, Value }]`. */
export function attributeList(attributes: Readonly<Record<string, string>>): JsonInput[] {
  return Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
}

/** A map of texts in the input, such as `ClientMetadata`; empty when left out. */
export function textsOf(input: JsonInput, name: string): Readonly<Record<string, string>> {
  return textMapOf(input[name]);
}
