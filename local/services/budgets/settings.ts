/** A budget as the program defines it. https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Budget.html */
import { UserError } from "../../core/errors.ts";
import type { Properties, Resource, Value } from "../../core/graph.ts";

export type TimeUnit = "DAILY" | "MONTHLY" | "QUARTERLY" | "ANNUALLY";

export interface Notification {
  readonly type: "ACTUAL" | "FORECASTED";
  readonly comparison: string;
  readonly threshold: number;
  readonly isPercentage: boolean;
  readonly emails: readonly string[];
  readonly topics: readonly string[];
}

export interface BudgetSettings {
  readonly name: string;
  readonly arn: string;
  /** `COST`, `USAGE` … */
  readonly type: string;
  readonly timeUnit: TimeUnit;
  /** `USD`, `GB` … */
  readonly unit: string;
  /** Limits by when they begin, in milliseconds since the epoch, oldest first. */
  readonly limits: readonly { readonly from: number; readonly amount: number }[];
  readonly notifications: readonly Notification[];
  /** Milliseconds since the epoch; outside of both, nobody is told. */
  readonly begins: number;
  readonly ends: number;
}

const UNITS: readonly string[] = ["DAILY", "MONTHLY", "QUARTERLY", "ANNUALLY"] satisfies TimeUnit[];

/** How a threshold is compared, and how AWS words it. */
export const COMPARISONS: Readonly<
  Record<string, { readonly holds: (value: number, limit: number) => boolean; readonly sign: string }>
> = {
  EQUAL_TO: { holds: (value, limit) => value === limit, sign: "=" },
  GREATER_THAN: { holds: (value, limit) => value > limit, sign: ">" },
  LESS_THAN: { holds: (value, limit) => value < limit, sign: "<" },
};

/** @throws UserError naming what AWS would refuse */
export function readBudget({ name: resource, outputs }: Resource): BudgetSettings {
  const timeUnit = String(outputs.timeUnit);
  if (!UNITS.includes(timeUnit)) throw new UserError(`The budget ${resource} has the time unit ${timeUnit}.`);
  const fixed = { from: Number.NEGATIVE_INFINITY, amount: Number(outputs.limitAmount) };
  const planned = listOf(outputs.plannedLimits).map(({ startTime, amount }) => ({
    from: timeOf(startTime) ?? 0,
    amount: Number(amount),
  }));
  return {
    name: String(outputs.name),
    arn: String(outputs.arn),
    type: String(outputs.budgetType),
    timeUnit: timeUnit as TimeUnit,
    unit: String(outputs.limitUnit ?? listOf(outputs.plannedLimits)[0]?.unit ?? "USD"),
    limits: planned.length > 0 ? planned.sort((left, right) => left.from - right.from) : [fixed],
    notifications: listOf(outputs.notifications).map((each) => readNotification(resource, each)),
    begins: timeOf(outputs.timePeriodStart) ?? Number.NEGATIVE_INFINITY,
    ends: timeOf(outputs.timePeriodEnd) ?? Number.POSITIVE_INFINITY,
  };
}

function readNotification(budget: string, given: Properties): Notification {
  const comparison = String(given.comparisonOperator);
  const type = given.notificationType;
  if (!Object.hasOwn(COMPARISONS, comparison) || (type !== "ACTUAL" && type !== "FORECASTED")) {
    throw new UserError(`The budget ${budget} cannot notify when ${String(type)} is ${comparison}.`);
  }
  return {
    type,
    comparison,
    threshold: Number(given.threshold),
    isPercentage: given.thresholdType !== "ABSOLUTE_VALUE",
    emails: textsOf(given.subscriberEmailAddresses),
    topics: textsOf(given.subscriberSnsTopicArns),
  };
}

function listOf(value: Value | undefined): Properties[] {
  return Array.isArray(value) ? (value as Properties[]) : [];
}

function textsOf(value: Value | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** Of `2026-11-01_00:00`, which is UTC. */
function timeOf(value: Value | undefined): number | undefined {
  const time = typeof value === "string" ? Date.parse(`${value.replace("_", "T")}:00Z`) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
