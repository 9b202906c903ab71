/** The files on disk that resources consist of. */
import type { Value } from "./graph.ts";

/** The paths of all files and folders within a value. */
export function filesOf(value: Value | undefined): string[] {
  if (value === undefined || value === null || typeof value !== "object") return [];
  if (isAsset(value) && typeof value.path === "string") return [value.path];
  return Object.values(value).flatMap(filesOf);
}

export function isAsset(
  value: object,
): value is { readonly kind: "asset" | "archive"; readonly path?: unknown } {
  return "kind" in value && (value.kind === "asset" || value.kind === "archive");
}
