/** The calls about alarms. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/ */
import { AwsError } from "../../core/errors.ts";
import type { AwsCall, Cloud } from "../../core/service.ts";
import type { AlarmState } from "./alarm.ts";
import type { CompositeAlarmSettings, MetricAlarmSettings } from "./alarm-settings.ts";
import type { Alarm, Alarms } from "./alarms.ts";
import type { MetricQuery } from "./metric-query.ts";
import type { Dimensions } from "./metric-store.ts";
import type { Operation } from "./operation.ts";
import { type Input, listOf, requiredText } from "./protocols.ts";

const STATES: readonly string[] = ["OK", "ALARM", "INSUFFICIENT_DATA"] satisfies AlarmState[];

export function alarmOperations(cloud: Cloud, alarms: Alarms): Readonly<Record<string, Operation>> {
  return {
    DescribeAlarms: (input, call) => {
      cloud.authorize(call.principal, [{ action: "cloudwatch:DescribeAlarms", resource: "*" }]);
      return describe(input, alarms);
    },
    SetAlarmState: (input, call) => setState(input, call, cloud, alarms),
  };
}

/** Composite alarms are shown to those who ask for them. */
function describe(input: Input, alarms: Alarms): object {
  const names = listOf(input.AlarmNames);
  const types = listOf(input.AlarmTypes);
  const prefix = String(input.AlarmNamePrefix ?? "");
  const found = alarms.list.filter(
    ({ settings: { name }, state }) =>
      (names.length === 0 || names.includes(name)) &&
      name.startsWith(prefix) &&
      (input.StateValue === undefined || input.StateValue === state),
  );
  const metric = types.length === 0 || types.includes("MetricAlarm");
  return {
    CompositeAlarms: found.flatMap((alarm) =>
      alarm.settings.kind === "composite" && types.includes("CompositeAlarm")
        ? [{ ...common(alarm), AlarmRule: alarm.settings.ruleText }]
        : [],
    ),
    MetricAlarms: found.flatMap((alarm) =>
      alarm.settings.kind === "metric" && metric ? [{ ...common(alarm), ...watched(alarm.settings) }] : [],
    ),
  };
}

async function setState(input: Input, call: AwsCall, cloud: Cloud, alarms: Alarms): Promise<undefined> {
  const alarm = alarms.get(requiredText(input, "AlarmName"));
  const resource = alarm.settings.arn;
  cloud.authorize(call.principal, [{ action: "cloudwatch:SetAlarmState", resource }]);
  const state = requiredText(input, "StateValue");
  if (!STATES.includes(state)) throw new AwsError("ValidationError", `There is no state ${state}.`);
  await alarms.change(alarm, state as AlarmState, requiredText(input, "StateReason"));
}

function common({ settings, state, reason, since }: Alarm): object {
  return {
    AlarmName: settings.name,
    AlarmArn: settings.arn,
    AlarmDescription: settings.description ?? undefined,
    ActionsEnabled: settings.actionsEnabled,
    OKActions: settings.okActions,
    AlarmActions: settings.alarmActions,
    InsufficientDataActions: settings.insufficientDataActions,
    StateValue: state,
    StateReason: reason,
    StateUpdatedTimestamp: new Date(since),
    StateTransitionedTimestamp: new Date(since),
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html */
function watched(settings: Omit<MetricAlarmSettings, keyof CompositeAlarmSettings>): object {
  const source = settings.queries
    ? { Metrics: settings.queries.map(describedQuery) }
    : {
        MetricName: settings.metric,
        Namespace: settings.namespace,
        [settings.isExtendedStatistic ? "ExtendedStatistic" : "Statistic"]: settings.statistic,
        Dimensions: described(settings.dimensions),
        Period: settings.periodMilliseconds / 1000,
      };
  return {
    ...source,
    EvaluationPeriods: settings.evaluationPeriods,
    DatapointsToAlarm: settings.datapointsToAlarm,
    Threshold: settings.threshold,
    ComparisonOperator: settings.comparisonOperator,
    TreatMissingData: settings.treatMissingData,
  };
}

function describedQuery({ id, label, returned, expression, metric }: MetricQuery): object {
  const MetricStat = metric && {
    Metric: {
      Namespace: metric.metric.namespace,
      MetricName: metric.metric.metric,
      Dimensions: described(metric.metric.dimensions),
    },
    Period: metric.period / 1000,
    Stat: metric.statistic,
  };
  return { Id: id, Label: label, Expression: expression, MetricStat, ReturnData: returned };
}

function described(dimensions: Dimensions): object[] {
  return Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
}
