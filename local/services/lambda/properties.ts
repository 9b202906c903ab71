/** Reads properties of resources, whose shapes the provider has checked on AWS but nobody has here. */
import type { Properties, Value } from "../../core/graph.ts";

export function textOf(value: Value | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function numberOf(value: Value | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

export function listOf(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? value : [];
}

/** The members of an object; none when it is not set. */
export function membersOf(value: Value | undefined): Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Properties) : {};
}
