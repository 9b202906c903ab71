import { expect } from "chai";
import { AlertChannel } from "../../components/alert-channel.ts";
import { SpendingLimit } from "../../components/spending-limit.ts";
import { record } from "./support/recorder.ts";
import { refusalOf } from "./support/refusal.ts";

const BUDGET = "aws:budgets/budget:Budget";

const limit = (monthlyDollars: number) =>
  new SpendingLimit("spending", { monthlyDollars, alerts: new AlertChannel("alerts", {}) });

describe("SpendingLimit", () => {
  it("tells the alert channel at 50, 80 and 100 % of a month's limit, and when 100 % are expected", async () => {
    const { inputs } = (await record(() => limit(120))).one(BUDGET, "spending-budget");
    expect(inputs).to.include({ timeUnit: "MONTHLY", limitAmount: "120.00", limitUnit: "USD" });
    const alert = (notificationType: string, threshold: number) => ({
      notificationType,
      threshold,
      thresholdType: "PERCENTAGE",
      comparisonOperator: "GREATER_THAN",
      subscriberSnsTopicArns: ["arn:aws:sns:eu-west-1:123456789012:alerts-topic"],
    });
    expect(inputs.notifications).to.deep.equal([
      alert("ACTUAL", 50),
      alert("ACTUAL", 80),
      alert("ACTUAL", 100),
      alert("FORECASTED", 100),
    ]);
  });

  it("refuses what is no amount of money", async () => {
    const { mistakes } = await refusalOf(() => limit(0));
    expect(mistakes).to.deep.equal(["monthlyDollars is 0; give an amount above 0"]);
  });
});
