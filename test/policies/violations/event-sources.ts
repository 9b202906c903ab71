/** Event source mappings. */
import { type Mutation, replacing } from "./mutation.ts";

const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";

export const eventSources: readonly Mutation[] = [
  { rule: "source-partial-batches", type: MAPPING, set: { functionResponseTypes: [] } },
  {
    rule: "source-may-report",
    type: "aws:iam/rolePolicy:RolePolicy",
    name: "records-track-prices-dead-letters",
    document: { property: "policy", change: replacing("sqs:SendMessage", "sqs:ReceiveMessage") },
  },
  {
    rule: "source-may-report",
    type: "aws:iam/rolePolicy:RolePolicy",
    name: "tasks-created-source",
    document: {
      property: "policy",
      change: replacing("dead-letters-queue", "dead-letters-queue-of-another"),
    },
  },
  {
    rule: "source-visibility",
    type: "aws:sqs/queue:Queue",
    name: "tasks-work-queue",
    set: { visibilityTimeoutSeconds: 179 },
  },
  {
    rule: "source-visibility",
    type: MAPPING,
    name: "tasks-work",
    set: { maximumBatchingWindowInSeconds: 1 },
  },
  { rule: "source-concurrency", type: MAPPING, name: "tasks-work", set: { scalingConfig: undefined } },
  {
    rule: "source-queue-filter",
    type: MAPPING,
    name: "tasks-work",
    set: { filterCriteria: { filters: [{ pattern: "{}" }] } },
  },
  {
    rule: "source-stream-retries",
    type: MAPPING,
    name: "tasks-created",
    set: { maximumRetryAttempts: undefined },
  },
  {
    rule: "source-stream-retries",
    type: MAPPING,
    name: "tasks-created",
    set: { bisectBatchOnFunctionError: false },
  },
  {
    rule: "source-stream-retries",
    type: MAPPING,
    name: "tasks-created",
    set: { maximumRecordAgeInSeconds: -1 },
  },
  {
    rule: "source-stream-failures",
    type: MAPPING,
    name: "tasks-created",
    set: { "destinationConfig.onFailure": undefined },
  },
  { rule: "source-stream-records", type: MAPPING, name: "tasks-created", rename: "mapping-without-waiver" },
  { rule: "source-stream-start", type: MAPPING, name: "tasks-created", set: { startingPosition: "LATEST" } },
];
