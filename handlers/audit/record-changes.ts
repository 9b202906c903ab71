/**
 * The stream of a table: keeps every change as a line of JSON in a bucket, for good.
 *
 * - AUDIT_BUCKET: PutObject
 * - the stream
 */
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { Context, DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import type { Bucket } from "../shared/bucket.ts";
import { openBucket, putNewObject } from "../shared/bucket.ts";
import { readEnv } from "../shared/env.ts";
import { logger } from "../shared/logger.ts";

type Image = NonNullable<DynamoDBRecord["dynamodb"]>["NewImage"];

/** One change, as auditors read it. `eventId` is that of DynamoDB: a line that is there twice has the same. */
interface AuditLine {
  readonly eventId: string | undefined;
  readonly at: string;
  readonly operation: DynamoDBRecord["eventName"];
  readonly keys: unknown;
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * Writes the changes of a batch, an object per day: `audit/2026/01/31/<first>-<last>.jsonl`, named by the sequence numbers
 * in it. A batch that is delivered again finds its objects there.
 */
export async function recordChanges(records: readonly DynamoDBRecord[], bucket: Bucket): Promise<void> {
  for (const [day, ofDay] of Map.groupBy(records, (record) => timeOf(record).slice(0, 10))) {
    const numbers = ofDay.map(({ dynamodb }) => dynamodb?.SequenceNumber);
    const key = `audit/${day.replaceAll("-", "/")}/${numbers[0]}-${numbers.at(-1)}.jsonl`;
    const lines = ofDay.map((record) => `${JSON.stringify(lineOf(record))}\n`);
    await putNewObject(bucket, key, "application/x-ndjson", Buffer.from(lines.join("")));
  }
}

function lineOf(record: DynamoDBRecord): AuditLine {
  const { eventID: eventId, eventName: operation, dynamodb } = record;
  return {
    eventId,
    at: timeOf(record),
    operation,
    keys: plain(dynamodb?.Keys),
    before: plain(dynamodb?.OldImage),
    after: plain(dynamodb?.NewImage),
  };
}

function timeOf({ dynamodb }: DynamoDBRecord): string {
  return new Date((dynamodb?.ApproximateCreationDateTime ?? 0) * 1000).toISOString();
}

function plain(image: Image): unknown {
  return image && unmarshall(image as Parameters<typeof unmarshall>[0]);
}

const env = readEnv(["AUDIT_BUCKET"]);
const bucket = openBucket(env.AUDIT_BUCKET);

/** Changes are kept in their order: one that cannot be written fails the whole batch, which comes again. */
export const handler = async (
  event: DynamoDBStreamEvent,
  context: Context,
): Promise<DynamoDBBatchResponse> => {
  logger.addContext(context);
  await recordChanges(event.Records, bucket);
  return { batchItemFailures: [] };
};
