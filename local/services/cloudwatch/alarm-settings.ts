/** An alarm as the program defines it. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
import type { Resource, Value } from "../../core/graph.ts";
import { COMPARISONS, type MissingData, type Rule } from "./alarm.ts";
import { KEPT_MILLISECONDS, knowsStatistic, type MetricId } from "./metric-store.ts";

export interface AlarmSettings extends Rule, MetricId {
  readonly name: string;
  readonly arn: string;
  readonly description: string | null;
  /** `Sum`, `p99` … */
  readonly statistic: string;
  readonly isExtendedStatistic: boolean;
  readonly periodMilliseconds: number;
  readonly actionsEnabled: boolean;
  readonly alarmActions: readonly string[];
  readonly okActions: readonly string[];
  readonly insufficientDataActions: readonly string[];
  /** Why it is recorded only; undefined when it is evaluated. */
  readonly unsupported: string | undefined;
}

export function readAlarm({ type, outputs }: Resource): AlarmSettings {
  const evaluationPeriods = numberOf(outputs.evaluationPeriods) ?? 1;
  const settings = {
    name: String(outputs.name ?? outputs.alarmName),
    arn: String(outputs.arn),
    description: textOf(outputs.alarmDescription) ?? null,
    namespace: textOf(outputs.namespace) ?? "",
    metric: textOf(outputs.metricName) ?? "",
    dimensions: dimensionsOf(outputs.dimensions),
    statistic: textOf(outputs.extendedStatistic) ?? textOf(outputs.statistic) ?? "",
    isExtendedStatistic: textOf(outputs.extendedStatistic) !== undefined,
    periodMilliseconds: (numberOf(outputs.period) ?? 0) * 1000,
    comparisonOperator: textOf(outputs.comparisonOperator) ?? "",
    threshold: numberOf(outputs.threshold) ?? 0,
    evaluationPeriods,
    datapointsToAlarm: numberOf(outputs.datapointsToAlarm) ?? evaluationPeriods,
    treatMissingData: missingDataOf(outputs.treatMissingData),
    actionsEnabled: outputs.actionsEnabled !== false,
    alarmActions: textsOf(outputs.alarmActions),
    okActions: textsOf(outputs.okActions),
    insufficientDataActions: textsOf(outputs.insufficientDataActions),
  };
  const isComposite = type === "aws:cloudwatch/compositeAlarm:CompositeAlarm";
  const isMath = Array.isArray(outputs.metricQueries) && outputs.metricQueries.length > 0;
  return { ...settings, unsupported: unsupportedPart(settings, isComposite, isMath) };
}

function unsupportedPart(
  settings: Omit<AlarmSettings, "unsupported">,
  isComposite: boolean,
  isMath: boolean,
): string | undefined {
  const { statistic, periodMilliseconds, comparisonOperator, evaluationPeriods } = settings;
  if (isComposite) return "it is a composite alarm";
  if (isMath) return "it watches a metric query (metric math)";
  if (!knowsStatistic(statistic)) return `its statistic is ${statistic || "not set"}`;
  if (!Object.hasOwn(COMPARISONS, comparisonOperator)) return `it compares with ${comparisonOperator}`;
  if (periodMilliseconds < 60_000) return "its period is below 60 seconds";
  if (periodMilliseconds * evaluationPeriods > KEPT_MILLISECONDS)
    return "it looks back for more than 3 hours";
  return undefined;
}

function missingDataOf(value: Value | undefined): MissingData {
  return value === "ignore" || value === "breaching" || value === "notBreaching" ? value : "missing";
}

function textOf(value: Value | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function numberOf(value: Value | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function textsOf(value: Value | undefined): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function dimensionsOf(value: Value | undefined): Readonly<Record<string, string>> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([name, dimension]) => [name, String(dimension)]));
}
