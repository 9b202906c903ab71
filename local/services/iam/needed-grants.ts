/** Is every permission needed? Takes each away and asks again all that was asked in this run. */
import type { Resource } from "../../core/graph.ts";
import { componentOf } from "./denial.ts";
import type { Policy, Statement } from "./documents.ts";
import { type Role, rolesOf } from "./identity-policies.ts";
import { judgeRole } from "./judgement.ts";
import type { RecordedCheck } from "./recorded-checks.ts";
import { type ResourcePolicies, resourcePoliciesOf } from "./resource-policies.ts";
import { matchesPattern } from "./wildcards.ts";

/** A part of a statement: one of its actions, or one of its resources. */
export interface GrantPart {
  /** Name of the role. */
  readonly role: string;
  /** The component that the role belongs to. */
  readonly component: string;
  readonly policy: string;
  /** `Sid`, or the statement's number in its policy. */
  readonly statement: string;
  /** As the statement has it, also with wildcards; undefined when it is a resource that was taken away. */
  readonly action?: string;
  readonly resource?: string;
}

export interface NeedReport {
  /** Parts that no call of this run asked for. */
  readonly unused: readonly GrantPart[];
  /** Parts that calls used, all of which are allowed without them too. */
  readonly untested: readonly GrantPart[];
}

/**
 * What can be taken from the roles' policies without denying any of the calls. A statement's only action or resource is
 * the whole statement. Statements with `NotAction` or `NotResource` are not judged.
 * @param checks the granted checks of a run
 */
export function neededGrants(resources: readonly Resource[], checks: readonly RecordedCheck[]): NeedReport {
  const resourcePolicies = resourcePoliciesOf(resources);
  const unused: GrantPart[] = [];
  const untested: GrantPart[] = [];
  for (const role of rolesOf(resources).values()) {
    const own = checks.filter(({ roleArn }) => roleArn === role.arn);
    for (const removal of removalsFrom(role)) {
      const concerned = own.filter(({ question }) => removal.concerns(question.action));
      if (isDenied(removal.remaining, resourcePolicies, concerned)) continue;
      const isUsed = concerned.some((check) => usesPart(role, removal, resourcePolicies, check));
      (isUsed ? untested : unused).push({
        component: componentOf(role.resource, resources),
        ...removal.part,
      });
    }
  }
  return { unused, untested };
}

interface Removal {
  readonly part: Omit<GrantPart, "component">;
  readonly concerns: (action: string) => boolean;
  /** The role without the part. */
  readonly remaining: Role;
  /** The role with nothing but the part. */
  readonly alone: Role;
}

function isDenied(role: Role, policies: ResourcePolicies, checks: readonly RecordedCheck[]): boolean {
  return checks.some(({ question }) => judgeRole(role, policies, question).granted === undefined);
}

/** Whether the part by itself would grant the call. */
function usesPart(role: Role, { alone }: Removal, policies: ResourcePolicies, check: RecordedCheck): boolean {
  return judgeRole({ ...alone, boundary: role.boundary }, policies, check.question).granted !== undefined;
}

function removalsFrom(role: Role): Removal[] {
  return role.policies.flatMap((policy) =>
    policy.statements.flatMap((statement) => {
      const { effect, exceptActions, exceptResources } = statement;
      if (effect !== "Allow" || exceptActions || exceptResources) return [];
      return [...withoutActions(role, policy, statement), ...withoutResources(role, policy, statement)];
    }),
  );
}

function withoutActions(role: Role, policy: Policy, statement: Statement): Removal[] {
  return statement.actions.map((action) => ({
    part: { ...partOf(role, policy, statement), action },
    concerns: (asked) => matchesPattern(action, asked, true),
    remaining: changed(role, policy, statement, {
      actions: statement.actions.filter((other) => other !== action),
    }),
    alone: only(role, policy, { ...statement, actions: [action] }),
  }));
}

function withoutResources(role: Role, policy: Policy, statement: Statement): Removal[] {
  const { actions, resources = [] } = statement;
  if (resources.length < 2) return [];
  return resources.map((resource) => ({
    part: { ...partOf(role, policy, statement), resource },
    concerns: (asked) => actions.some((action) => matchesPattern(action, asked, true)),
    remaining: changed(role, policy, statement, {
      resources: resources.filter((other) => other !== resource),
    }),
    alone: only(role, policy, { ...statement, resources: [resource] }),
  }));
}

function partOf(role: Role, policy: Policy, { id }: Statement): Omit<GrantPart, "component"> {
  return { role: role.name, policy: policy.name, statement: id };
}

function changed(role: Role, policy: Policy, statement: Statement, change: Partial<Statement>): Role {
  const statements = policy.statements.map((other) =>
    other === statement ? { ...statement, ...change } : other,
  );
  const policies = role.policies.map((other) => (other === policy ? { ...policy, statements } : other));
  return { ...role, policies };
}

function only(role: Role, policy: Policy, statement: Statement): Role {
  return { ...role, policies: [{ ...policy, statements: [statement] }] };
}
