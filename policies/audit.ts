/** Runs the rules over a stack and sorts what they find by the waivers. */
import type { Graph } from "../local/core/graph.ts";
import type { Level, Rule } from "./rule.ts";
import { Stack } from "./stack.ts";
import type { Waiver } from "./waivers.ts";

export interface Violation {
  readonly rule: string;
  readonly level: Level;
  readonly resource: string;
  readonly urn: string;
  readonly message: string;
}

export interface Audit {
  readonly violations: readonly Violation[];
  readonly waived: readonly Violation[];
  /** Waivers that no violation needs. */
  readonly unused: readonly Waiver[];
}

export interface AuditOptions {
  readonly rules: readonly Rule[];
  readonly waivers: readonly Waiver[];
  /** Whether the levels of production apply. */
  readonly production: boolean;
  /** `YYYY-MM-DD` in UTC. */
  readonly today: string;
}

export const WAIVER_RULE = "waiver-expired";

/** Judges an evaluated stack. An expired waiver waives nothing and is a mandatory violation. */
export function audit(graph: Graph, options: AuditOptions): Audit {
  const found = violationsOf(graph, options);
  const valid = options.waivers.filter((waiver) => !isExpired(waiver, options.today));
  const used = new Set<Waiver>();
  const waived: Violation[] = [];
  const violations: Violation[] = [];
  for (const violation of found) {
    const waiver = valid.find((candidate) => covers(candidate, violation));
    if (waiver) used.add(waiver);
    (waiver ? waived : violations).push(violation);
  }
  violations.push(...options.waivers.filter((waiver) => isExpired(waiver, options.today)).map(expiry));
  return { violations, waived, unused: valid.filter((waiver) => !used.has(waiver)) };
}

export function isExpired(waiver: Waiver, today: string): boolean {
  return waiver.expires < today;
}

/** Whether the waiver is about the violation. */
export function covers(waiver: Waiver, violation: Pick<Violation, "rule" | "resource" | "message">): boolean {
  return (
    waiver.rule === violation.rule &&
    waiver.resource === violation.resource &&
    violation.message.includes(waiver.about ?? "")
  );
}

function violationsOf(graph: Graph, { rules, production }: AuditOptions): Violation[] {
  const views = {
    resource: new Stack(graph.resources.map((resource) => ({ ...resource, props: resource.inputs }))),
    stack: new Stack(graph.resources.map((resource) => ({ ...resource, props: resource.outputs }))),
  };
  return rules.flatMap((rule) => {
    const stack = views[rule.scope];
    const level = production ? rule.prod : rule.dev;
    return rule.types
      .flatMap((type) => stack.of(type))
      .flatMap((subject) =>
        rule.check(subject, stack).map((message) => ({
          rule: rule.id,
          level,
          resource: subject.name,
          urn: subject.urn,
          message,
        })),
      );
  });
}

function expiry(waiver: Waiver): Violation {
  return {
    rule: WAIVER_RULE,
    level: "mandatory",
    resource: waiver.resource,
    urn: "",
    message: `the waiver of ${waiver.rule} ended on ${waiver.expires}: mend it, or say anew why not (${waiver.reason})`,
  };
}
