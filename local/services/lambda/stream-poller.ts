/**
 * Reads a table's stream, shard by shard, for one mapping. Woken by writes; looks by itself only now and then.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 */
import type { DynamoDBRecord } from "aws-lambda";
import { AwsError } from "../../core/errors.ts";
import type { Checkpoints } from "./checkpoints.ts";
import { sleep, sleepReally } from "./sleep.ts";
import { handleBatch, type StreamContext } from "./stream-batch.ts";

/**
 * Catches what no write announces (expired items), and keeps iterators, which live for 15 minutes, fresh. In real time, as
 * the real part's are: so are the rests after a write.
 */
const IDLE_MILLISECONDS = 30_000;
/** After a write its record may take a moment to appear in the stream. */
const AFTER_WRITE_MILLISECONDS = [20, 50, 100, 250, 500];
/** A write whose record has not appeared after so many looks made none. */
const ENOUGH_LOOKS = 3;
const BACKOFF_MILLISECONDS = 1_000;

/**
 * Streams keep records for a day; a reader that is further behind goes on with the oldest that is left. DynamoDB Local calls
 * good iterators too old, too, when the first record of a shard is being written: https://github.com/aws/aws-sdk-java/issues/2923
 * So the first time it is asked again from where the reader was, and the second time for the oldest.
 */
const MOST_TRIMS = 2;

type PollerContext = Omit<StreamContext, "shardId" | "signal" | "checkpoint" | "rest">;

/** A shard that is being read. */
interface Reading {
  /** Waits for a time: between attempts, or for a batch to fill. */
  rests: boolean;
  handles: boolean;
  /** Writes whose records have been read. */
  writesRead: number;
}

export class StreamPoller {
  readonly #context: PollerContext;
  readonly #checkpoints: Checkpoints;
  readonly #stop = new AbortController();
  readonly #shards = new Map<string, Promise<void>>();
  readonly #readings = new Set<Reading>();
  /** Counts writes, so that one that comes while the stream is being read is not missed. */
  #writes = 0;
  #wake: AbortController = new AbortController();
  #silence: () => void = () => undefined;
  #loop: Promise<void> = Promise.resolve();

  constructor(context: PollerContext, checkpoints: Checkpoints) {
    this.#context = context;
    this.#checkpoints = checkpoints;
  }

