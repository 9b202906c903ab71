/** What AWS Budgets tells its subscribers: the lines that programs look for in its notifications. */
import type { World } from "../../core/service.ts";
import { type BudgetSettings, COMPARISONS, type Notification } from "./settings.ts";

/** What a notification is about, in the unit of the budget. */
export interface Alert {
  readonly notification: Notification;
  readonly limit: number;
  readonly threshold: number;
  readonly amount: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export function subjectOf({ name }: BudgetSettings): string {
  return `AWS Budgets: ${name} has exceeded your alert threshold`;
}

export function textOf(budget: BudgetSettings, alert: Alert, { account }: World): string {
  const { notification, limit, threshold, amount, at } = alert;
  const { type, comparison } = notification;
  const money = (value: number): string =>
    budget.unit === "USD" ? `$${value.toFixed(2)}` : `${value} ${budget.unit}`;
  const date = new Date(at).toLocaleDateString("en-US", {
    timeZone: "UTC",
    year: "numeric",
    month: "long",
    day: "2-digit",
  });
  return [
    `AWS Budget Notification ${date}`,
    `AWS Account ${account}`,
    "",
    `Budget Name: ${budget.name}`,
    `Budget Type: ${budget.type.charAt(0)}${budget.type.slice(1).toLowerCase()}`,
    `Budgeted Amount: ${money(limit)}`,
    `Alert Type: ${type}`,
    `Alert Threshold: ${COMPARISONS[comparison]?.sign} ${money(threshold)}`,
    `${type} Amount: ${money(amount)}`,
  ].join("\n");
}
