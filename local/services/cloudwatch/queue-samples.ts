/**
 * Metrics of queues, which nothing announces: they are looked at once a minute.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
import type { QueueContents } from "../../core/apis.ts";
import { AwsError } from "../../core/errors.ts";
import type { Resource } from "../../core/graph.ts";
import { arn } from "../../core/names.ts";
import type { Cloud } from "../../core/service.ts";
import { type MetricId, type MetricStore, sampleOf } from "./metric-store.ts";

const NAMESPACE = "AWS/SQS";

const METRICS: Readonly<Record<string, (contents: QueueContents, now: number) => number>> = {
  ApproximateNumberOfMessagesVisible: ({ visible }) => visible,
  ApproximateNumberOfMessagesNotVisible: ({ inFlight }) => inFlight,
  ApproximateNumberOfMessagesDelayed: ({ delayed }) => delayed,
  ApproximateAgeOfOldestMessage: ({ messages }, now) => {
    const sent = messages.filter(({ state }) => state !== "delayed").map(({ sentAt }) => sentAt);
    return sent.length === 0 ? 0 : Math.max(0, Math.floor((now - Math.min(...sent)) / 1000));
  },
};

const QUEUE = "aws:sqs/queue:Queue";

export function hasQueues(resources: readonly Resource[]): boolean {
  return resources.some(({ type }) => type === QUEUE);
}

/**
 * Takes the values of the program's queues, and of those that these metrics are about.
 * @param at the time they are recorded for, in milliseconds since the epoch
 */
export async function sampleQueues(
  cloud: Cloud,
  store: MetricStore,
  watched: readonly MetricId[],
  at: number,
): Promise<void> {
  const own = watched.filter(
    ({ namespace, metric }) => namespace === NAMESPACE && Object.hasOwn(METRICS, metric),
  );
  const queues = cloud.resources().filter(({ type }) => type === QUEUE);
  const names = new Set([
    ...own.map(({ dimensions }) => dimensions.QueueName ?? ""),
    ...queues.map(({ outputs }) => String(outputs.name)),
  ]);
  await Promise.all([...names].map((name) => sampleQueue(cloud, store, name, at)));
}

async function sampleQueue(cloud: Cloud, store: MetricStore, QueueName: string, at: number): Promise<void> {
  try {
    const contents = await cloud.services.sqs.inspect(arn(cloud.world, "sqs", QueueName));
    const dimensions = { QueueName };
    for (const [metric, measure] of Object.entries(METRICS)) {
      const id = { namespace: NAMESPACE, metric, dimensions };
      store.add(id, at, sampleOf(measure(contents, at)));
    }
  } catch (error) {
    // A queue that is gone has no values, as on AWS.
    if (error instanceof AwsError && error.code === "QueueDoesNotExist") return;
    const message = `The queue ${QueueName} could not be looked at: ${error instanceof Error ? error.message : error}`;
    cloud.log({ kind: "warning", source: "cloudwatch", message });
  }
}
