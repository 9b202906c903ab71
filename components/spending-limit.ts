import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { AlertChannel } from "./alert-channel.ts";
import { Component } from "./base.ts";
import { refuseMistakes } from "./mistakes.ts";

export interface SpendingLimitArgs {
  /** What the whole account may cost in a calendar month, in US dollars. */
  readonly monthlyDollars: number;
  /** Who is told. */
  readonly alerts: AlertChannel;
}

/** When somebody is told, in percent of the limit: of what was spent, and of what AWS expects at the month's end. */
const THRESHOLDS = [
  { notificationType: "ACTUAL", threshold: 50 },
  { notificationType: "ACTUAL", threshold: 80 },
  { notificationType: "ACTUAL", threshold: 100 },
  { notificationType: "FORECASTED", threshold: 100 },
];

/**
 * Tells the alert channel when the account becomes expensive. It stops nothing: AWS counts some hours late.
 *
 * Creates: a monthly AWS budget with alerts at 50, 80 and 100 % of what was spent, and when 100 % are expected.
 * https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html
 *
 *     new SpendingLimit("spending", { monthlyDollars: 120, alerts });
 */
export class SpendingLimit extends Component {
  readonly budget: aws.budgets.Budget;

  /** @throws pulumi.InputPropertiesError when the limit is no amount of money */
  constructor(name: string, args: SpendingLimitArgs, opts?: pulumi.ComponentResourceOptions) {
    super("SpendingLimit", name, {}, opts);
    const { monthlyDollars, alerts } = args;
    const isAmount = monthlyDollars > 0 && Number.isFinite(monthlyDollars);
    refuseMistakes(
      `SpendingLimit "${name}"`,
      isAmount
        ? []
        : [{ propertyPath: "monthlyDollars", reason: `is ${monthlyDollars}; give an amount above 0` }],
    );
    this.budget = new aws.budgets.Budget(
      `${name}-budget`,
      {
        budgetType: "COST",
        timeUnit: "MONTHLY",
        limitAmount: monthlyDollars.toFixed(2),
        limitUnit: "USD",
        notifications: THRESHOLDS.map((threshold) => ({
          ...threshold,
          thresholdType: "PERCENTAGE",
          comparisonOperator: "GREATER_THAN",
          subscriberSnsTopicArns: [alerts.arn],
        })),
      },
      { parent: this, dependsOn: [alerts] },
    );
    this.registerOutputs({ budget: this.budget });
  }
}
