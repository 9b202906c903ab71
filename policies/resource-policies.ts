/** Resources' own policies: whom they refuse, let in, and let in too easily. */
import { demanded, type Statement, statementsOf } from "./documents.ts";
import { QUEUE_POLICY } from "./rules/types.ts";
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
  const narrowed = ["aws:PrincipalOrgID", "aws:PrincipalAccount", "aws:SourceAccount", "aws:SourceArn"].some(
    (key) => demanded(statement, key).length > 0,
  );
  const source = [...demanded(statement, "aws:SourceArn"), ...demanded(statement, "aws:SourceAccount")];
  return [
    ...(statement.principals.includes("*") && !narrowed ? ["lets everybody in"] : []),
    ...(statement.actions.some((action) => action.includes("*")) ? ["allows actions with a wildcard"] : []),
    ...(statement.services.length > 0 && !source.some((value) => !value.startsWith("*"))
      ? [`lets ${statement.services.join()} in, whoever it acts for`]
      : []),
    ...(statement.negated ? ["allows all but what it names"] : []),
  ];
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
        demanded(statement, "aws:SourceArn").includes(source.text("arn")),
    );
}
