/** Who may do what: by the policies of queues, functions and other resources, and by those of roles. */
import { demanded, type Statement, statementsOf } from "./documents.ts";
import { unless } from "./rule.ts";
import { PERMISSION, QUEUE_POLICY, ROLE_POLICY } from "./rules/types.ts";
import type { Stack, Subject } from "./stack.ts";

/** Whether it refuses what does not come over TLS. */
export function refusesPlainText(statement: Statement): boolean {
  return (
    statement.effect === "Deny" &&
    statement.principals.includes("*") &&
    statement.conditions.length === 1 &&
    statement.conditions.some(
      ({ operator, key, values }) =>
        operator === "Bool" && key === "aws:securetransport" && values.join() === "false",
    )
  );
}

/** What a resource's own policy lets others do without saying who or for whom. */
export function openings(statement: Statement): readonly string[] {
  if (statement.effect !== "Allow") return [];
  const organised =
    demanded(statement, "aws:PrincipalOrgID").length > 0 ||
    demanded(statement, "aws:PrincipalAccount").length > 0;
  return [
    ...unless(organised || !statement.principals.includes("*"), "lets everybody in"),
    ...unless(
      statement.services.length === 0 || namesAccount(statement),
      `lets ${statement.services.join()} in, whoever it acts for`,
    ),
    ...unless(!statement.actions.some((action) => action.includes("*")), "allows actions with a wildcard"),
    ...unless(!statement.negated, "allows all but what it names"),
  ];
}

/** Whether a service is let in only on behalf of named accounts; the ARN of a bucket names none. */
function namesAccount(statement: Statement): boolean {
  const sources = demanded(statement, "aws:SourceArn").map((arn) => arn.split(":")[4] ?? "");
  return [demanded(statement, "aws:SourceAccount"), sources].some(
    (accounts) =>
      accounts.length > 0 && accounts.every((account) => account !== "" && !account.includes("*")),
  );
}

/** Whether the policies of a queue let a service send to it on behalf of a resource. */
export function letsSend(queue: Subject, service: string, source: Subject, stack: Stack): boolean {
  return stack
    .referring(queue, QUEUE_POLICY, "queueUrl")
    .flatMap((policy) => statementsOf(policy, "policy"))
    .some(
      (statement) =>
        statement.effect === "Allow" &&
        statement.services.includes(service) &&
        statement.actions.includes("sqs:SendMessage") &&
        demanded(statement, "aws:SourceArn").some((pattern) => fits(source.text("arn"), pattern)),
    );
}

/** Whether the permissions of a function, or of its alias, let a service invoke it on behalf of a resource. */
export function letsInvoke(target: Subject, service: string, source: Subject, stack: Stack): boolean {
  return [
    ...stack.referring(target, PERMISSION, "function"),
    ...stack.referring(target, PERMISSION, "qualifier"),
  ].some(
    (permission) =>
      permission.text("principal") === service && permission.text("sourceArn") === source.text("arn"),
  );
}

/** Whether the policies of a role let it do something with a resource. */
export function mayDo(role: Subject, action: string, resource: Subject, stack: Stack): boolean {
  return stack
    .referring(role, ROLE_POLICY, "role")
    .flatMap((policy) => statementsOf(policy, "policy"))
    .some(
      ({ effect, actions, resources }) =>
        effect === "Allow" &&
        actions.includes(action) &&
        resources.some((pattern) => fits(resource.text("arn"), pattern)),
    );
}

/** Whether an ARN is what a policy names, which may end in a wildcard. */
function fits(arn: string, pattern: string): boolean {
  return pattern.endsWith("*") ? arn.startsWith(pattern.slice(0, -1)) : arn === pattern;
}
