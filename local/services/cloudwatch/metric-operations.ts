/** The calls that put and read metrics. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/ */
import { AwsError } from "../../core/errors.ts";
import type { AwsCall, Cloud } from "../../core/service.ts";
import { readMetricData } from "./metric-data.ts";
import { checkQueries, listedSeries, type MetricQuery, periodOf, runQueries } from "./metric-query.ts";
import { type MetricStore, MINUTE, statisticOf } from "./metric-store.ts";
import type { Operation } from "./operation.ts";
import {
  dimensionsOf,
  type Input,
  listOf,
  membersOf,
  numberOf,
  requiredText,
  textOf,
  timeOf,
} from "./protocols.ts";

const MAX_DATAPOINTS = 1_440;

export function metricOperations(cloud: Cloud, store: MetricStore): Readonly<Record<string, Operation>> {
  const allow = ({ principal }: AwsCall, action: string): void =>
    cloud.authorize(principal, [{ action: `cloudwatch:${action}`, resource: "*" }]);
  return {
    GetMetricData: (input, call) => {
      allow(call, "GetMetricData");
      return metricData(input, store);
    },
    GetMetricStatistics: (input, call) => {
      allow(call, "GetMetricStatistics");
      return statistics(input, store);
    },
    ListMetrics: (input, call) => {
      allow(call, "ListMetrics");
      return listedMetrics(input, store);
    },
    PutMetricData: (input, call) => putMetricData(input, call, cloud, store),
  };
}

function putMetricData(input: Input, call: AwsCall, cloud: Cloud, store: MetricStore): undefined {
  const { namespace, metrics } = readMetricData(input);
  const context = { "cloudwatch:namespace": namespace };
  cloud.authorize(call.principal, [{ action: "cloudwatch:PutMetricData", resource: "*", context }]);
  for (const { name, dimensions, sample, unit, at } of metrics) {
    if (sample) store.add({ namespace, metric: name, dimensions }, at ?? cloud.clock.now(), sample);
    const parts = [`${namespace} ${name}`, sample?.sum, unit].filter((part) => part !== undefined);
    cloud.log({ kind: "event", source: "cloudwatch", message: parts.join(" "), requestId: call.requestId });
  }
}

/** @throws AwsError MissingParameter */
function rangeOf(input: Input): { from: number; to: number } {
  const [from, to] = [timeOf(input.StartTime), timeOf(input.EndTime)];
  if (from !== undefined && to !== undefined) return { from, to };
  throw new AwsError("MissingParameter", "The parameters StartTime and EndTime are required.");
}

function statistics(input: Input, store: MetricStore): object {
  const metric = requiredText(input, "MetricName");
  const id = {
    namespace: requiredText(input, "Namespace"),
    metric,
    dimensions: dimensionsOf(input.Dimensions),
  };
  const { from, to } = rangeOf(input);
  const period = (numberOf(input.Period) ?? 0) * 1000;
  if (period < MINUTE || period % MINUTE !== 0 || (to - from) / period > MAX_DATAPOINTS) {
    const message = `Period must be a multiple of 60, with at most ${MAX_DATAPOINTS} datapoints.`;
    throw new AwsError("InvalidParameterValue", message);
  }
  const datapoints: object[] = [];
  for (let at = Math.floor(from / period) * period; at < to; at += period) {
    const sample = store.between(id, at, at + period);
    if (!sample) continue;
    const of = (names: unknown): [string, number | undefined][] =>
      listOf(names).map((name) => [String(name), statisticOf(sample, String(name))]);
    const extended = of(input.ExtendedStatistics);
    const ExtendedStatistics = extended.length > 0 ? Object.fromEntries(extended) : undefined;
    const simple = Object.fromEntries(of(input.Statistics));
    datapoints.push({ Timestamp: new Date(at), ...simple, ExtendedStatistics });
  }
  return { Label: metric, Datapoints: datapoints };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
function metricData(input: Input, store: MetricStore): object {
  const queries = listOf(input.MetricDataQueries).map(membersOf).map(readQuery);
  const range = rangeOf(input);
  checkQueries(queries);
  const results = runQueries(queries, range, store);
  const ascending = input.ScanBy === "TimestampAscending";
  const MetricDataResults = queries
    .filter(({ returned }) => returned)
    .flatMap(({ id, label, metric }) =>
      listedSeries(results.get(id) ?? [], range, periodOf(queries)).map(({ values }) => {
        const points = ascending ? [...values] : [...values].reverse();
        return {
          Id: id,
          Label: label ?? metric?.metric.metric ?? id,
          Timestamps: points.map(([at]) => new Date(at)),
          Values: points.map(([, value]) => value),
          StatusCode: "Complete",
        };
      }),
    );
  return { MetricDataResults, Messages: [] };
}

function readQuery(given: Input): MetricQuery {
  const stat = membersOf(given.MetricStat);
  const metric = membersOf(stat.Metric);
  return {
    id: String(given.Id),
    label: textOf(given.Label),
    returned: String(given.ReturnData ?? true) === "true",
    ...(textOf(given.Expression) ? { expression: String(given.Expression) } : {}),
    ...(given.MetricStat === undefined
      ? {}
      : {
          metric: {
            metric: {
              namespace: String(metric.Namespace),
              metric: String(metric.MetricName),
              dimensions: dimensionsOf(metric.Dimensions),
            },
            statistic: String(stat.Stat),
            period: (numberOf(stat.Period) ?? 0) * 1000,
          },
        }),
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html */
function listedMetrics(input: Input, store: MetricStore): object {
  const wanted = listOf(input.Dimensions).map(membersOf);
  const found = store.ids.filter(
    ({ namespace, metric, dimensions }) =>
      (input.Namespace === undefined || input.Namespace === namespace) &&
      (input.MetricName === undefined || input.MetricName === metric) &&
      wanted.every(
        ({ Name, Value }) =>
          Object.hasOwn(dimensions, String(Name)) &&
          (Value === undefined || dimensions[String(Name)] === String(Value)),
      ),
  );
  const Metrics = found.map(({ namespace, metric, dimensions }) => ({
    Namespace: namespace,
    MetricName: metric,
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
  }));
  return { Metrics };
}