  start(): void {
    const { cloud, mapping } = this.#context;
    this.#silence = cloud.services.dynamodb.onWrite(mapping.sourceArn, () => {
      this.#writes += 1;
      this.#wake.abort();
      this.#wake = new AbortController();
    });
    this.#loop = this.#findShards(mapping.startingPosition);
  }

  async stop(): Promise<void> {
    this.#silence();
    this.#stop.abort();
    await this.#loop;
    await Promise.all(this.#shards.values());
  }

  busy(): boolean {
    if (this.#shards.size === 0) return this.#writes > 0;
    const readings = [...this.#readings];
    return readings.some(
      ({ rests, handles, writesRead }) => !rests && (handles || writesRead < this.#writes),
    );
  }

  /** Begins with the shards that are not being read yet; those found later are read from their start. */
  async #findShards(position: "TRIM_HORIZON" | "LATEST"): Promise<void> {
    const { cloud, mapping } = this.#context;
    while (!this.#stop.signal.aborted) {
      try {
        for (const shard of await cloud.services.dynamodb.shards(mapping.sourceArn)) {
          if (!this.#shards.has(shard)) this.#shards.set(shard, this.#readShard(shard, position));
        }
        if (this.#shards.size > 0) return;
        await this.#rest(AFTER_WRITE_MILLISECONDS.length + 1);
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        this.#logError(error);
        await sleep(cloud.clock, BACKOFF_MILLISECONDS, this.#stop.signal);
      }
    }
  }

  async #readShard(shardId: string, position: "TRIM_HORIZON" | "LATEST"): Promise<void> {
    const reading: Reading = { rests: false, handles: false, writesRead: -1 };
    this.#readings.add(reading);
    let iterator: string | undefined;
    let quiet = 0;
    let writes = -1;
    let found = false;
    let trims = 0;
    while (!this.#stop.signal.aborted) {
      const seen = writes;
      writes = this.#writes;
      try {
        iterator ??= await this.#iterator(shardId, position, trims);
        const { records, nextIterator } = await this.#gather(iterator, reading);
        trims = 0;
        if (records.length > 0) await this.#handle(shardId, records, reading);
        iterator = nextIterator;
        if (iterator === undefined) break;
        const woken = seen !== writes || writes !== this.#writes;
        quiet = records.length > 0 || woken ? 0 : quiet + 1;
        found = records.length > 0 || (found && !woken);
        const isRead = quiet >= ENOUGH_LOOKS || (quiet > 0 && (found || writes === 0));
        if (isRead) reading.writesRead = writes;
        if (quiet > 0) await this.#rest(quiet);
      } catch (error) {
        if (this.#stop.signal.aborted) break;
        iterator = undefined;
        if (isTrimmed(error) && ++trims <= MOST_TRIMS) continue;
        this.#logError(error);
        await this.#restOnClock(reading, BACKOFF_MILLISECONDS);
      }
    }
    this.#readings.delete(reading);
    // A shard that ends has children, or none yet.
    if (!this.#stop.signal.aborted) void this.#findShards("TRIM_HORIZON");
  }

  /** @param trims how often in a row the record to be read was gone: the next one that is left, then the oldest, is read */
  #iterator(shardId: string, position: "TRIM_HORIZON" | "LATEST", trims: number): Promise<string> {
    const { cloud, mapping } = this.#context;
    const done = trims < MOST_TRIMS ? this.#checkpoints.get(mapping.uuid, shardId) : undefined;
    const beginning = trims > 0 ? "TRIM_HORIZON" : position;
    const from = done === undefined ? beginning : { afterSequenceNumber: done };
    return cloud.services.dynamodb.iterator(mapping.sourceArn, shardId, from);
  }

  /** A batch: what is there, or with a batching window what comes until it ends or the batch is full. */
  async #gather(
    iterator: string,
    reading: Reading,
  ): Promise<{ records: DynamoDBRecord[]; nextIterator: string | undefined }> {
    const { cloud, mapping } = this.#context;
    const { batchSize, windowMilliseconds, sourceArn } = mapping;
    const first = await cloud.services.dynamodb.records(sourceArn, iterator, batchSize);
    const records = [...first.records];
    let { nextIterator } = first;
    if (windowMilliseconds === 0 || records.length === 0) return { records, nextIterator };
    const end = cloud.clock.now() + windowMilliseconds;
    while (records.length < batchSize && nextIterator !== undefined && !this.#stop.signal.aborted) {
      const left = end - cloud.clock.now();
      if (left <= 0) break;
      await this.#restOnClock(reading, left, AbortSignal.any([this.#stop.signal, this.#wake.signal]));
      const more = await cloud.services.dynamodb.records(sourceArn, nextIterator, batchSize - records.length);
      records.push(...more.records);
      nextIterator = more.nextIterator;
    }
    return { records, nextIterator };
  }

  async #handle(shardId: string, records: readonly DynamoDBRecord[], reading: Reading): Promise<void> {
    const { uuid } = this.#context.mapping;
    const checkpoint = (number: string): void => this.#checkpoints.set(uuid, shardId, number);
    const rest = (milliseconds: number): Promise<void> => this.#restOnClock(reading, milliseconds);
    reading.handles = true;
    try {
      await handleBatch({ ...this.#context, shardId, signal: this.#stop.signal, checkpoint, rest }, records);
    } finally {
      reading.handles = false;
    }
  }

  async #restOnClock(reading: Reading, milliseconds: number, signal = this.#stop.signal): Promise<void> {
    reading.rests = true;
    await sleep(this.#context.cloud.clock, milliseconds, signal);
    reading.rests = false;
  }

  /** Waits for a write; shortly, when the last one has not shown up yet. */
  async #rest(quiet: number): Promise<void> {
    const delay = this.#writes > 0 ? AFTER_WRITE_MILLISECONDS[quiet - 1] : undefined;
    const signal = AbortSignal.any([this.#stop.signal, this.#wake.signal]);
    await sleepReally(this.#context.cloud.clock, delay ?? IDLE_MILLISECONDS, signal);
  }

  #logError(error: unknown): void {
    const { cloud, mapping } = this.#context;
    const reason = error instanceof Error ? error.message : String(error);
    const message = `could not read ${mapping.sourceArn}: ${reason}`;
    cloud.log({ kind: "error", source: mapping.functionArn, message });
  }
}

function isTrimmed(error: unknown): boolean {
  return error instanceof AwsError && error.code === "TrimmedDataAccessException";
}
