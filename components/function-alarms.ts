/** Alarms of functions: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { createAlarm } from "./alarms.ts";
import type { StackDefaults } from "./base.ts";

type Parent = { readonly parent: pulumi.Resource };

/** Failures of one function, or of all together, that are bad luck. */
export const ERRORS_PER_MINUTE = 5;

const DEFAULTS = Object.freeze({
  errorsPerMinute: ERRORS_PER_MINUTE,
  // Above it, one slow dependency more and invocations are cut off.
  shareOfTimeout: 0.8,
});

export interface FunctionAlarmArgs {
  readonly defaults: StackDefaults;
  /** @default 5 */
  readonly maximumErrorsPerMinute?: number;
}

/** Alarms on errors, throttles and durations near the time-out. */
export function createFunctionAlarms(
  name: string,
  fn: aws.lambda.Function,
  timeoutSeconds: number,
  { defaults, maximumErrorsPerMinute }: FunctionAlarmArgs,
  parent: Parent,
): void {
  const errors = maximumErrorsPerMinute ?? DEFAULTS.errorsPerMinute;
  const milliseconds = timeoutSeconds * 1000 * DEFAULTS.shareOfTimeout;
  const metric = { namespace: "AWS/Lambda", dimensions: { FunctionName: fn.name } };
  createAlarm(
    `${name}-errors`,
    defaults,
    {
      ...metric,
      description: `${name} failed more than ${errors} times in a minute; its log says why.`,
      metricName: "Errors",
      statistic: "Sum",
      threshold: errors,
    },
    parent,
  );
  createAlarm(
    `${name}-throttles`,
    defaults,
    {
      ...metric,
      description: `Lambda turned invocations of ${name} away: too many ran at once.`,
      metricName: "Throttles",
      statistic: "Sum",
      threshold: 0,
    },
    parent,
  );
  createAlarm(
    `${name}-duration`,
    defaults,
    {
      ...metric,
      description: `The slowest invocations of ${name} take more than ${milliseconds} ms, near its time-out of ${timeoutSeconds} s.`,
      metricName: "Duration",
      statistic: "p99",
      threshold: milliseconds,
      periodSeconds: 300,
    },
    parent,
  );
}

/** An alarm on events that Lambda gave up and could not put into the dead-letter queue either. */
export function createLostEventsAlarm(
  name: string,
  fn: aws.lambda.Function,
  defaults: StackDefaults,
  parent: Parent,
): void {
  createAlarm(
    `${name}-lost-events`,
    defaults,
    {
      description: `Lambda could not hand a failed event of ${name} to its dead-letter queue: the event is lost.`,
      namespace: "AWS/Lambda",
      metricName: "DestinationDeliveryFailures",
      dimensions: { FunctionName: fn.name },
      statistic: "Sum",
      threshold: 0,
    },
    parent,
  );
}
