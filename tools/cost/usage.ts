/** What a load makes a part use. */
import { type Graph, type Resource, resourcesOf } from "../../local/core/graph.ts";
import type { Kind } from "../diagram/kinds.ts";
import { parsed, record } from "../diagram/properties.ts";
import {
  ANSWER_KILOBYTES,
  CALLS_PER_USE_OF_A_DATABASE,
  DEFAULT_PAUSE_SECONDS,
  HOURS_A_MONTH,
  LEAST_CAPACITY,
  LOG_KILOBYTES,
  REQUESTS_PER_MESSAGE,
  SAMPLED,
  SECONDS_A_MONTH,
  SIGN_INS_PER_USER,
  WRITE_UNITS,
} from "./assumptions.ts";
import { clusterOf, type Quantity, scalingOf } from "./charges.ts";
import type { Load } from "./traffic.ts";

interface Use extends Load {
  readonly resource: Resource;
  readonly graph: Graph;
  readonly milliseconds: number;
}

const KILOBYTES = 1_000_000;

/** By kind; others use nothing that is paid for. */
const USES: Partial<Record<Kind, (use: Use) => Quantity[]>> = {
  api: ({ handled }) => [
    { meter: "apiRequests", quantity: handled },
    { meter: "logs", quantity: (handled * LOG_KILOBYTES.perRequest) / KILOBYTES },
    { meter: "traces", quantity: tracesOf(handled) },
    { meter: "transfer", quantity: (handled * ANSWER_KILOBYTES) / KILOBYTES },
  ],
  function: ({ handled, resource: { inputs }, milliseconds }) => [
    { meter: "invocations", quantity: handled },
    {
      meter: [inputs.architectures].flat().includes("arm64") ? "armSeconds" : "x86Seconds",
      quantity: handled * (milliseconds / 1000) * (Number(inputs.memorySize ?? 128) / 1024),
    },
    { meter: "logs", quantity: (handled * LOG_KILOBYTES.perInvocation) / KILOBYTES },
  ],
  table: ({ handled, reads, resource: { inputs } }) => [
    {
      meter: "tableWrites",
      quantity: handled * (WRITE_UNITS + [inputs.globalSecondaryIndexes ?? []].flat().length),
    },
    { meter: "tableReads", quantity: reads },
  ],
  database: ({ handled, resource, graph }) => [
    { meter: "dataCalls", quantity: handled * CALLS_PER_USE_OF_A_DATABASE },
    { meter: "capacity", quantity: awakeCapacity(handled, resource, graph) },
  ],
  bucket: ({ handled, reads, resource, graph }) => [
    { meter: "objectWrites", quantity: handled },
    { meter: "objectReads", quantity: reads },
    { meter: "events", quantity: tellsEvents(resource, graph) ? handled : 0 },
  ],
  queue: ({ handled }) => [{ meter: "queueRequests", quantity: handled * REQUESTS_PER_MESSAGE }],
  topic: ({ handled, resource, graph }) => [
    { meter: "publishes", quantity: handled },
    { meter: "topicEmails", quantity: handled * readersOf(resource, graph) },
  ],
  bus: ({ handled }) => [{ meter: "events", quantity: handled }],
  workflow: ({ handled, resource }) => [
    { meter: "transitions", quantity: handled * statesOf(resource.inputs.definition) },
  ],
  schedule: ({ handled }) => [{ meter: "scheduled", quantity: handled }],
  users: ({ handled }) => [{ meter: "activeUsers", quantity: handled / SIGN_INS_PER_USER }],
  email: ({ handled }) => [{ meter: "emails", quantity: handled }],
};

export function usageOf(kind: Kind, use: Use): readonly Quantity[] {
  return (USES[kind]?.(use) ?? []).filter(({ quantity }) => quantity > 0);
}

function tracesOf(requests: number): number {
  const first = Math.min(requests, SECONDS_A_MONTH);
  return first + (requests - first) * SAMPLED;
}

/** Capacity unit-hours that a database which may pause runs for its users, on each of its instances. */
function awakeCapacity(uses: number, cluster: Resource, graph: Graph): number {
  const scaling = scalingOf(cluster);
  if (scaling.minCapacity !== 0) return 0;
  const pause = Number(scaling.secondsUntilAutoPause ?? DEFAULT_PAUSE_SECONDS);
  const instances = resourcesOf(graph, "aws:rds/clusterInstance:ClusterInstance").filter(
    ({ inputs }) => clusterOf(inputs.clusterIdentifier, graph) === cluster,
  );
  return Math.min(HOURS_A_MONTH, (uses * pause) / 3600) * LEAST_CAPACITY * instances.length;
}

/** Events about objects are not among those that AWS gives for nothing. */
function tellsEvents({ id }: Resource, graph: Graph): boolean {
  return resourcesOf(graph, "aws:s3/bucketNotification:BucketNotification").some(
    ({ inputs }) => inputs.bucket === id && inputs.eventbridge === true,
  );
}

function readersOf({ outputs }: Resource, graph: Graph): number {
  return resourcesOf(graph, "aws:sns/topicSubscription:TopicSubscription").filter(
    ({ inputs }) => inputs.protocol === "email" && inputs.topic === outputs.arn,
  ).length;
}

/** Number of states of a workflow that an execution without failures may pass. */
function statesOf(definition: unknown): number {
  const { StartAt, States } = record(parsed(definition));
  const passed = new Set<string>();
  const pass = (name: unknown) => {
    if (typeof name !== "string" || passed.has(name)) return;
    passed.add(name);
    const { Next, Default, Choices } = record(record(States)[name]);
    for (const next of [Next, Default, ...[Choices ?? []].flat().map((choice) => record(choice).Next)])
      pass(next);
  };
  pass(StartAt);
  return passed.size;
}
