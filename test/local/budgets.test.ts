import { expect } from "chai";
import type { CapturedMessage, ServiceApis } from "../../local/core/apis.ts";
import { AwsError } from "../../local/core/errors.ts";
import type { Properties } from "../../local/core/graph.ts";
import type { Service } from "../../local/core/service.ts";
import { budgets } from "../../local/services/budgets/index.ts";
import { mailbox } from "../../local/services/mailbox/index.ts";
import { type FakeCloud, fakeCloud, resourceOf, serve } from "../support/fake-cloud.ts";

const BUDGET = "aws:budgets/budget:Budget";
const TOPIC = "arn:aws:sns:eu-west-1:000000000000:alerts";
const DAY = 86_400_000;

describe("Budgets", () => {
  let cloud: FakeCloud;
  let service: Service;
  let told: { topic: string; subject: string | undefined; message: string }[];
  let deny: boolean;

  const alert = (threshold: number, rest: Properties = {}): Properties => ({
    notificationType: "ACTUAL",
    comparisonOperator: "GREATER_THAN",
    thresholdType: "PERCENTAGE",
    threshold,
    subscriberSnsTopicArns: [TOPIC],
    ...rest,
  });

  async function declare(notifications: readonly Properties[], rest: Properties = {}): Promise<void> {
    const limit = { budgetType: "COST", timeUnit: "MONTHLY", limitAmount: "120.00", limitUnit: "USD" };
    const made = resourceOf(budgets, BUDGET, "month", { name: "month", ...limit, notifications, ...rest });
    await service.realize[BUDGET]?.create(made);
  }

  const spend = (actual: number, forecast?: number) =>
    (service.api as ServiceApis["budgets"]).spend(
      "month",
      forecast === undefined ? { actual } : { actual, forecast },
    );
  const mails = (): readonly CapturedMessage[] => cloud.services.mailbox.list();

  beforeEach(() => {
    told = [];
    deny = false;
    cloud = fakeCloud({
      services: {
        sns: {
          publish: async (topic, message, { subject } = {}) => {
            told.push({ topic, subject, message });
            return { messageId: "1" };
          },
        },
      },
      authorize: () => {
        if (deny) throw new AwsError("AuthorizationError", "not allowed", 403);
      },
    });
    Object.assign(cloud.services, { mailbox: mailbox.create(cloud).api });
    service = budgets.create(cloud);
  });

  it("tell topics and people when a threshold is crossed, with the topic's permission", async () => {
    await declare([alert(50), alert(80, { subscriberEmailAddresses: ["boss@example.com"] })]);
    await spend(60);
    expect(told).to.deep.equal([]);
    const { notifications } = await spend(100);
    expect(notifications.map(({ state }) => state)).to.deep.equal(["ALARM", "ALARM"]);
    expect(told.map(({ topic }) => topic)).to.deep.equal([TOPIC, TOPIC]);
    expect(told[1]?.subject).to.equal("AWS Budgets: month has exceeded your alert threshold");
    for (const line of [
      "Budget Name: month",
      "Alert Type: ACTUAL",
      "Alert Threshold: > $96.00",
      "ACTUAL Amount: $100.00",
    ])
      expect(told[1]?.message).to.contain(line);
    expect(mails().map(({ to, subject }) => [to, subject])).to.deep.equal([
      ["boss@example.com", told[1]?.subject],
    ]);
    expect(cloud.asked.at(-1)).to.deep.equal({
      principal: "budgets.amazonaws.com",
      permission: {
        action: "sns:Publish",
        resource: TOPIC,
        context: {
          "aws:SourceArn": "arn:aws:budgets::000000000000:budget/month",
          "aws:SourceAccount": "000000000000",
        },
      },
    });
  });

  it("tell what was spent once a month, and again in the next one", async () => {
    await declare([alert(80)]);
    for (const actual of [100, 110, 90, 119]) await spend(actual);
    expect(told).to.have.length(1);
    await cloud.clock.advance(9 * DAY);
    expect((await spend(50)).notifications[0]?.state).to.equal("OK");
    await spend(97);
    expect(told).to.have.length(2);
  });

  it("tell what is expected each time it crosses the threshold anew", async () => {
    await declare([alert(100, { notificationType: "FORECASTED" })]);
    await spend(10);
    for (const forecast of [130, 140, 100, 121]) await spend(10, forecast);
    expect(told).to.have.length(2);
    expect(told[0]?.message).to.contain("FORECASTED Amount: $130.00");
  });

  it("compare amounts, too, with the limit that was planned for the period", async () => {
    await declare(
      [alert(30, { thresholdType: "ABSOLUTE_VALUE", comparisonOperator: "LESS_THAN" }), alert(50)],
      {
        limitAmount: undefined,
        plannedLimits: [
          { startTime: "2026-12-01_00:00", amount: "10", unit: "USD" },
          { startTime: "2026-11-01_00:00", amount: "100", unit: "USD" },
        ],
      },
    );
    const states = async (actual: number) => (await spend(actual)).notifications.map(({ state }) => state);
    expect(await states(31)).to.deep.equal(["OK", "OK"]);
    expect(await states(29)).to.deep.equal(["ALARM", "OK"]);
    await cloud.clock.advance(10 * DAY);
    expect(await states(31)).to.deep.equal(["OK", "ALARM"]);
  });

  it("say which topic they may not tell", async () => {
    deny = true;
    await declare([alert(50)]);
    await spend(100);
    expect(told).to.deep.equal([]);
    expect(cloud.entries.at(-1)?.message).to.contain(TOPIC).and.to.contain("not allowed");
  });

  it("are described through the API, with their state", async () => {
    await declare([alert(50), alert(80, { subscriberEmailAddresses: ["boss@example.com"] })]);
    await spend(70, 130);
    const endpoint = await serve([{ definition: budgets, service }], cloud);
    const ask = async (operation: string, body: object = {}) => {
      const headers = {
        authorization:
          "AWS4-HMAC-SHA256 Credential=AKIA1/20261122/us-east-1/budgets/aws4_request, SignedHeaders=host, Signature=x",
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": `AWSBudgetServiceGateway.${operation}`,
      };
      const own = { AccountId: "000000000000", BudgetName: "month", ...body };
      const answer = await fetch(endpoint.url, { method: "POST", headers, body: JSON.stringify(own) });
      return (await answer.json()) as Record<string, unknown>;
    };
    const Budget = {
      BudgetName: "month",
      BudgetType: "COST",
      TimeUnit: "MONTHLY",
      BudgetLimit: { Amount: "120", Unit: "USD" },
      CalculatedSpend: {
        ActualSpend: { Amount: "70", Unit: "USD" },
        ForecastedSpend: { Amount: "130", Unit: "USD" },
      },
      TimePeriod: { Start: Date.UTC(2026, 10, 1) / 1000 },
    };
    expect(await ask("DescribeBudgets")).to.deep.equal({ Budgets: [Budget] });
    expect(await ask("DescribeBudget")).to.deep.equal({ Budget });
    const { Notifications } = await ask("DescribeNotificationsForBudget");
    expect(Notifications).to.deep.include({
      NotificationType: "ACTUAL",
      ComparisonOperator: "GREATER_THAN",
      Threshold: 50,
      ThresholdType: "PERCENTAGE",
      NotificationState: "ALARM",
    });
    const Notification = { NotificationType: "ACTUAL", ComparisonOperator: "GREATER_THAN", Threshold: 80 };
    expect(await ask("DescribeSubscribersForNotification", { Notification })).to.deep.equal({
      Subscribers: [
        { SubscriptionType: "SNS", Address: TOPIC },
        { SubscriptionType: "EMAIL", Address: "boss@example.com" },
      ],
    });
    expect(await ask("DescribeBudget", { BudgetName: "other" })).to.include({ __type: "NotFoundException" });
    expect(await ask("CreateBudget")).to.include({ __type: "NotImplemented" });
    await endpoint.close();
  });
});
