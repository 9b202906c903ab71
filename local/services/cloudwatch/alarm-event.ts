/** What functions and rules are told of an alarm. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html */
import type { World } from "../../core/service.ts";
import type { Transition } from "./alarm-message.ts";
import type { AlarmSettings, MetricAlarmSettings } from "./alarm-settings.ts";
import type { MetricQuery, MetricStatistic } from "./metric-query.ts";

/** The event of an alarm's action on a function. */
export function functionEvent(settings: AlarmSettings, transition: Transition, world: World): object {
  return {
    source: "aws.cloudwatch",
    alarmArn: settings.arn,
    accountId: world.account,
    time: timestamp(transition.at),
    region: world.region,
    alarmData: alarmData(settings, transition),
  };
}

/** The alarm, its state and the one before, which the event on the bus has as its detail too. */
export function alarmData(settings: AlarmSettings, { from, to, reason, at, before }: Transition): object {
  const description = settings.description === null ? {} : { description: settings.description };
  return {
    alarmName: settings.name,
    state: { value: to, reason, timestamp: timestamp(at) },
    previousState: { value: from, reason: before.reason, timestamp: timestamp(before.since) },
    configuration: {
      ...description,
      ...(settings.kind === "composite"
        ? { alarmRule: settings.ruleText }
        : { metrics: queriesOf(settings).map(metricOf) }),
    },
  };
}

function queriesOf(settings: MetricAlarmSettings): readonly MetricQuery[] {
  if (settings.queries) return settings.queries;
  const { namespace, metric, dimensions, statistic, periodMilliseconds } = settings;
  const only = { metric: { namespace, metric, dimensions }, statistic, period: periodMilliseconds };
  return [{ id: "m1", label: undefined, returned: true, metric: only }];
}

function metricOf({ id, label, returned, expression, metric }: MetricQuery): object {
  return {
    id,
    ...(label === undefined ? {} : { label }),
    ...(expression === undefined ? {} : { expression }),
    ...(metric === undefined ? {} : { metricStat: statOf(metric) }),
    returnData: returned,
  };
}

function statOf({ metric, period, statistic }: MetricStatistic): object {
  const { namespace, metric: name, dimensions } = metric;
  return { metric: { namespace, name, dimensions }, period: period / 1000, stat: statistic };
}

/** `2026-11-22T10:02:00.000+0000` */
function timestamp(at: number): string {
  return new Date(at).toISOString().replace("Z", "+0000");
}
