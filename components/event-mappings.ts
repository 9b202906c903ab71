/** Event source mappings: Lambda reads a queue or a stream and hands it to a function in batches. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AlarmedFunction } from "./alarmed-function.ts";
import type { DeadLetterQueue } from "./dead-letter-queue.ts";
import type { StreamSource } from "./event-sources.ts";
import type { PolicyStatement } from "./link.ts";
import { policyDocument } from "./policy.ts";
import type { Queue } from "./queue.ts";

export interface BatchArgs {
  /** Most records in a batch. @default 10 of a queue, 100 of a stream */
  readonly batchSize?: number;
  /** How long a batch may wait to fill, in seconds. @default 0 */
  readonly batchingWindowSeconds?: number;
  /** Invocations at once that a queue may cause, 2–1,000. @default 5 */
  readonly maximumConcurrency?: number;
}

const DEFAULTS = Object.freeze({
  queueBatchSize: 10,
  streamBatchSize: 100,
  maximumConcurrency: 5,
  // Lambda's default is to try for ever: one bad record would block its shard until it expires.
  streamRetries: 10,
  streamRecordAgeSeconds: 6 * 60 * 60,
});

/** Lambda deletes what a function does not report as failed, so functions report item by item. */
const PARTIAL_FAILURE = ["ReportBatchItemFailures"];

type Parent = { readonly parent: pulumi.Resource };

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
export function consumeQueue(
  name: string,
  queue: Queue,
  consumer: AlarmedFunction,
  batch: BatchArgs,
  parent: Parent,
): aws.lambda.EventSourceMapping {
  const grant = grantTo(consumer, name, parent, [
    {
      Effect: "Allow",
      Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
      Resource: queue.queue.arn,
    },
  ]);
  return new aws.lambda.EventSourceMapping(
    `${name}-mapping`,
    {
      eventSourceArn: queue.queue.arn,
      functionName: consumer.alias.arn,
      batchSize: batch.batchSize ?? DEFAULTS.queueBatchSize,
      maximumBatchingWindowInSeconds: batch.batchingWindowSeconds ?? 0,
      functionResponseTypes: PARTIAL_FAILURE,
      scalingConfig: { maximumConcurrency: batch.maximumConcurrency ?? DEFAULTS.maximumConcurrency },
    },
    { ...parent, dependsOn: [grant] },
  );
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html */
export function consumeStream(
  name: string,
  source: StreamSource,
  deadLetterQueue: DeadLetterQueue,
  consumer: AlarmedFunction,
  batch: BatchArgs,
  parent: Parent,
): aws.lambda.EventSourceMapping {
  const { table } = source.stream;
  const grant = grantTo(consumer, name, parent, [
    {
      Effect: "Allow",
      Action: ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
      Resource: table.streamArn,
    },
    {
      Effect: "Allow",
      Action: ["dynamodb:ListStreams"],
      Resource: pulumi.interpolate`${table.arn}/stream/*`,
    },
    { Effect: "Allow", Action: ["sqs:SendMessage"], Resource: deadLetterQueue.queue.arn },
  ]);
  return new aws.lambda.EventSourceMapping(
    `${name}-mapping`,
    {
      eventSourceArn: table.streamArn,
      functionName: consumer.alias.arn,
      // From its beginning: what was written before the mapping was ready is handled too.
      startingPosition: "TRIM_HORIZON",
      batchSize: batch.batchSize ?? DEFAULTS.streamBatchSize,
      maximumBatchingWindowInSeconds: batch.batchingWindowSeconds ?? 0,
      functionResponseTypes: PARTIAL_FAILURE,
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: DEFAULTS.streamRetries,
      maximumRecordAgeInSeconds: DEFAULTS.streamRecordAgeSeconds,
      destinationConfig: { onFailure: { destinationArn: deadLetterQueue.queue.arn } },
      ...(source.filter && {
        filterCriteria: { filters: source.filter.map((pattern) => ({ pattern: JSON.stringify(pattern) })) },
      }),
    },
    { ...parent, dependsOn: [grant] },
  );
}

/** Lambda reads with the function's own role. */
function grantTo(
  consumer: AlarmedFunction,
  name: string,
  parent: Parent,
  statements: readonly PolicyStatement[],
): aws.iam.RolePolicy {
  return new aws.iam.RolePolicy(
    `${name}-source-policy`,
    {
      role: consumer.role.id,
      policy: policyDocument(statements),
    },
    parent,
  );
}
