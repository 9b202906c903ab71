/** A CloudWatch dashboard as a Grafana dashboard: the same panels with the same metrics. */
import * as z from "zod";

const row = z.tuple([z.string(), z.string()], z.union([z.string(), z.looseObject({})]));

/** The part of a CloudWatch dashboard body that can be converted: metric widgets with plain metrics. */
const dashboardBody = z.object({
  widgets: z.array(
    z.object({
      type: z.literal("metric"),
      x: z.int(),
      y: z.int(),
      width: z.int(),
      height: z.int(),
      properties: z.object({
        title: z.string(),
        region: z.string(),
        period: z.int().default(300),
        stat: z.string().default("Average"),
        metrics: z.array(row),
      }),
    }),
  ),
});

type Widget = z.infer<typeof dashboardBody>["widgets"][number];

/** Grafana asks this variable for the CloudWatch data source, so the file works in any installation. */
const DATA_SOURCE = { type: "cloudwatch", uid: "$" + "{datasource}" };

/**
 * Converts the body of a CloudWatch dashboard into a dashboard to import into Grafana (schema version 39, Grafana 10
 * or later, with its built-in CloudWatch data source).
 * https://grafana.com/docs/grafana/latest/datasources/aws-cloudwatch/query-editor/
 * @param body JSON text, as in `aws.cloudwatch.Dashboard.dashboardBody`
 * @throws Error naming the widget when it is not a metric widget with plain metrics
 */
export function toGrafana(body: string, title: string): Record<string, unknown> {
  const parsed = dashboardBody.safeParse(JSON.parse(body));
  if (!parsed.success) {
    throw new Error(`Dashboard "${title}" cannot be shown by Grafana: ${z.prettifyError(parsed.error)}`);
  }
  return {
    title,
    schemaVersion: 39,
    editable: true,
    time: { from: "now-3h", to: "now" },
    refresh: "1m",
    templating: {
      list: [{ name: "datasource", label: "CloudWatch", type: "datasource", query: "cloudwatch" }],
    },
    panels: parsed.data.widgets.map(panel),
  };
}

function panel(widget: Widget, index: number): Record<string, unknown> {
  const { title, region, period, stat, metrics } = widget.properties;
  return {
    id: index + 1,
    type: "timeseries",
    title,
    gridPos: { x: widget.x, y: widget.y, w: widget.width, h: widget.height },
    datasource: DATA_SOURCE,
    targets: metrics.map((metric, position) => ({
      refId: `M${position + 1}`,
      datasource: DATA_SOURCE,
      queryMode: "Metrics",
      metricQueryType: 0,
      metricEditorMode: 0,
      matchExact: true,
      region,
      period: String(period),
      ...query(metric, stat, title),
    })),
  };
}

function query(
  metric: z.infer<typeof row>,
  defaultStatistic: string,
  title: string,
): Record<string, unknown> {
  const options = metric.find((part) => typeof part === "object");
  const [namespace = "", metricName = "", ...pairs] = metric.filter((part) => typeof part === "string");
  if ([namespace, metricName, ...pairs].some((part) => /^\.+$/.test(part)))
    throw new Error(`Widget "${title}" repeats parts of a metric by dots; write the metric in full.`);
  const dimensions = Object.fromEntries(
    pairs.flatMap((name, index) => (index % 2 === 0 ? [[name, pairs[index + 1] ?? "*"]] : [])),
  );
  return {
    namespace,
    metricName,
    dimensions,
    statistic: options?.stat ?? defaultStatistic,
    label: options?.label ?? metricName,
  };
}
