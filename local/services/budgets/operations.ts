/** The Budgets API, for reading. https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_Operations_AWS_Budgets.html */
import { isDeepStrictEqual } from "node:util";
import { AwsError } from "../../core/errors.ts";
import type { JsonInput, JsonOperations } from "../../core/protocol.ts";
import type { AwsCall, Cloud } from "../../core/service.ts";
import type { Account, Ledger, NotificationState } from "./ledger.ts";
import { budgetArn } from "./outputs.ts";
import type { Notification } from "./settings.ts";

const DEFAULT_PAGE = 100;

export function operations(cloud: Cloud, ledger: Ledger): JsonOperations {
  const view = (call: AwsCall, name: string): void => {
    const resource = name === "*" ? "*" : budgetArn(cloud.world, name);
    cloud.authorize(call.principal, [{ action: "budgets:ViewBudget", resource }]);
  };
  const find = (input: JsonInput, call: AwsCall): Account => {
    const name = String(input.BudgetName ?? "");
    view(call, name);
    return ledger.get(name);
  };
  const described = (account: Account): JsonInput => describe(account, ledger.limitOf(account));
  return {
    DescribeBudgets: (input, call) => {
      view(call, "*");
      const { page, next } = paginate(ledger.all, input);
      return { Budgets: page.map(described), ...next };
    },
    DescribeBudget: (input, call) => ({ Budget: described(find(input, call)) }),
    DescribeNotificationsForBudget: (input, call) => {
      const { settings, states } = find(input, call);
      const all = settings.notifications.map((each, index) => ({
        ...keyOf(each),
        NotificationState: states[index] ?? ("OK" satisfies NotificationState),
      }));
      const { page, next } = paginate(all, input);
      return { Notifications: page, ...next };
    },
    DescribeSubscribersForNotification: (input, call) => {
      const { settings } = find(input, call);
      const { NotificationState: _, ...wanted } = { ...(input.Notification as JsonInput | undefined) };
      const key = { ThresholdType: "PERCENTAGE", ...wanted };
      const found = settings.notifications.find((each) => isDeepStrictEqual(keyOf(each), key));
      if (!found) throw new AwsError("NotFoundException", "The notification doesn't exist.", 404);
      return { Subscribers: subscribersOf(found) };
    },
  };
}

function describe({ settings, period, spend }: Account, limit: number): JsonInput {
  const amount = (value: number): JsonInput => ({ Amount: String(value), Unit: settings.unit });
  return {
    BudgetName: settings.name,
    BudgetType: settings.type,
    TimeUnit: settings.timeUnit,
    BudgetLimit: amount(limit),
    CalculatedSpend: {
      ActualSpend: amount(spend.actual),
      ...(spend.forecast === undefined ? {} : { ForecastedSpend: amount(spend.forecast) }),
    },
    TimePeriod: { Start: (Number.isFinite(settings.begins) ? settings.begins : period) / 1000 },
  };
}

function keyOf({ type, comparison, threshold, isPercentage }: Notification): JsonInput {
  return {
    NotificationType: type,
    ComparisonOperator: comparison,
    Threshold: threshold,
    ThresholdType: isPercentage ? "PERCENTAGE" : "ABSOLUTE_VALUE",
  };
}

function subscribersOf({ emails, topics }: Notification): JsonInput[] {
  return [
    ...topics.map((Address) => ({ SubscriptionType: "SNS", Address })),
    ...emails.map((Address) => ({ SubscriptionType: "EMAIL", Address })),
  ];
}

function paginate<Item>(
  items: readonly Item[],
  input: JsonInput,
): { page: readonly Item[]; next: JsonInput } {
  const start = Number(input.NextToken ?? 0);
  const end = start + Number(input.MaxResults ?? DEFAULT_PAGE);
  return { page: items.slice(start, end), next: end < items.length ? { NextToken: String(end) } : {} };
}
