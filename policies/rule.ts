/** What a rule is. The rules themselves are in rules/. */
import type { Stack, Subject } from "./stack.ts";

/** `mandatory` stops a deployment, `advisory` only speaks. */
export type Level = "advisory" | "mandatory";

export interface RuleText {
  /** Unique, kebab case, begins with the family. */
  readonly id: string;
  /** What must hold, as a sentence. */
  readonly what: string;
  /** What happens otherwise. */
  readonly why: string;
  /** What to do about a violation. */
  readonly remedy: string;
  /** Names of the same demand elsewhere (Security Hub, cdk-nag, Checkov). */
  readonly origin?: string;
  readonly dev: Level;
  readonly prod: Level;
  /** Types of the resources that it judges. */
  readonly types: readonly string[];
  /** Types of other resources that it looks at. */
  readonly reads?: readonly string[];
}

export interface Rule extends RuleText {
  /** `resource`: judges a resource by its own inputs, before it is made. `stack`: looks at others, too. */
  readonly scope: "resource" | "stack";
  /** What is wrong with the resource; empty when nothing is. */
  readonly check: (resource: Subject, stack: Stack) => readonly string[];
}

/** A rule on a resource's own inputs. */
export function resourceRule(text: RuleText, check: (resource: Subject) => readonly string[]): Rule {
  return { ...text, scope: "resource", check };
}

/** A rule on how resources fit together. */
export function stackRule(
  text: RuleText,
  check: (resource: Subject, stack: Stack) => readonly string[],
): Rule {
  return { ...text, scope: "stack", check };
}

/** The message when the demand is not met, else nothing. */
export function unless(met: boolean, message: string): readonly string[] {
  return met ? [] : [message];
}

/** Levels of demands that cost nothing. */
export const ALWAYS = { dev: "mandatory", prod: "mandatory" } as const;

/** Levels of demands that cost money or stand in the way of starting anew: development takes the free choice. */
export const PRODUCTION = { dev: "advisory", prod: "mandatory" } as const;
