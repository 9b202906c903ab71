/**
 * The body of a CloudWatch dashboard.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
import type { MetricQuery, Panel } from "./dashboard-panels.ts";

/** `[namespace, metric, dimension name, dimension value, …, { stat, label }]` */
export type MetricRow = readonly [...string[], { readonly stat: string; readonly label: string }];

export interface MetricWidget {
  readonly type: "metric";
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title: string;
    readonly region: string;
    readonly view: "timeSeries";
    readonly stacked: false;
    /** Seconds. */
    readonly period: number;
    readonly metrics: readonly MetricRow[];
  };
}

export interface DashboardBody {
  readonly widgets: readonly MetricWidget[];
}

const PERIOD_SECONDS = 60;
const WIDTH = 12;
const HEIGHT = 6;

/** Lays the panels out, two in a row. */
export function dashboardBody(panels: readonly Panel[], region: string): DashboardBody {
  const widgets = panels.map(
    ({ title, metrics }, index): MetricWidget => ({
      type: "metric",
      x: (index % 2) * WIDTH,
      y: Math.floor(index / 2) * HEIGHT,
      width: WIDTH,
      height: HEIGHT,
      properties: {
        title,
        region,
        view: "timeSeries",
        stacked: false,
        period: PERIOD_SECONDS,
        metrics: metrics.map(metricRow),
      },
    }),
  );
  return { widgets };
}

function metricRow({ namespace, name, dimensions, statistic, label }: MetricQuery): MetricRow {
  return [namespace, name, ...Object.entries(dimensions).flat(), { stat: statistic, label }];
}
