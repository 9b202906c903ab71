/** Metrics as callers put them, in any of the protocols that CloudWatch speaks. */
import { AwsError } from "../../core/errors.ts";
import type { AwsCall } from "../../core/service.ts";
import { decodeCbor } from "./cbor.ts";

export interface Metric {
  readonly name: string;
  /** One value, or the sum of a statistic set. */
  readonly value: number | undefined;
  readonly unit: string | undefined;
}

export interface MetricData {
  readonly namespace: string;
  readonly metrics: readonly Metric[];
}

/**
 * The input of PutMetricData, from JSON, CBOR or a form.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
 */
export function readMetricData(call: AwsCall): MetricData {
  const input = readInput(call);
  const namespace = input.Namespace;
  const data = Array.isArray(input.MetricData) ? (input.MetricData as Record<string, unknown>[]) : [];
  if (typeof namespace !== "string" || namespace === "") {
    throw new AwsError("MissingParameter", "The parameter Namespace is required.");
  }
  return { namespace, metrics: data.map(readMetric) };
}

function readInput(call: AwsCall): Record<string, unknown> {
  const type = call.headers["content-type"] ?? "";
  if (type.startsWith("application/cbor")) return decodeCbor(call.body) as Record<string, unknown>;
  const text = call.body.toString("utf8");
  if (!type.startsWith("application/x-www-form-urlencoded"))
    return JSON.parse(text) as Record<string, unknown>;
  return readForm(new URLSearchParams(text));
}

/** `MetricData.member.1.MetricName=…` and so on, counted from 1. */
function readForm(form: URLSearchParams): Record<string, unknown> {
  const data: Record<string, string>[] = [];
  for (const [name, value] of form) {
    const [, number, member] = /^MetricData\.member\.(\d+)\.(.+)$/.exec(name) ?? [];
    if (number === undefined || member === undefined) continue;
    const index = Number(number) - 1;
    data[index] = { ...data[index], [member]: value };
  }
  return { Namespace: form.get("Namespace"), MetricData: data };
}

function readMetric(datum: Record<string, unknown>): Metric {
  const statistics = (datum.StatisticValues ?? {}) as Record<string, unknown>;
  const value = datum.Value ?? statistics.Sum ?? datum["StatisticValues.Sum"];
  return {
    name: String(datum.MetricName),
    value: value === undefined ? undefined : Number(value),
    unit: typeof datum.Unit === "string" ? datum.Unit : undefined,
  };
}
