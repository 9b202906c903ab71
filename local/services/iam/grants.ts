/** What roles may do and whether they did it: the difference between granted and needed permissions. */
import type { Resource } from "../../core/graph.ts";
import type { Usage } from "./authorizer.ts";
import { componentOf } from "./denial.ts";
import { rolesOf } from "./identity-policies.ts";
import { matchesPattern } from "./wildcards.ts";

/** An action that a statement of a role's policies allows. */
export interface Grant {
  /** Name of the role. */
  readonly role: string;
  /** The component that the role belongs to. */
  readonly component: string;
  readonly policy: string;
  /** `Sid`, or the statement's number in its policy. */
  readonly statement: string;
  /** As the statement has it, also with wildcards. */
  readonly action: string;
  /** How often it was what granted a call. */
  readonly count: number;
}

/** Every action that a role of the program is granted, with the number of calls that needed it. */
export function grantsOf(resources: readonly Resource[], usage: readonly Usage[]): Grant[] {
  return [...rolesOf(resources).values()].flatMap((role) => {
    const component = componentOf(role.resource, resources);
    return role.policies.flatMap((policy) =>
      policy.statements
        .filter(({ effect, exceptActions }) => effect === "Allow" && !exceptActions)
        .flatMap(({ id, actions }) =>
          actions.map((action) => {
            const grant = { role: role.name, component, policy: policy.name, statement: id, action };
            return { ...grant, count: countOf(grant, usage) };
          }),
        ),
    );
  });
}

function countOf(grant: Omit<Grant, "count">, usage: readonly Usage[]): number {
  return usage
    .filter(({ principal, policy }) => principal === grant.role && policy === grant.policy)
    .filter(
      ({ statement, action }) => statement === grant.statement && matchesPattern(grant.action, action, true),
    )
    .reduce((sum, { count }) => sum + count, 0);
}
