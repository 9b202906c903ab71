/**
 * Feeds a queue's messages to a function.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
 */
import type { ReceivedMessage } from "../../core/apis.ts";
import type { Cloud } from "../../core/service.ts";
import { withTraces } from "../../core/trace.ts";
import { itemFailures } from "./batch-response.ts";
import { sqsEvent, sqsRecord } from "./events.ts";
import type { DetailedInvocation, Invoker } from "./invoker.ts";
import type { MappingSettings } from "./mapping-settings.ts";
import { sleep } from "./sleep.ts";

/** SQS answers at most this many messages to one call. */
const MAX_RECEIVED = 10;
/** Leaves room for what the event adds to the messages. */
const MAX_BATCH_BYTES = 5 * 1024 * 1024;
const FIRST_BACKOFF_MILLISECONDS = 1_000;
const MAX_BACKOFF_MILLISECONDS = 30_000;

export class SqsPoller {
  readonly #cloud: Cloud;
  readonly #invoker: Invoker;
  readonly #mapping: MappingSettings;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #backsOff = false;
  #loop: Promise<void> = Promise.resolve();

  constructor(cloud: Cloud, invoker: Invoker, mapping: MappingSettings) {
    this.#cloud = cloud;
    this.#invoker = invoker;
    this.#mapping = mapping;
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** Takes no more messages, and waits for the batches that are being handled. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
    await Promise.all(this.#running);
  }

  /** Whether batches are being handled or messages are there to be taken. */
  async busy(): Promise<boolean> {
    if (this.#running.size > 0) return true;
    if (this.#backsOff || this.#stop.signal.aborted) return false;
    return this.#cloud.services.sqs.hasVisible(this.#mapping.sourceArn);
  }

  async #run(): Promise<void> {
    let backoff = FIRST_BACKOFF_MILLISECONDS;
    while (!this.#stop.signal.aborted) {
      try {
        const batch = await this.#gather();
        backoff = FIRST_BACKOFF_MILLISECONDS;
        if (batch.length > 0) this.#dispatch(batch);
        if (this.#running.size >= this.#mapping.maximumConcurrency) await Promise.race(this.#running);
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        this.#logError(`could not receive from ${this.#mapping.sourceArn}`, error);
        this.#backsOff = true;
        await sleep(this.#cloud.clock, backoff, this.#stop.signal);
        this.#backsOff = false;
        backoff = Math.min(2 * backoff, MAX_BACKOFF_MILLISECONDS);
      }
    }
  }

  /** A batch: what is there at once, or with a batching window what comes until it ends or the batch is full. */
  async #gather(): Promise<ReceivedMessage[]> {
    const { windowMilliseconds, batchSize } = this.#mapping;
    const messages = await this.#receive(batchSize, this.#stop.signal);
    if (windowMilliseconds === 0 || messages.length === 0) return messages;
    const window = new AbortController();
    const timer = this.#cloud.clock.after(windowMilliseconds, () => window.abort());
    const signal = AbortSignal.any([window.signal, this.#stop.signal]);
    while (messages.length < batchSize && sizeOf(messages) < MAX_BATCH_BYTES && !signal.aborted) {
      messages.push(...(await this.#receive(batchSize - messages.length, signal)));
    }
    timer.cancel();
    return messages;
  }

  /** Waits as long as it takes: what AWS does with one long poll after the other. */
  #receive(wanted: number, signal: AbortSignal): Promise<ReceivedMessage[]> {
    const maxMessages = Math.min(wanted, MAX_RECEIVED);
    const options = { maxMessages, waitSeconds: Number.POSITIVE_INFINITY, signal };
    return this.#cloud.services.sqs.receive(this.#mapping.sourceArn, options);
  }

  #dispatch(batch: readonly ReceivedMessage[]): void {
    const handled: Promise<void> = this.#handle(batch)
      .catch((error) => this.#logError(`could not handle a batch of ${this.#mapping.sourceArn}`, error))
      .finally(() => this.#running.delete(handled));
    this.#running.add(handled);
  }

  /** Messages that the filter refuses are deleted; failed ones come back after the queue's visibility time-out. */
  async #handle(batch: readonly ReceivedMessage[]): Promise<void> {
    const { sourceArn, filter } = this.#mapping;
    const wanted = batch.filter((message) => !filter || filter(filterable(message, sourceArn)));
    const refused = batch.filter((message) => !wanted.includes(message));
    if (refused.length > 0) await this.#delete(refused);
    const traces = wanted.map(({ trace }) => trace);
    if (wanted.length > 0) await this.#delete(await withTraces(traces, () => this.#invoke(wanted)));
  }

  /** @returns the messages that are done */
  async #invoke(messages: readonly ReceivedMessage[]): Promise<readonly ReceivedMessage[]> {
    const { sourceArn, functionArn, reportsItemFailures } = this.#mapping;
    const records = messages.map((message) => sqsRecord(message, sourceArn));
    const source = `sqs ${sourceArn.split(":").at(-1)} (${messages.length})`;
    const deliver = (reversed: boolean): Promise<DetailedInvocation> => {
      const event = sqsEvent(reversed ? records.toReversed() : records);
      return this.#invoker.invoke(functionArn, JSON.stringify(event), source);
    };
    const answer = await this.#cloud.faults.deliver(sourceArn, functionArn, deliver, messages.length);
    if (answer.functionError !== undefined) return [];
    if (!reportsItemFailures) return messages;
    const failures = itemFailures(answer.payload, new Set(messages.map(({ messageId }) => messageId)));
    return failures === "all" ? [] : messages.filter(({ messageId }) => !failures.has(messageId));
  }

  async #delete(messages: readonly ReceivedMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const handles = messages.map(({ receiptHandle }) => receiptHandle);
    await this.#cloud.services.sqs.delete(this.#mapping.sourceArn, handles);
  }

  #logError(what: string, error: unknown): void {
    const message = `${what}: ${error instanceof Error ? error.message : String(error)}`;
    this.#cloud.log({ kind: "error", source: this.#mapping.functionArn, message });
  }
}

function sizeOf(messages: readonly ReceivedMessage[]): number {
  return messages.reduce((sum, { body }) => sum + body.length, 0);
}

/** Filters see the body parsed, when it is JSON. */
function filterable(message: ReceivedMessage, queueArn: string): object {
  const record = sqsRecord(message, queueArn);
  try {
    return { ...record, body: JSON.parse(message.body) as unknown };
  } catch {
    return record;
  }
}
