/**
 * Alarms as the program defines them.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
 */
import { AwsError, UserError } from "../../core/errors.ts";
import type { Properties, Resource, Value } from "../../core/graph.ts";
import { COMPARISONS, type MissingData, type Rule } from "./alarm.ts";
import { type CompositeRule, readRule } from "./composite-rule.ts";
import { checkQueries, type MetricQuery, periodOf } from "./metric-query.ts";
import { KEPT_MILLISECONDS, knowsStatistic, type MetricId } from "./metric-store.ts";

interface CommonSettings {
  readonly name: string;
  readonly arn: string;
  readonly description: string | null;
  readonly actionsEnabled: boolean;
  readonly alarmActions: readonly string[];
  readonly okActions: readonly string[];
  readonly insufficientDataActions: readonly string[];
  /** Why it is recorded only; undefined when it is evaluated. */
  readonly unsupported: string | undefined;
}

export interface MetricAlarmSettings extends CommonSettings, Rule, MetricId {
  readonly kind: "metric";
  /** `Sum`, `p99` … */
  readonly statistic: string;
  readonly isExtendedStatistic: boolean;
  readonly periodMilliseconds: number;
  /** What it watches instead of one metric; the last query that is returned decides. */
  readonly queries: readonly MetricQuery[] | undefined;
}

export interface CompositeAlarmSettings extends CommonSettings {
  readonly kind: "composite";
  readonly ruleText: string;
  /** Undefined when it cannot be read; see `unsupported`. */
  readonly rule: CompositeRule | undefined;
}

export type AlarmSettings = MetricAlarmSettings | CompositeAlarmSettings;

export function readAlarm(resource: Resource): AlarmSettings {
  return resource.type === "aws:cloudwatch/compositeAlarm:CompositeAlarm"
    ? readCompositeAlarm(resource)
    : readMetricAlarm(resource);
}

function readCommon({ outputs }: Resource): Omit<CommonSettings, "unsupported"> {
  return {
    name: String(outputs.name ?? outputs.alarmName),
    arn: String(outputs.arn),
    description: textOf(outputs.alarmDescription) ?? null,
    actionsEnabled: outputs.actionsEnabled !== false,
    alarmActions: textsOf(outputs.alarmActions),
    okActions: textsOf(outputs.okActions),
    insufficientDataActions: textsOf(outputs.insufficientDataActions),
  };
}

function readCompositeAlarm(resource: Resource): CompositeAlarmSettings {
  const ruleText = String(resource.outputs.alarmRule);
  const settings = { ...readCommon(resource), kind: "composite", ruleText } as const;
  if (resource.outputs.actionsSuppressor !== undefined) {
    return { ...settings, rule: undefined, unsupported: "it has an actions suppressor" };
  }
  try {
    return { ...settings, rule: readRule(ruleText), unsupported: undefined };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...settings, rule: undefined, unsupported: withoutDot(error.message) };
  }
}

function readMetricAlarm(resource: Resource): MetricAlarmSettings {
  const { outputs } = resource;
  const evaluationPeriods = numberOf(outputs.evaluationPeriods) ?? 1;
  const queries = listOf(outputs.metricQueries).map(readQuery);
  const settings = {
    ...readCommon(resource),
    kind: "metric",
    ...metricOf(outputs),
    statistic: textOf(outputs.extendedStatistic) ?? textOf(outputs.statistic) ?? "",
    isExtendedStatistic: textOf(outputs.extendedStatistic) !== undefined,
    periodMilliseconds: queries.length > 0 ? periodOf(queries) : secondsOf(outputs.period),
    queries: queries.length > 0 ? queries : undefined,
    comparisonOperator: textOf(outputs.comparisonOperator) ?? "",
    threshold: numberOf(outputs.threshold) ?? 0,
    evaluationPeriods,
    datapointsToAlarm: numberOf(outputs.datapointsToAlarm) ?? evaluationPeriods,
    treatMissingData: missingDataOf(outputs.treatMissingData),
  } as const;
  return { ...settings, unsupported: unsupportedPart(settings) };
}

function unsupportedPart(settings: Omit<MetricAlarmSettings, "unsupported">): string | undefined {
  const { queries, statistic, periodMilliseconds, comparisonOperator, evaluationPeriods } = settings;
  if (!queries && !knowsStatistic(statistic)) return `its statistic is ${statistic || "not set"}`;
  if (!Object.hasOwn(COMPARISONS, comparisonOperator)) return `it compares with ${comparisonOperator}`;
  if (periodMilliseconds < 60_000) return "its period is below 60 seconds";
  if (periodMilliseconds * evaluationPeriods > KEPT_MILLISECONDS)
    return "it looks back for more than 3 hours";
  try {
    checkQueries(queries ?? []);
    return undefined;
  } catch (error) {
    if (error instanceof AwsError) return withoutDot(error.message);
    throw error;
  }
}

function readQuery({ id, expression, metric, label, returnData, period }: Properties): MetricQuery {
  const source = metric as Properties | undefined;
  return {
    id: String(id),
    label: textOf(label),
    returned: returnData === true,
    ...(textOf(expression) === undefined ? {} : { expression: String(expression) }),
    ...(source === undefined
      ? {}
      : {
          metric: {
            metric: metricOf(source),
            statistic: textOf(source.stat) ?? "",
            period: secondsOf(source.period ?? period),
          },
        }),
  };
}

function metricOf({ namespace, metricName, dimensions }: Properties): MetricId {
  return {
    namespace: textOf(namespace) ?? "",
    metric: textOf(metricName) ?? "",
    dimensions: dimensionsOf(dimensions),
  };
}

function missingDataOf(value: Value | undefined): MissingData {
  return value === "ignore" || value === "breaching" || value === "notBreaching" ? value : "missing";
}

function withoutDot(message: string): string {
  return message.replace(/\.$/, "");
}

function textOf(value: Value | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function numberOf(value: Value | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function secondsOf(value: Value | undefined): number {
  return (numberOf(value) ?? 0) * 1000;
}

function textsOf(value: Value | undefined): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function listOf(value: Value | undefined): readonly Properties[] {
  return Array.isArray(value) ? (value as Properties[]) : [];
}

function dimensionsOf(value: Value | undefined): Readonly<Record<string, string>> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([name, dimension]) => [name, String(dimension)]));
}
