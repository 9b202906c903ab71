/**
 * Reading what a caller says of a schedule. The messages are AWS's where they are known; those about
 * dates, time zones and windows are not confirmed.
 * https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
 */

import type { JsonInput } from "../../core/protocol.ts";
import { DEFAULT_EVENT_AGE_SECONDS, DEFAULT_RETRY_ATTEMPTS } from "../../core/retries.ts";
import { isTimeZone } from "../../core/time-zone.ts";
import { Constraints, invalid } from "./constraints.ts";
import { checkExpression } from "./occurrences.ts";
import type { Definition, Target } from "./schedule.ts";
import { checkTarget } from "./targets.ts";

/** How far in the past a start may lie. */
const LATEST_START_MILLISECONDS = 5 * 60_000;

/**
 * @param now milliseconds since the epoch; a start must not lie before it
 * @throws AwsError ValidationException; NotImplemented for a target that the local cloud cannot serve
 */
export function readDefinition(input: JsonInput, now: number): Definition {
  checkShapes(input);
  const timeZone = text(input.ScheduleExpressionTimezone) ?? "UTC";
  const expression = text(input.ScheduleExpression) ?? "";
  if (!isTimeZone(timeZone)) throw invalid(`Invalid Schedule Expression Timezone ${timeZone}.`);
  checkTimes(expression, timeZone);
  const dates = readDates(input, now);
  const description = text(input.Description);
  const key = text(input.KmsKeyArn);
  return {
    ScheduleExpression: expression,
    ScheduleExpressionTimezone: timeZone,
    ...dates,
    ...(description === undefined ? {} : { Description: description }),
    ...(key === undefined ? {} : { KmsKeyArn: key }),
    State: input.State === "DISABLED" ? "DISABLED" : "ENABLED",
    FlexibleTimeWindow: readWindow(object(input.FlexibleTimeWindow)),
    ActionAfterCompletion: input.ActionAfterCompletion === "DELETE" ? "DELETE" : "NONE",
    Target: readTarget(object(input.Target)),
  };
}

function checkShapes(input: JsonInput): void {
  const constraints = new Constraints();
  const target = object(input.Target);
  const retry = object(target.RetryPolicy);
  const window = object(input.FlexibleTimeWindow);
  constraints.check("scheduleExpression", input.ScheduleExpression, { required: true, min: 1, max: 256 });
  constraints.check("scheduleExpressionTimezone", input.ScheduleExpressionTimezone, { min: 1, max: 50 });
  constraints.check("description", input.Description, { max: 512 });
  constraints.check("state", input.State, { values: ["ENABLED", "DISABLED"] });
  constraints.check("actionAfterCompletion", input.ActionAfterCompletion, { values: ["NONE", "DELETE"] });
  constraints.check("flexibleTimeWindow", input.FlexibleTimeWindow, { required: true });
  constraints.check("target", input.Target, { required: true });
  if (input.FlexibleTimeWindow !== undefined)
    constraints.check("flexibleTimeWindow.mode", window.Mode, {
      required: true,
      values: ["OFF", "FLEXIBLE"],
    });
  constraints.check("flexibleTimeWindow.maximumWindowInMinutes", window.MaximumWindowInMinutes, {
    min: 1,
    max: 1440,
  });
  if (input.Target !== undefined) {
    constraints.check("target.arn", target.Arn, { required: true, min: 1, max: 1600 });
    constraints.check("target.roleArn", target.RoleArn, { required: true, pattern: ROLE_PATTERN });
  }
  constraints.check("target.input", target.Input, { min: 1 });
  constraints.check("target.retryPolicy.maximumEventAgeInSeconds", retry.MaximumEventAgeInSeconds, {
    min: 60,
    max: 86_400,
  });
  constraints.check("target.retryPolicy.maximumRetryAttempts", retry.MaximumRetryAttempts, { max: 185 });
  constraints.finish();
}

const ROLE_PATTERN = "arn:aws[a-z-]*:iam::\\d{12}:role\\/[\\w+=,.@\\/-]+";

function checkTimes(expression: string, timeZone: string): void {
  try {
    checkExpression(expression, timeZone);
  } catch {
    throw invalid(`Invalid Schedule Expression ${expression}.`);
  }
}

function readDates(input: JsonInput, now: number): Pick<Definition, "StartDate" | "EndDate"> {
  const start = seconds(input.StartDate);
  const end = seconds(input.EndDate);
  if (start !== undefined && start * 1000 < now - LATEST_START_MILLISECONDS) {
    throw invalid("The StartDate you specify cannot be earlier than 5 minutes ago.");
  }
  if (end !== undefined && end * 1000 <= now) throw invalid("The EndDate you specify must be in the future.");
  if (start !== undefined && end !== undefined && start >= end) {
    throw invalid("The StartDate you specify must come before the EndDate.");
  }
  return {
    ...(start === undefined ? {} : { StartDate: start }),
    ...(end === undefined ? {} : { EndDate: end }),
  };
}

function readWindow({ Mode, MaximumWindowInMinutes: minutes }: JsonInput): Definition["FlexibleTimeWindow"] {
  if (Mode !== "FLEXIBLE") return { Mode: "OFF" };
  if (typeof minutes === "number") return { Mode, MaximumWindowInMinutes: minutes };
  throw invalid("MaximumWindowInMinutes is required when the mode of the flexible time window is FLEXIBLE.");
}

function readTarget(input: JsonInput): Target {
  const retry = object(input.RetryPolicy);
  const bus = input.EventBridgeParameters === undefined ? undefined : object(input.EventBridgeParameters);
  const target: Target = {
    Arn: String(input.Arn),
    RoleArn: String(input.RoleArn),
    ...(typeof input.Input === "string" ? { Input: input.Input } : {}),
    ...(input.DeadLetterConfig === undefined ? {} : { DeadLetterConfig: object(input.DeadLetterConfig) }),
    RetryPolicy: {
      MaximumEventAgeInSeconds: Number(retry.MaximumEventAgeInSeconds ?? DEFAULT_EVENT_AGE_SECONDS),
      MaximumRetryAttempts: Number(retry.MaximumRetryAttempts ?? DEFAULT_RETRY_ATTEMPTS),
    },
    ...(input.SqsParameters === undefined ? {} : { SqsParameters: object(input.SqsParameters) }),
    ...(bus === undefined
      ? {}
      : { EventBridgeParameters: { DetailType: String(bus.DetailType), Source: String(bus.Source) } }),
  };
  checkTarget(target);
  return target;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function object(value: unknown): JsonInput {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonInput) : {};
}

/** The API gives seconds, a Pulumi program ISO text. */
function seconds(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time / 1000;
}
