/** May a role or a service do it? From all policies that have a say. */

import type { Policy } from "./documents.ts";
import type { Decision, Question } from "./evaluator.ts";
import { evaluatePolicies } from "./evaluator.ts";
import type { Role } from "./identity-policies.ts";
import { holderOf, type ResourcePolicies } from "./resource-policies.ts";

export interface Verdict {
  readonly granted?: Decision["by"];
  /** Why not; set when nothing granted it. */
  readonly reason?: string;
  readonly notes: readonly string[];
}

/** @param role undefined: a role that is not one of the program's */
export function judgeRole(
  role: Role | undefined,
  resourcePolicies: ResourcePolicies,
  question: Question,
): Verdict {
  const identity = evaluatePolicies(role?.policies ?? [], question);
  const resource = evaluatePolicies(policiesOn(resourcePolicies, question), question);
  const boundary = role?.boundary ? evaluatePolicies([role.boundary], question) : undefined;
  const notes = [...identity.notes, ...resource.notes, ...(boundary?.notes ?? []), ...remarks(role)];
  if (identity.effect === "ExplicitDeny") return denied("an identity-based policy", identity, notes);
  if (resource.effect === "ExplicitDeny") return denied("a resource-based policy", resource, notes);
  if (boundary?.effect === "ExplicitDeny") return denied("a permissions boundary", boundary, notes);
  const within = !boundary || boundary.effect === "Allow";
  const granted = resource.by ?? identity.by;
  if (granted && within) return { granted, notes };
  const kind = granted ? "permissions boundary" : "identity-based policy";
  const unknown = role?.unknownPolicies.length
    ? ` (the local cloud does not know the policies ${role.unknownPolicies.join(", ")})`
    : "";
  return { reason: `because no ${kind} allows the ${question.action} action${unknown}`, notes };
}

/** @param service such as `events.amazonaws.com` */
export function judgeService(
  service: string,
  resourcePolicies: ResourcePolicies,
  question: Question,
): Verdict {
  const decision = evaluatePolicies(policiesOn(resourcePolicies, question), question);
  const { notes } = decision;
  if (decision.effect === "ExplicitDeny") return denied("a resource-based policy", decision, notes);
  if (decision.by) return { granted: decision.by, notes };
  const missing = `because no resource-based policy allows ${service} the ${question.action} action`;
  return { reason: missing, notes };
}

function denied(kind: string, decision: Decision, notes: readonly string[]): Verdict {
  const by = decision.by ? [`denied by statement ${decision.by.statement} of ${decision.by.policy}`] : [];
  return { reason: `with an explicit deny in ${kind}`, notes: [...notes, ...by] };
}

function remarks(role: Role | undefined): string[] {
  return role ? [] : ["the role is not one of the program's"];
}

function policiesOn(resourcePolicies: ResourcePolicies, question: Question): readonly Policy[] {
  return resourcePolicies.get(holderOf(question.resource)) ?? [];
}
