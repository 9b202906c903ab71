import { ALIAS, FUNCTION } from "./rules/types.ts";
import type { Stack, Subject } from "./stack.ts";

/** The functions that something names in `functionName`, by themselves or by an alias. */
export function functionsOf(subject: Subject, stack: Stack): readonly Subject[] {
  const aliases = stack.targets(subject, "functionName", ALIAS);
  return [
    ...stack.targets(subject, "functionName", FUNCTION),
    ...aliases.flatMap((alias) => stack.targets(alias, "functionName", FUNCTION)),
  ];
}
