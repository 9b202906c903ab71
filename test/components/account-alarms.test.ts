import { expect } from "chai";
import { AccountAlarms } from "../../components/account-alarms.ts";
import { DEFAULTS } from "./support/functions.ts";
import { record } from "./support/recorder.ts";

const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";

describe("AccountAlarms", () => {
  it("watches the errors and throttles of all functions together, in a stack with essential alarms", async () => {
    const recording = await record(() => new AccountAlarms("account", { ...DEFAULTS, alarms: "essential" }));
    const alarms = recording.all(ALARM).map(({ name, inputs }) => ({
      name,
      metric: `${inputs.namespace} ${inputs.metricName}`,
      dimensions: inputs.dimensions,
      threshold: inputs.threshold,
    }));
    expect(alarms).to.deep.equal([
      { name: "account-errors", metric: "AWS/Lambda Errors", dimensions: {}, threshold: 5 },
      { name: "account-throttles", metric: "AWS/Lambda Throttles", dimensions: {}, threshold: 0 },
    ]);
  });
});
