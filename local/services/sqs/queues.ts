/** Receiving, sending and looking into queues, for the rest of the local cloud. */
import type { MessageAttribute, QueueContents, ReceivedMessage, SqsApi } from "../../core/apis.ts";
import { AwsError } from "../../core/errors.ts";
import type { Cloud } from "../../core/service.ts";
import type { Trace } from "../../core/trace.ts";
import { type Fauxqs, fauxqsOf } from "../../real-parts/fauxqs.ts";
import { carryOut } from "./client.ts";
import { deadLetter, redrive } from "./dead-letters.ts";
import type { MoveTasks } from "./move-tasks.ts";
import { queueUrl } from "./outputs.ts";

/** A message as the SQS API answers it. */
interface ApiMessage {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly MD5OfBody: string;
  readonly Attributes?: Readonly<Record<string, string>>;
  readonly MessageAttributes?: Readonly<Record<string, MessageAttribute>>;
}

/** Stands for zero, which fauxqs's database refuses. */
const AT_ONCE_SECONDS = 0.001;

export class Queues implements SqsApi {
  readonly #cloud: Cloud;
  readonly #tasks: MoveTasks;
  #receiving = 0;

  constructor(cloud: Cloud, tasks: MoveTasks) {
    this.#cloud = cloud;
    this.#tasks = tasks;
  }

  /** Whether messages are being received at this moment; a long poll that waits for some does not count. */
  get busy(): boolean {
    return this.#receiving > 0;
  }

