/**
 * Message move tasks: dead letters go back to the queue that they come from, or to another one. fauxqs has none.
 * A task moves as many messages as were visible when it began; it and the list of tasks end with the process.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
 */
import { randomUUID } from "node:crypto";
import type { Timer } from "../../core/clock.ts";
import { AwsError } from "../../core/errors.ts";
import type { JsonInput } from "../../core/protocol.ts";
import type { Cloud } from "../../core/service.ts";
import { type Fauxqs, fauxqsOf } from "../../real-parts/fauxqs.ts";

export type Queue = NonNullable<ReturnType<Fauxqs["queues"]["getQueueByArn"]>>;

export interface MoveRequest {
  readonly sourceArn: string;
  /** Where the messages go. */
  readonly targetArn: string;
  /** As the caller gave it; it is told by lists. */
  readonly destinationArn?: string;
  readonly messagesPerSecond?: number;
}

interface MoveTask extends MoveRequest {
  readonly handle: string;
  readonly startedAt: number;
  readonly toMove: number;
  moved: number;
  status: "RUNNING" | "COMPLETED" | "CANCELLED" | "FAILED";
  failureReason?: string;
  timer?: Timer;
}

/** Moved in one go when the caller sets no rate. */
const BATCH = 10;
/** Tasks that a list can tell, per source. */
const REMEMBERED = 10;

