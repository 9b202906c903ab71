/**
 * Decides whether policies allow an action: an explicit Deny first, then an Allow, else no.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
import { checkCondition } from "./conditions.ts";
import type { Policy, Principals, Statement } from "./documents.ts";
import { type Context, substitute } from "./variables.ts";
import { matchesArn, matchesPattern } from "./wildcards.ts";

/** What is asked: may this caller do this action on this resource? */
export interface Question {
  /** Such as `dynamodb:PutItem`. */
  readonly action: string;
  readonly resource: string;
  readonly context: Context;
  /** Who asks, for policies that name principals. */
  readonly caller?: Caller;
}

/** Who a resource policy's `Principal` is compared with. */
export interface Caller {
  readonly kind: "AWS" | "Service";
  /** A role's ARN, or a service principal such as `events.amazonaws.com`. */
  readonly name: string;
  readonly account: string;
}

export interface Decision {
  readonly effect: "Allow" | "ExplicitDeny" | "ImplicitDeny";
  /** The statement that decided; undefined when none applied. */
  readonly by?: { readonly policy: string; readonly statement: string };
  /** Why statements that came close did not apply: missing keys, unknown operators. */
  readonly notes: readonly string[];
}

/**
 * Evaluates policies together, as AWS does with all policies of one kind. A condition that cannot be told (unknown
 * operator, key without a value) lets no Allow apply; with an unknown operator a Deny applies, to be on the safe side.
 */
export function evaluatePolicies(policies: readonly Policy[], question: Question): Decision {
  const notes: string[] = [];
  let allowed: Decision["by"];
  for (const policy of policies) {
    for (const statement of policy.statements) {
      if (allowed !== undefined && statement.effect === "Allow") continue;
      if (!concerns(statement, question, notes)) continue;
      if (!conditionsHold(policy, statement, question, notes)) continue;
      const by = { policy: policy.name, statement: statement.id };
      if (statement.effect === "Deny") return { effect: "ExplicitDeny", by, notes };
      allowed = by;
    }
  }
  return allowed ? { effect: "Allow", by: allowed, notes } : { effect: "ImplicitDeny", notes };
}

function concerns(statement: Statement, question: Question, notes: string[]): boolean {
  const action = statement.actions.some((pattern) => matchesPattern(pattern, question.action, true));
  if (action === statement.exceptActions) return false;
  if (!concernsCaller(statement, question.caller)) return false;
  if (statement.resources === undefined) return true;
  const resource = statement.resources.some((pattern) => {
    const { text, missing } = substitute(pattern, question.context);
    if (missing !== undefined) notes.push(`the policy variable \${${missing}} has no value in this call`);
    return missing === undefined && matchesArn(text, question.resource);
  });
  return resource !== statement.exceptResources;
}

function concernsCaller(statement: Statement, caller: Caller | undefined): boolean {
  if (!caller || statement.principals === undefined) return true;
  const named = names(statement.principals, caller);
  if (statement.exceptPrincipals) return !named && !namesAccount(statement.principals, caller);
  return named || (statement.effect === "Deny" && namesAccount(statement.principals, caller));
}

function names(principals: Principals, caller: Caller): boolean {
  if (principals === "*") return true;
  const wanted = principals[caller.kind] ?? [];
  return wanted.includes(caller.name) || (caller.kind === "AWS" && wanted.includes("*"));
}

/** To name the account grants nothing by itself: it leaves the decision to the identity's own policies. */
function namesAccount(principals: Principals, caller: Caller): boolean {
  if (principals === "*" || caller.kind !== "AWS") return false;
  const root = `arn:aws:iam::${caller.account}:root`;
  return (principals.AWS ?? []).some((name) => name === caller.account || name === root);
}

function conditionsHold(policy: Policy, statement: Statement, question: Question, notes: string[]): boolean {
  for (const condition of statement.conditions) {
    const { holds, note, unknownOperator } = checkCondition(condition, question.context);
    if (note !== undefined) notes.push(`${note} (statement ${statement.id} of ${policy.name})`);
    if (!holds && !(unknownOperator && statement.effect === "Deny")) return false;
  }
  return true;
}
