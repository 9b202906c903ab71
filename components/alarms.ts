import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { StackDefaults } from "./base.ts";

export interface AlarmArgs {
  /** What has happened when it goes off, and what to do; people read it in an e-mail. */
  readonly description: string;
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, pulumi.Input<string>>>;
  readonly statistic: "Average" | "Maximum" | "Minimum" | "Sum" | `p${number}`;
  /** The alarm goes off above it; with `onSilence` below it. */
  readonly threshold: number;
  /** Goes off when too little happens, or nothing. @default false */
  readonly onSilence?: boolean;
  /** Seconds that one value covers. @default 60 */
  readonly periodSeconds?: number;
  /** Values in a row that must be beyond the threshold. @default 1 */
  readonly evaluationPeriods?: number;
  /** Whether a stack with essential alarms only has it too. @default false */
  readonly essential?: boolean;
}

/**
 * An alarm that goes off above a threshold, or below it, and tells the stack's alert channel, when there is one. No data is
 * good news, unless silence is what it warns of: most metrics have values only when something happens. A stack that has essential alarms only may do without it.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
 */
export function createAlarm(
  name: string,
  defaults: StackDefaults,
  args: AlarmArgs,
  opts: pulumi.CustomResourceOptions,
): void {
  if (defaults.alarms === "essential" && !args.essential) return;
  const { statistic } = args;
  const isPercentile = statistic.startsWith("p");
  new aws.cloudwatch.MetricAlarm(
    name,
    {
      alarmDescription: args.description,
      namespace: args.namespace,
      metricName: args.metricName,
      dimensions: args.dimensions,
      ...(isPercentile ? { extendedStatistic: statistic } : { statistic }),
      period: args.periodSeconds ?? 60,
      evaluationPeriods: args.evaluationPeriods ?? 1,
      threshold: args.threshold,
      comparisonOperator: args.onSilence ? "LessThanThreshold" : "GreaterThanThreshold",
      treatMissingData: args.onSilence ? "breaching" : "notBreaching",
      alarmActions: defaults.alerts ? [defaults.alerts.arn] : [],
    },
    opts,
  );
}
