/** What CloudWatch says about an alarm that changes its state. */
import type { World } from "../../core/service.ts";
import { type AlarmState, COMPARISONS, isBreaching } from "./alarm.ts";
import type { AlarmSettings, CompositeAlarmSettings, MetricAlarmSettings } from "./alarm-settings.ts";
import type { MetricQuery } from "./metric-query.ts";
import type { Dimensions } from "./metric-store.ts";

/** A period's value, undefined when nothing came in it. */
export interface Datapoint {
  /** When the period began, in milliseconds since the epoch. */
  readonly at: number;
  readonly value: number | undefined;
}

export interface Transition {
  readonly from: AlarmState;
  readonly to: AlarmState;
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The state before: why, and since when. */
  readonly before: { readonly reason: string; readonly since: number };
}

/** Names that AWS writes in subjects; a region that is not here is called by its code. */
const REGION_NAMES: Readonly<Record<string, string>> = {
  "ap-northeast-1": "Asia Pacific (Tokyo)",
  "ap-south-1": "Asia Pacific (Mumbai)",
  "ap-southeast-1": "Asia Pacific (Singapore)",
  "ap-southeast-2": "Asia Pacific (Sydney)",
  "ca-central-1": "Canada (Central)",
  "eu-central-1": "EU (Frankfurt)",
  "eu-north-1": "EU (Stockholm)",
  "eu-south-1": "EU (Milan)",
  "eu-west-1": "EU (Ireland)",
  "eu-west-2": "EU (London)",
  "eu-west-3": "EU (Paris)",
  "sa-east-1": "South America (Sao Paulo)",
  "us-east-1": "US East (N. Virginia)",
  "us-east-2": "US East (Ohio)",
  "us-west-1": "US West (N. California)",
  "us-west-2": "US West (Oregon)",
};

export function subjectOf({ name }: AlarmSettings, { to }: Transition, { region }: World): string {
  const subject = `${to}: "${name}" in ${REGION_NAMES[region] ?? region}`;
  return subject.length <= 100 ? subject : `${subject.slice(0, 97)}...`;
}

/** Why the datapoints led to a state. Datapoints are of the evaluation range, oldest first. */
export function reasonOf(
  settings: MetricAlarmSettings,
  state: AlarmState,
  datapoints: readonly Datapoint[],
): string {
  const { evaluationPeriods, treatMissingData, threshold } = settings;
  const real = datapoints.filter(({ value }) => value !== undefined).slice(-evaluationPeriods);
  const missing = evaluationPeriods - real.length;
  if (state === "INSUFFICIENT_DATA") return `Insufficient Data: ${counted(missing, "datapoint")} unknown.`;
  if (real.length === 0) {
    const treated = treatMissingData === "breaching" ? "Breaching" : "NonBreaching";
    const periods = evaluationPeriods === 1 ? "1 period" : `${evaluationPeriods} periods`;
    const filled = counted(missing, "missing datapoint");
    return `Threshold Crossed: no datapoints were received for ${periods} and ${filled} treated as [${treated}].`;
  }
  const telling = real.filter(({ value }) => isBreaching(settings, value ?? 0) === (state === "ALARM"));
  const shown = telling.length > 0 ? telling : real;
  const list = shown.map(({ at, value }) => `${decimal(value ?? 0)} (${shortTime(at)})`).join(", ");
  const words = COMPARISONS[settings.comparisonOperator]?.words ?? settings.comparisonOperator;
  const verb = `${shown.length === 1 ? "was" : "were"}${state === "ALARM" ? "" : " not"}`;
  const part = shown.length < evaluationPeriods ? ` out of the last ${evaluationPeriods}` : "";
  const noun = shown.length === 1 && part === "" ? "datapoint" : "datapoints";
  return `Threshold Crossed: ${shown.length}${part} ${noun} [${list}] ${verb} ${words} (${decimal(threshold)}).`;
}

/** @param cause the alarm whose change led to this one's */
export function compositeReason(
  { rule }: CompositeAlarmSettings,
  cause: { readonly settings: AlarmSettings; readonly state: AlarmState; readonly since: number } | undefined,
): string {
  if (!cause) return `Evaluated from the states of ${rule?.alarms.join(", ") || "no alarm"}`;
  return `${cause.settings.arn} transitioned to ${cause.state} at ${new Date(cause.since).toISOString()}`;
}

function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun} was` : `${count} ${noun}s were`;
}

/** The notification's text. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html */
export function documentOf(settings: AlarmSettings, transition: Transition, world: World): string {
  return JSON.stringify({
    AlarmName: settings.name,
    AlarmDescription: settings.description,
    AWSAccountId: world.account,
    NewStateValue: transition.to,
    NewStateReason: transition.reason,
    StateChangeTime: new Date(transition.at).toISOString().replace("Z", "+0000"),
    Region: REGION_NAMES[world.region] ?? world.region,
    AlarmArn: settings.arn,
    OldStateValue: transition.from,
    OKActions: settings.okActions,
    AlarmActions: settings.alarmActions,
    InsufficientDataActions: settings.insufficientDataActions,
    ...(settings.kind === "composite" ? { AlarmRule: settings.ruleText } : { Trigger: triggerOf(settings) }),
  });
}

function triggerOf(settings: MetricAlarmSettings): object {
  return {
    ...(settings.queries ? { Metrics: settings.queries.map(queryOf) } : metricOf(settings)),
    Period: settings.periodMilliseconds / 1000,
    EvaluationPeriods: settings.evaluationPeriods,
    DatapointsToAlarm: settings.datapointsToAlarm,
    ComparisonOperator: settings.comparisonOperator,
    Threshold: settings.threshold,
    TreatMissingData: settings.treatMissingData,
    EvaluateLowSampleCountPercentile: "",
  };
}

function metricOf({
  metric,
  namespace,
  dimensions,
  statistic,
  isExtendedStatistic,
}: MetricAlarmSettings): object {
  return {
    MetricName: metric,
    Namespace: namespace,
    ...(isExtendedStatistic
      ? { StatisticType: "ExtendedStatistic", ExtendedStatistic: statistic }
      : { StatisticType: "Statistic", Statistic: statistic.toUpperCase() }),
    Unit: null,
    Dimensions: dimensionList(dimensions),
  };
}

function queryOf({ id, label, expression, metric, returned }: MetricQuery): object {
  const MetricStat = metric && {
    Metric: {
      Dimensions: dimensionList(metric.metric.dimensions),
      MetricName: metric.metric.metric,
      Namespace: metric.metric.namespace,
    },
    Period: metric.period / 1000,
    Stat: metric.statistic,
  };
  return { Id: id, Label: label, Expression: expression, MetricStat, ReturnData: returned };
}

function dimensionList(dimensions: Dimensions): object[] {
  return Object.entries(dimensions).map(([name, value]) => ({ value, name }));
}

/** `22/11/26 10:00:00` */
function shortTime(at: number): string {
  const [date = "", time = ""] = new Date(at).toISOString().split("T");
  return `${date.slice(2).split("-").reverse().join("/")} ${time.slice(0, 8)}`;
}

/** `5.0`, as AWS writes numbers. */
function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}
