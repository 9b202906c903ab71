import type { Partly } from "./merge.ts";
import { merge } from "./merge.ts";

/**
 * The way around a component's own choices, the same in all of them: some arguments of a resource it creates, or a
 * function that makes all arguments from those the component would use.
 */
export type Transform<T> = Partly<T> | ((args: T) => T);

/** Applies a transform. What the component cannot work without stays: `required` wins. */
export function transformed<T extends object>(
  args: T,
  transform: Transform<T> | undefined,
  required: Partly<T> = {},
): T {
  return typeof transform === "function"
    ? merge(transform(merge(args, required)), {}, required)
    : merge(args, transform ?? {}, required);
}