export class MoveTasks {
  readonly #cloud: Cloud;
  /** By source, newest first. */
  readonly #tasks = new Map<string, MoveTask[]>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** Answers the handle of the task that it starts. */
  async start(request: MoveRequest): Promise<string> {
    const fauxqs = await fauxqsOf(this.#cloud);
    const tasks = this.#tasks.get(request.sourceArn) ?? [];
    if (tasks.some(({ status }) => status === "RUNNING")) {
      const reason =
        "There is already a task running. Only one active task is allowed for a source queue arn at";
      throw new AwsError("InvalidParameterValue", `${reason} a given time.`);
    }
    const task: MoveTask = {
      ...request,
      handle: handleOf(request.sourceArn),
      startedAt: this.#cloud.clock.now(),
      toMove: fauxqs.run(() => visible(fauxqs.queues.getQueueByArn(request.sourceArn))),
      moved: 0,
      status: "RUNNING",
    };
    this.#tasks.set(request.sourceArn, [task, ...tasks].slice(0, REMEMBERED));
    this.#continue(task, fauxqs, 0);
    return task.handle;
  }

  /** The last tasks of a source, newest first. */
  list(sourceArn: string, maxResults: number): JsonInput[] {
    return (this.#tasks.get(sourceArn) ?? []).slice(0, maxResults).map((task) => ({
      ...(task.status === "RUNNING" ? { TaskHandle: task.handle } : {}),
      Status: task.status,
      SourceArn: task.sourceArn,
      ...(task.destinationArn === undefined ? {} : { DestinationArn: task.destinationArn }),
      ...(task.messagesPerSecond === undefined
        ? {}
        : { MaxNumberOfMessagesPerSecond: task.messagesPerSecond }),
      ApproximateNumberOfMessagesMoved: task.moved,
      ApproximateNumberOfMessagesToMove: task.toMove,
      ...(task.failureReason === undefined ? {} : { FailureReason: task.failureReason }),
      StartedTimestamp: task.startedAt,
    }));
  }

  /** Ends a task; what it has moved stays moved. Answers how many that are. */
  cancel(handle: string): number {
    const task = [...this.#tasks.values()].flat().find((one) => one.handle === handle);
    if (!task) throw new AwsError("ResourceNotFoundException", "The task doesn't exist.", 404);
    if (task.status !== "RUNNING") {
      throw new AwsError(
        "UnsupportedOperation",
        `The task is ${task.status}; only a running one can be cancelled.`,
      );
    }
    task.timer?.cancel();
    task.status = "CANCELLED";
    return task.moved;
  }

  /** Whether messages are being moved at this moment; a task with a rate waits between them. */
  get busy(): boolean {
    const tasks = [...this.#tasks.values()].flat();
    return tasks.some(
      ({ status, messagesPerSecond }) => status === "RUNNING" && messagesPerSecond === undefined,
    );
  }

  /** Ends all tasks, with the process. */
  stop(): void {
    for (const { timer } of [...this.#tasks.values()].flat()) timer?.cancel();
  }

  /** Ends and forgets all tasks. */
  reset(): void {
    this.stop();
    this.#tasks.clear();
  }

  #continue(task: MoveTask, fauxqs: Fauxqs, milliseconds: number): void {
    task.timer = this.#cloud.clock.after(milliseconds, () => {
      const rate = task.messagesPerSecond;
      task.status = fauxqs.run(() => this.#moveSome(task, fauxqs, rate === undefined ? BATCH : 1));
      if (task.status === "RUNNING") this.#continue(task, fauxqs, rate === undefined ? 0 : 1_000 / rate);
    });
  }

  #moveSome(task: MoveTask, fauxqs: Fauxqs, count: number): MoveTask["status"] {
    const source = fauxqs.queues.getQueueByArn(task.sourceArn);
    const target = fauxqs.queues.getQueueByArn(task.targetArn);
    if (!source || !target) {
      task.failureReason = "AWS.SimpleQueueService.NonExistentQueue";
      return "FAILED";
    }
    for (let left = count; left > 0; left--) {
      if (task.moved >= task.toMove || !moveOne(source, target, this.#cloud.clock.now())) return "COMPLETED";
      task.moved++;
    }
    return task.moved < task.toMove ? "RUNNING" : "COMPLETED";
  }
}

/** Also reads the source out of a handle that nobody knows. */
export function sourceOf(handle: string): string {
  try {
    const { sourceArn } = JSON.parse(Buffer.from(handle, "base64").toString("utf8")) as {
      sourceArn?: unknown;
    };
    if (typeof sourceArn === "string") return sourceArn;
  } catch {
    throw badHandle();
  }
  throw badHandle();
}

function badHandle(): AwsError {
  return new AwsError("InvalidParameterValue", "Value for parameter TaskHandle is invalid.");
}

function handleOf(sourceArn: string): string {
  return Buffer.from(JSON.stringify({ taskId: randomUUID(), sourceArn })).toString("base64");
}

function visible(queue: Queue | undefined): number {
  queue?.processTimers();
  return Number(queue?.getAttribute("ApproximateNumberOfMessages") ?? 0);
}

/**
 * A moved message is a new one with the body, attributes, group and deduplication id of the old. It is put into the queue
 * without a call to SendMessage, whose deduplication would drop a message that failed within five minutes.
 */
function moveOne(source: Queue, target: Queue, now: number): boolean {
  const handle = source.dequeue(1)[0]?.ReceiptHandle;
  const message = handle === undefined ? undefined : source.inflightMessages.get(handle)?.message;
  if (handle === undefined || !message) return false;
  const { body, md5OfBody, messageAttributes, md5OfMessageAttributes } = message;
  const { messageGroupId, messageDeduplicationId } = message;
  const delay = Number(target.getAttribute("DelaySeconds") ?? 0) * 1_000;
  target.enqueue({
    messageId: randomUUID(),
    body,
    md5OfBody,
    messageAttributes,
    md5OfMessageAttributes,
    sentTimestamp: now,
    approximateReceiveCount: 0,
    ...(messageGroupId === undefined ? {} : { messageGroupId }),
    ...(messageDeduplicationId === undefined ? {} : { messageDeduplicationId }),
    ...(delay > 0 ? { delayUntil: now + delay } : {}),
    ...(target.isFifo() ? { sequenceNumber: target.nextSequenceNumber() } : {}),
  });
  source.deleteMessage(handle);
  return true;
}
