import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { ScheduledFunctionArgs } from "../../components/scheduled-function.ts";
import { ScheduledFunction } from "../../components/scheduled-function.ts";
import { DEFAULTS, functionNamed } from "./support/functions.ts";
import { documentIn, record } from "./support/recorder.ts";

const SCHEDULE = "aws:scheduler/schedule:Schedule";

const scheduled = (overrides: Partial<ScheduledFunctionArgs> = {}) =>
  new ScheduledFunction("prices", {
    defaults: DEFAULTS,
    function: functionNamed("tracker"),
    schedule: "rate(5 minutes)",
    ...overrides,
  });

describe("ScheduledFunction", () => {
  it("creates a schedule in a group of its own, with a role and a place for what fails", async () => {
    const recording = await record(() => scheduled());
    const own = recording.list
      .map(({ type, name }) => `${type} ${name}`)
      .filter((name) => / prices-/.test(name));
    expect(own).to.have.members([
      "aws:scheduler/scheduleGroup:ScheduleGroup prices-group",
      "aws:scheduler/schedule:Schedule prices-schedule",
      "aws:iam/role:Role prices-role",
      "aws:iam/rolePolicy:RolePolicy prices-policy",
    ]);
    recording.one("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "tracker-async");
    recording.one("aws:sqs/queue:Queue", "tracker-dead-letters-queue");
  });

  it("tells the function the time that was due, with bounded retries, in UTC unless told otherwise", async () => {
    const inputs = async (overrides: Partial<ScheduledFunctionArgs>) =>
      (await record(() => scheduled(overrides))).one(SCHEDULE).inputs;
    const plain = await inputs({});
    expect(plain).to.include({ scheduleExpression: "rate(5 minutes)", scheduleExpressionTimezone: "UTC" });
    const target = plain.target as Record<string, unknown>;
    expect(target.input).to.equal('{"scheduledAt":"<aws.scheduler.scheduled-time>"}');
    expect(target.retryPolicy).to.deep.equal({ maximumEventAgeInSeconds: 3_600, maximumRetryAttempts: 10 });
    const local = await inputs({ schedule: "cron(0 8 * * ? *)", timeZone: "Europe/Madrid" });
    expect(local).to.include({ scheduleExpressionTimezone: "Europe/Madrid" });
  });

  it("may invoke the live alias and keep what fails, for schedules of its own group alone", async () => {
    const recording = await record(() => scheduled());
    const { Statement } = documentIn(
      recording.one("aws:iam/rolePolicy:RolePolicy", "prices-policy"),
      "policy",
    ) as {
      Statement: { Action: string[]; Resource: string }[];
    };
    expect(Statement.map(({ Action }) => Action)).to.deep.equal([
      ["lambda:InvokeFunction"],
      ["sqs:SendMessage"],
    ]);
    expect(Statement[0]?.Resource).to.match(/:live$/);
    const trust = JSON.stringify(
      documentIn(recording.one("aws:iam/role:Role", "prices-role"), "assumeRolePolicy"),
    );
    expect(trust)
      .to.contain("scheduler.amazonaws.com")
      .and.contain("aws:SourceAccount")
      .and.contain("prices-group");
  });

  it("refuses wrong arguments, all of them at once", async () => {
    const wrong = { schedule: "rate(0 minutes)", timeZone: "Madrid" } as const;
    const error = await record(() => scheduled(wrong)).catch((reason: unknown) => reason);
    if (!pulumi.InputPropertiesError.isInstance(error)) throw error;
    expect(error.errors.map(({ propertyPath }) => propertyPath)).to.deep.equal(["schedule", "timeZone"]);
  });
});
