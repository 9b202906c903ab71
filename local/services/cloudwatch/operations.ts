/** The calls of CloudWatch's API that are answered here. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/ */
import { AwsError, notSupported } from "../../core/errors.ts";
import type { AwsCall, AwsReply, Cloud } from "../../core/service.ts";
import type { AlarmState } from "./alarm.ts";
import type { Alarm, Alarms } from "./alarms.ts";
import { readMetricData } from "./metric-data.ts";
import { type MetricStore, MINUTE, statisticOf } from "./metric-store.ts";
import {
  dimensionsOf,
  type Input,
  listOf,
  numberOf,
  readInput,
  reply,
  requiredText,
  timeOf,
} from "./protocols.ts";

const MAX_DATAPOINTS = 1_440;
const STATES: readonly string[] = ["OK", "ALARM", "INSUFFICIENT_DATA"] satisfies AlarmState[];

type Operation = (input: Input, call: AwsCall) => object | undefined | Promise<object | undefined>;

export class Operations {
  readonly #cloud: Cloud;
  readonly #store: MetricStore;
  readonly #alarms: Alarms;
  readonly #table: Readonly<Record<string, Operation>> = {
    DescribeAlarms: (input, call) => this.#describe(input, call),
    GetMetricStatistics: (input, call) => this.#statistics(input, call),
    PutMetricData: (input, call) => this.#put(input, call),
    SetAlarmState: (input, call) => this.#setState(input, call),
  };

  constructor(cloud: Cloud, store: MetricStore, alarms: Alarms) {
    this.#cloud = cloud;
    this.#store = store;
    this.#alarms = alarms;
  }

  async answer(call: AwsCall): Promise<AwsReply> {
    const name = call.operation ?? "";
    const operation = Object.hasOwn(this.#table, name) ? this.#table[name] : undefined;
    if (!operation) throw notSupported("cloudwatch", name || call.path);
    return reply(call, await operation(readInput(call), call));
  }

  #put(input: Input, call: AwsCall): undefined {
    const { namespace, metrics } = readMetricData(input);
    const context = { "cloudwatch:namespace": namespace };
    this.#cloud.authorize(call.principal, [{ action: "cloudwatch:PutMetricData", resource: "*", context }]);
    for (const { name, dimensions, sample, unit, at } of metrics) {
      if (sample)
        this.#store.add({ namespace, metric: name, dimensions }, at ?? this.#cloud.clock.now(), sample);
      const message = [`${namespace} ${name}`, sample?.sum, unit]
        .filter((part) => part !== undefined)
        .join(" ");
      this.#cloud.log({ kind: "event", source: "cloudwatch", message, requestId: call.requestId });
    }
  }

  #describe(input: Input, call: AwsCall): object {
    this.#cloud.authorize(call.principal, [{ action: "cloudwatch:DescribeAlarms", resource: "*" }]);
    const names = listOf(input.AlarmNames);
    const prefix = String(input.AlarmNamePrefix ?? "");
    const found = this.#alarms.list.filter(
      ({ settings: { name }, state }) =>
        (names.length === 0 || names.includes(name)) &&
        name.startsWith(prefix) &&
        (input.StateValue === undefined || input.StateValue === state),
    );
    return { CompositeAlarms: [], MetricAlarms: found.map(describedAlarm) };
  }

  async #setState(input: Input, call: AwsCall): Promise<undefined> {
    const alarm = this.#alarms.get(requiredText(input, "AlarmName"));
    const resource = alarm.settings.arn;
    this.#cloud.authorize(call.principal, [{ action: "cloudwatch:SetAlarmState", resource }]);
    const state = requiredText(input, "StateValue");
    if (!STATES.includes(state)) throw new AwsError("ValidationError", `There is no state ${state}.`);
    await this.#alarms.change(alarm, state as AlarmState, requiredText(input, "StateReason"));
  }

  #statistics(input: Input, call: AwsCall): object {
    this.#cloud.authorize(call.principal, [{ action: "cloudwatch:GetMetricStatistics", resource: "*" }]);
    const metric = requiredText(input, "MetricName");
    const id = {
      namespace: requiredText(input, "Namespace"),
      metric,
      dimensions: dimensionsOf(input.Dimensions),
    };
    const [from, to] = [timeOf(input.StartTime), timeOf(input.EndTime)];
    const period = (numberOf(input.Period) ?? 0) * 1000;
    if (from === undefined || to === undefined) {
      throw new AwsError("MissingParameter", "The parameters StartTime and EndTime are required.");
    }
    if (period < MINUTE || period % MINUTE !== 0 || (to - from) / period > MAX_DATAPOINTS) {
      const message = `Period must be a multiple of 60, with at most ${MAX_DATAPOINTS} datapoints.`;
      throw new AwsError("InvalidParameterValue", message);
    }
    const datapoints: object[] = [];
    for (let at = Math.floor(from / period) * period; at < to; at += period) {
      const sample = this.#store.between(id, at, at + period);
      if (!sample) continue;
      const simple = listOf(input.Statistics).map((name) => [name, statisticOf(sample, String(name))]);
      const extended = listOf(input.ExtendedStatistics).map((name) => [
        name,
        statisticOf(sample, String(name)),
      ]);
      const ExtendedStatistics = extended.length > 0 ? Object.fromEntries(extended) : undefined;
      datapoints.push({ Timestamp: new Date(at), ...Object.fromEntries(simple), ExtendedStatistics });
    }
    return { Label: metric, Datapoints: datapoints };
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html */
function describedAlarm({ settings, state, reason, since }: Alarm): object {
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
    MetricName: settings.metric,
    Namespace: settings.namespace,
    [settings.isExtendedStatistic ? "ExtendedStatistic" : "Statistic"]: settings.statistic,
    Dimensions: Object.entries(settings.dimensions).map(([Name, Value]) => ({ Name, Value })),
    Period: settings.periodMilliseconds / 1000,
    EvaluationPeriods: settings.evaluationPeriods,
    DatapointsToAlarm: settings.datapointsToAlarm,
    Threshold: settings.threshold,
    ComparisonOperator: settings.comparisonOperator,
    TreatMissingData: settings.treatMissingData,
  };
}