  urlOf(queueArn: string): string {
    return queueUrl(this.#cloud.world, nameOf(queueArn));
  }

  async send(
    queueArn: string,
    body: string,
    options: Parameters<SqsApi["send"]>[2] = {},
  ): Promise<{ messageId: string }> {
    const output = await this.#call("SendMessage", {
      QueueUrl: this.urlOf(queueArn),
      MessageBody: body,
      MessageAttributes: options.messageAttributes,
      MessageGroupId: options.messageGroupId,
      DelaySeconds: options.delaySeconds,
    });
    return { messageId: String(output.MessageId) };
  }

  async receive(
    queueArn: string,
    options: { maxMessages: number; waitSeconds: number; signal?: AbortSignal },
  ): Promise<ReceivedMessage[]> {
    const input = {
      QueueUrl: this.urlOf(queueArn),
      MaxNumberOfMessages: options.maxMessages,
      MessageSystemAttributeNames: ["All"],
      MessageAttributeNames: ["All"],
    };
    const receiveNow = async (): Promise<ApiMessage[]> => {
      const { Messages } = await this.#call("ReceiveMessage", { ...input, WaitTimeSeconds: 0 });
      return (Messages as ApiMessage[] | undefined) ?? [];
    };
    const messages = await this.poll(nameOf(queueArn), options.waitSeconds, receiveNow, options.signal);
    const fauxqs = await fauxqsOf(this.#cloud);
    return messages.map((message) => ({
      ...traced(fauxqs.traceOf(message.MessageId), message.Attributes),
      messageId: message.MessageId,
      receiptHandle: message.ReceiptHandle,
      body: message.Body,
      md5OfBody: message.MD5OfBody,
      messageAttributes: message.MessageAttributes ?? {},
    }));
  }

  /**
   * Long polling: calls `receiveNow` until it answers something, for `waitSeconds` or until `signal` aborts. fauxqs's own
   * would take messages for a receiver that is gone.
   */
  async poll<Message>(
    queueName: string,
    waitSeconds: number,
    receiveNow: () => Promise<Message[]>,
    signal?: AbortSignal,
  ): Promise<Message[]> {
    const fauxqs = await fauxqsOf(this.#cloud);
    const { clock } = this.#cloud;
    const deadline = clock.now() + waitSeconds * 1_000;
    let messages = signal?.aborted ? [] : await this.#receiveNow(receiveNow);
    while (messages.length === 0 && clock.now() < deadline) {
      if (signal?.aborted) return [];
      if (hasVisible(fauxqs, queueName)) messages = await this.#receiveNow(receiveNow);
      else await this.#change(fauxqs, queueName, deadline, signal);
    }
    return messages;
  }

  /** Whether a message could be received from a queue now. */
  async hasVisible(queueArn: string): Promise<boolean> {
    return hasVisible(await fauxqsOf(this.#cloud), nameOf(queueArn));
  }

  async delete(queueArn: string, receiptHandles: readonly string[]): Promise<void> {
    const QueueUrl = this.urlOf(queueArn);
    await Promise.all(
      receiptHandles.map((ReceiptHandle) => this.#call("DeleteMessage", { QueueUrl, ReceiptHandle })),
    );
  }

  async changeVisibility(queueArn: string, receiptHandle: string, seconds: number): Promise<void> {
    await this.#call("ChangeMessageVisibility", {
      QueueUrl: this.urlOf(queueArn),
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: visibilityTimeout(this.#cloud, seconds),
    });
  }

  async inspect(queueArn: string): Promise<QueueContents> {
    const fauxqs = await fauxqsOf(this.#cloud);
    const queue = fauxqs.queues.getQueueByArn(queueArn);
    if (!queue) throw new AwsError("QueueDoesNotExist", "The specified queue does not exist.");
    fauxqs.run(() => queue.processTimers());
    const { ready, delayed, inflight } = queue.inspectMessages();
    const states = [
      ...ready.map((message) => ({ message, state: "visible" as const })),
      ...inflight.map(({ message }) => ({ message, state: "in flight" as const })),
      ...delayed.map((message) => ({ message, state: "delayed" as const })),
    ];
    return {
      visible: ready.length,
      inFlight: inflight.length,
      delayed: delayed.length,
      messages: states.map(({ message, state }) => ({
        messageId: message.messageId,
        body: message.body,
        state,
        receiveCount: message.approximateReceiveCount,
        sentAt: message.sentTimestamp,
      })),
    };
  }

  deadLetter(queueArn: string): Promise<number> {
    return deadLetter(this.#cloud, queueArn);
  }

  redrive(deadLetterQueueArn: string): Promise<string> {
    return redrive(this.#cloud, this.#tasks, deadLetterQueueArn);
  }

  /** Removes all messages of all queues, hidden ones too. */
  async empty(): Promise<void> {
    for (const queue of (await fauxqsOf(this.#cloud)).queues.allQueues()) {
      queue.purge();
      queue.deduplicationCache.clear();
    }
  }

  async #receiveNow<Message>(receiveNow: () => Promise<Message[]>): Promise<Message[]> {
    this.#receiving += 1;
    try {
      return await receiveNow();
    } finally {
      this.#receiving -= 1;
    }
  }

  /** Waits until the queue changes, a message becomes visible by itself, the deadline is over, or `signal` aborts. */
  #change(fauxqs: Fauxqs, queueName: string, deadline: number, signal?: AbortSignal): Promise<void> {
    const { clock } = this.#cloud;
    const queue = fauxqs.queues.getQueueByName(queueName);
    const next = Math.min(deadline, queue ? fauxqs.nextVisibleAt(queue) : deadline);
    return new Promise((resolve) => {
      const finish = (): void => {
        unsubscribe();
        timer.cancel();
        signal?.removeEventListener("abort", finish);
        resolve();
      };
      const unsubscribe = fauxqs.onChange((name) => {
        if (name === queueName) finish();
      });
      const timer = clock.after(next - clock.now(), finish);
      signal?.addEventListener("abort", finish);
    });
  }

  async #call(operation: string, input: object): Promise<Readonly<Record<string, unknown>>> {
    return carryOut(await fauxqsOf(this.#cloud), this.#cloud.world.region, operation, input);
  }
}

/** The trace of a message, which the message has as an attribute where AWS gives it one. */
function traced(
  trace: Trace | undefined,
  attributes: ApiMessage["Attributes"] = {},
): Pick<ReceivedMessage, "attributes" | "trace"> {
  if (!trace) return { attributes };
  if (trace.header === undefined) return { trace, attributes };
  return { trace, attributes: { ...attributes, AWSTraceHeader: trace.header } };
}

/** Also true when there is no such queue, because then receiving says so. */
function hasVisible(fauxqs: Fauxqs, queueName: string): boolean {
  const queue = fauxqs.queues.getQueueByName(queueName);
  return queue === undefined || fauxqs.hasVisible(queue);
}

/** The last part of a queue's ARN or URL. */
export function nameOf(queue: string): string {
  return queue.slice(Math.max(queue.lastIndexOf(":"), queue.lastIndexOf("/")) + 1);
}

/** The visibility time-out to ask fauxqs for. */
export function visibilityTimeout({ dataFolder }: Cloud, seconds: number): number {
  return seconds === 0 && dataFolder !== undefined ? AT_ONCE_SECONDS : seconds;
}
