/** Metrics as callers put them. */
import type { Dimensions, Sample } from "./metric-store.ts";
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

export interface Metric {
  readonly name: string;
  readonly dimensions: Dimensions;
  /** Undefined when the metric holds no value. */
  readonly sample: Sample | undefined;
  readonly unit: string | undefined;
  /** Milliseconds since the epoch; undefined for now. */
  readonly at: number | undefined;
}

export interface MetricData {
  readonly namespace: string;
  readonly metrics: readonly Metric[];
}

/**
 * The input of PutMetricData.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
 * @throws AwsError MissingParameter
 */
export function readMetricData(input: Input): MetricData {
  const namespace = requiredText(input, "Namespace");
  return { namespace, metrics: listOf(input.MetricData).map(membersOf).map(readMetric) };
}

function readMetric(datum: Input): Metric {
  return {
    name: String(datum.MetricName),
    dimensions: dimensionsOf(datum.Dimensions),
    sample: statisticSet(membersOf(datum.StatisticValues)) ?? listedValues(datum),
    unit: textOf(datum.Unit),
    at: timeOf(datum.Timestamp),
  };
}

function statisticSet(set: Input): Sample | undefined {
  const sum = numberOf(set.Sum);
  if (sum === undefined) return undefined;
  const count = numberOf(set.SampleCount) ?? 1;
  const minimum = numberOf(set.Minimum) ?? sum / count;
  return { count, sum, minimum, maximum: numberOf(set.Maximum) ?? sum / count, values: new Map() };
}

/** `Value`, or `Values` with how often each came in `Counts`. */
function listedValues(datum: Input): Sample | undefined {
  const counts = listOf(datum.Counts);
  const given = datum.Value === undefined ? listOf(datum.Values) : [datum.Value];
  const values = new Map<number, number>();
  given.forEach((item, index) => {
    const value = numberOf(item);
    if (value !== undefined) values.set(value, (values.get(value) ?? 0) + (numberOf(counts[index]) ?? 1));
  });
  if (values.size === 0) return undefined;
  const entries = [...values];
  return {
    count: entries.reduce((total, [, count]) => total + count, 0),
    sum: entries.reduce((total, [value, count]) => total + value * count, 0),
    minimum: Math.min(...values.keys()),
    maximum: Math.max(...values.keys()),
    values,
  };
}
