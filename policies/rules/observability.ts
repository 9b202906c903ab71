/** Amazon CloudWatch logs and AWS Budgets. Which alarms there must be is in alarms.ts. */
import { ALWAYS, PRODUCTION, type Rule, resourceRule, stackRule, unless } from "../rule.ts";
import { listOf, type Subject, valueAt } from "../stack.ts";
import { alarms } from "./alarms.ts";
import { BUDGET, LOG_GROUP, STATE_MACHINE } from "./types.ts";

const STACK = "pulumi:pulumi:Stack";

const A_YEAR = 365;

const logs: readonly Rule[] = [
  resourceRule(
    {
      id: "logs-expire",
      what: "A log group says how long it keeps what is logged.",
      why: "It would keep and charge it for ever.",
      remedy: "Set retentionInDays.",
      origin: "CloudWatch.16, CKV_AWS_66",
      ...ALWAYS,
      types: [LOG_GROUP],
    },
    (group) => unless(group.number("retentionInDays", 0) > 0, "keeps everything for ever"),
  ),
  resourceRule(
    {
      id: "logs-for-a-year",
      what: "Logs are kept for a year.",
      why: "An intrusion is found half a year later, when nobody can say any more what was done.",
      remedy: `Set retentionInDays to ${A_YEAR} or more: andamio:logRetentionDays of the stack.`,
      origin: "CKV_AWS_338",
      ...PRODUCTION,
      types: [LOG_GROUP],
    },
    (group) => {
      const days = group.number("retentionInDays", 0);
      return unless(days === 0 || days >= A_YEAR, `keeps ${days} days`);
    },
  ),
  stackRule(
    {
      id: "logs-vended-name",
      what: "The log group of a workflow is among those that AWS's services write to.",
      why: "For others each workflow adds to one policy of the account, which is full after some dozens.",
      remedy: "Let its name begin with /aws/vendedlogs/.",
      ...ALWAYS,
      types: [STATE_MACHINE],
      reads: [LOG_GROUP],
    },
    (machine, stack) =>
      unless(
        stack
          .targets(machine, "loggingConfiguration", LOG_GROUP)
          .every((group) =>
            ["name", "namePrefix"].some((property) => group.text(property).startsWith("/aws/vendedlogs/")),
          ),
        "logs into a group with another name",
      ),
  ),
];

const costs: readonly Rule[] = [
  stackRule(
    {
      id: "budget-alerts",
      what: "Somebody is told when the month becomes expensive: after 80 % of a budget, and when AWS expects all of it.",
      why: "The bill comes at the end of the month.",
      remedy:
        "Add a monthly Budget of costs with notifications ACTUAL at 80 % or less and FORECASTED at 100 % or less, both with subscribers.",
      ...ALWAYS,
      types: [STACK],
      reads: [BUDGET],
    },
    (_, stack) => unless(stack.of(BUDGET).some(alerts), "has no budget that tells somebody"),
  ),
];

function alerts(budget: Subject): boolean {
  const tells = (type: string, most: number) =>
    budget
      .list("notifications")
      .some(
        (notification) =>
          valueAt(notification, "notificationType") === type &&
          valueAt(notification, "thresholdType") === "PERCENTAGE" &&
          Number(valueAt(notification, "threshold")) <= most &&
          ["subscriberSnsTopicArns", "subscriberEmailAddresses"].some(
            (name) => listOf(valueAt(notification, name)).length > 0,
          ),
      );
  return (
    budget.text("budgetType") === "COST" &&
    budget.text("timeUnit") === "MONTHLY" &&
    tells("ACTUAL", 80) &&
    tells("FORECASTED", 100)
  );
}

export const observability: readonly Rule[] = [...logs, ...alarms, ...costs];
