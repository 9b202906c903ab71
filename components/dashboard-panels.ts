/** What a dashboard shows of each kind of component: pure data, drawn by CloudWatch and by Grafana alike. */

export interface MetricQuery {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: "Average" | "Maximum" | "Sum" | "p50" | "p99";
  readonly label: string;
}

export interface Panel {
  readonly title: string;
  readonly metrics: readonly MetricQuery[];
}

/** Physical names of what is shown. */
export interface Watched {
  readonly apis: readonly { readonly name: string; readonly stage: string }[];
  readonly functions: readonly string[];
  /** Consumers of a stream. */
  readonly streamConsumers: readonly string[];
  readonly queues: readonly string[];
  readonly deadLetterQueues: readonly string[];
  readonly tables: readonly string[];
  /** ARNs of state machines. */
  readonly workflows: readonly string[];
}

/** All panels, requests first and stores last; a kind without members has none. */
export function panelsOf(watched: Watched): Panel[] {
  return [
    ...watched.apis.flatMap(apiPanels),
    ...functionPanels(watched.functions),
    ...streamPanels(watched.streamConsumers),
    ...queuePanels(watched.queues, watched.deadLetterQueues),
    ...watched.workflows.flatMap(workflowPanels),
    ...tablePanels(watched.tables),
  ].filter(({ metrics }) => metrics.length > 0);
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
function apiPanels({ name, stage }: Watched["apis"][number]): Panel[] {
  const metric = (metricName: string, statistic: MetricQuery["statistic"], label: string): MetricQuery => ({
    namespace: "AWS/ApiGateway",
    name: metricName,
    dimensions: { ApiName: name, Stage: stage },
    statistic,
    label,
  });
  return [
    {
      title: `${name}: requests`,
      metrics: [
        metric("Count", "Sum", "requests"),
        metric("4XXError", "Sum", "4xx"),
        metric("5XXError", "Sum", "5xx"),
      ],
    },
    {
      title: `${name}: latency in ms`,
      metrics: [
        metric("Latency", "p50", "p50"),
        metric("Latency", "p99", "p99"),
        metric("IntegrationLatency", "p99", "p99 of the function alone"),
      ],
    },
  ];
}

/** One panel per metric, with a line per resource. */
function comparison(
  title: string,
  resources: readonly string[],
  dimension: string,
  metric: Pick<MetricQuery, "namespace" | "name" | "statistic">,
): Panel {
  return {
    title,
    metrics: resources.map((resource) => ({
      ...metric,
      dimensions: { [dimension]: resource },
      label: resource,
    })),
  };
}

// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
function functionPanels(functions: readonly string[]): Panel[] {
  const panel = (title: string, name: string, statistic: MetricQuery["statistic"]) =>
    comparison(title, functions, "FunctionName", { namespace: "AWS/Lambda", name, statistic });
  return [
    panel("Functions: invocations", "Invocations", "Sum"),
    panel("Functions: errors", "Errors", "Sum"),
    panel("Functions: duration p99 in ms", "Duration", "p99"),
    panel("Functions: throttles", "Throttles", "Sum"),
  ];
}

function streamPanels(consumers: readonly string[]): Panel[] {
  return [
    comparison("Streams: age of the oldest record in ms", consumers, "FunctionName", {
      namespace: "AWS/Lambda",
      name: "IteratorAge",
      statistic: "Maximum",
    }),
  ];
}

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
function queuePanels(queues: readonly string[], deadLetterQueues: readonly string[]): Panel[] {
  const panel = (title: string, members: readonly string[], name: string) =>
    comparison(title, members, "QueueName", { namespace: "AWS/SQS", name, statistic: "Maximum" });
  return [
    panel("Queues: messages waiting", queues, "ApproximateNumberOfMessagesVisible"),
    panel("Queues: age of the oldest message in s", queues, "ApproximateAgeOfOldestMessage"),
    panel("Dead-letter queues: messages", deadLetterQueues, "ApproximateNumberOfMessagesVisible"),
  ];
}

// https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
function workflowPanels(arn: string): Panel[] {
  const metric = (name: string, statistic: MetricQuery["statistic"], label: string): MetricQuery => ({
    namespace: "AWS/States",
    name,
    dimensions: { StateMachineArn: arn },
    statistic,
    label,
  });
  const workflow = arn.slice(arn.lastIndexOf(":") + 1);
  return [
    {
      title: `${workflow}: executions`,
      metrics: [
        metric("ExecutionsStarted", "Sum", "started"),
        metric("ExecutionsSucceeded", "Sum", "succeeded"),
        metric("ExecutionsFailed", "Sum", "failed"),
        metric("ExecutionsTimedOut", "Sum", "timed out"),
      ],
    },
    { title: `${workflow}: duration p99 in ms`, metrics: [metric("ExecutionTime", "p99", "p99")] },
  ];
}

// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
function tablePanels(tables: readonly string[]): Panel[] {
  const panel = (title: string, name: string) =>
    comparison(title, tables, "TableName", { namespace: "AWS/DynamoDB", name, statistic: "Sum" });
  return [
    panel("Tables: read units", "ConsumedReadCapacityUnits"),
    panel("Tables: write units", "ConsumedWriteCapacityUnits"),
    panel("Tables: throttled reads", "ReadThrottleEvents"),
    panel("Tables: throttled writes", "WriteThrottleEvents"),
  ];
}
