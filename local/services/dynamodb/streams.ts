/** Reading table streams, for event source mappings. */
import type { DynamoDBRecord } from "aws-lambda";
import type { DynamoDbApi, StreamBatch } from "../../core/apis.ts";
import type { Clock } from "../../core/clock.ts";
import type { Trace } from "../../core/trace.ts";
import type { DynamoDbLocal } from "../../real-parts/dynamodb-local.ts";
import { type Arns, tableNameOf } from "./arns.ts";
import { carryOut } from "./client.ts";
import type { Expiry } from "./expiry.ts";
import type { WriteTraces } from "./write-traces.ts";

export interface StreamsContext {
  readonly server: () => DynamoDbLocal;
  readonly arns: Arns;
  readonly region: string;
  readonly clock: Clock;
  readonly expiry: Pick<Expiry, "isExpiry">;
  readonly traces: WriteTraces;
}

/** What is needed to show a record as AWS would. */
export type RecordContext = Pick<StreamsContext, "region" | "clock" | "expiry">;

/** A record as the Streams API answers it. */
export type RawRecord = Readonly<Record<string, unknown>> & {
  readonly eventName: string;
  readonly dynamodb: Readonly<Record<string, unknown>> & { readonly ApproximateCreationDateTime: number };
};

interface Shard {
  readonly ShardId: string;
  readonly ParentShardId?: string;
}

const SECONDS_PER_MINUTE = 60;

export class TableStreams implements DynamoDbApi {
  readonly #context: StreamsContext;
  readonly #listeners = new Map<string, Set<() => void>>();

  constructor(context: StreamsContext) {
    this.#context = context;
  }

  async shards(streamArn: string): Promise<string[]> {
    const shards: Shard[] = [];
    let ExclusiveStartShardId: string | undefined;
    do {
      const { StreamDescription } = await this.#call("DescribeStream", {
        StreamArn: this.#context.arns.localStream(streamArn),
        ExclusiveStartShardId,
      });
      const page = StreamDescription as { Shards?: Shard[]; LastEvaluatedShardId?: string };
      shards.push(...(page.Shards ?? []));
      ExclusiveStartShardId = page.LastEvaluatedShardId;
    } while (ExclusiveStartShardId !== undefined);
    return shards.map(({ ShardId }) => ShardId).sort();
  }

  async iterator(
    streamArn: string,
    shardId: string,
    position: "TRIM_HORIZON" | "LATEST" | { afterSequenceNumber: string },
  ): Promise<string> {
    const { ShardIterator } = await this.#call("GetShardIterator", {
      StreamArn: this.#context.arns.localStream(streamArn),
      ShardId: shardId,
      ...(typeof position === "string"
        ? { ShardIteratorType: position }
        : { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", SequenceNumber: position.afterSequenceNumber }),
    });
    return String(ShardIterator);
  }

  async records(streamArn: string, iterator: string, limit: number): Promise<StreamBatch> {
    const output = await this.#call("GetRecords", { ShardIterator: iterator, Limit: limit });
    const records = (output.Records as RawRecord[] | undefined) ?? [];
    return {
      records: records.map(
        (record) =>
          ({
            ...programRecord(record, tableNameOf(streamArn), this.#context),
            eventSourceARN: streamArn,
          }) as DynamoDBRecord,
      ),
      nextIterator: typeof output.NextShardIterator === "string" ? output.NextShardIterator : undefined,
    };
  }

  traceOf(record: DynamoDBRecord): Trace | undefined {
    return this.#context.traces.of(record);
  }

  onWrite(streamArn: string, listener: () => void): () => void {
    const tableName = tableNameOf(streamArn);
    const listeners = this.#listeners.get(tableName) ?? new Set();
    this.#listeners.set(tableName, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** Tells the listeners of these tables that there may be new records. */
  written(tableNames: readonly string[]): void {
    for (const tableName of tableNames) {
      for (const listener of this.#listeners.get(tableName) ?? []) listener();
    }
  }

  #call(operation: string, input: unknown): Promise<Readonly<Record<string, unknown>>> {
    return carryOut(this.#context.server(), "streams", operation, input);
  }
}

/**
 * A record as DynamoDB answers it and as functions get it.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
 */
export function programRecord(
  record: RawRecord,
  tableName: string,
  { region, clock, expiry }: RecordContext,
): RawRecord {
  const isOwnName = ["INSERT", "MODIFY", "REMOVE"].includes(record.eventName);
  const isExpired = !isOwnName || expiry.isExpiry(tableName, record);
  const created = record.dynamodb.ApproximateCreationDateTime;
  return {
    ...record,
    // Deletions of expired items come under a name that DynamoDB does not have.
    ...(isExpired
      ? { eventName: "REMOVE", userIdentity: { type: "Service", principalId: "dynamodb.amazonaws.com" } }
      : {}),
    awsRegion: region,
    dynamodb: { ...record.dynamodb, ApproximateCreationDateTime: latestSecond(created, clock) },
  };
}

/**
 * DynamoDB Local has the wall clock, and cuts times to the minute. The latest second of it makes no record look older than
 * it is.
 */
function latestSecond(wallMinute: number, clock: Clock): number {
  const minute = wallMinute + Math.floor(clock.offset / 1_000);
  return Math.max(minute, Math.min(Math.floor(clock.now() / 1_000), minute + SECONDS_PER_MINUTE - 1));
}
