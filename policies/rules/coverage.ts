/** The rule about the rules: no kind of resource slips in that nobody thought about. */
import { ALWAYS, type Rule, stackRule } from "../rule.ts";
import { uncovered } from "../uncovered.ts";

const STACK = "pulumi:pulumi:Stack";

/** Pulumi's bookkeeping, and components of the program's own: what they are made of is judged. */
const NOTHING_IN_AWS = /^(pulumi|andamio):/;

/** @param rules all others */
export function coverage(rules: readonly Rule[]): Rule {
  const covered = new Set(rules.flatMap(({ types, reads = [] }) => [...types, ...reads]));
  return stackRule(
    {
      id: "stack-coverage",
      what: "Some rule looks at each type of resource, or it is written down why none has to.",
      why: "What is new would be safe by luck; that no rule speaks would say nothing.",
      remedy: "Write a rule about the type, or add it to policies/uncovered.ts with the reason.",
      ...ALWAYS,
      types: [STACK],
    },
    (_root, stack) =>
      [...stack.types()]
        .filter((type) => !covered.has(type) && !(type in uncovered) && !NOTHING_IN_AWS.test(type))
        .map((type) => `has resources that no rule looks at: ${type}`),
  );
}
