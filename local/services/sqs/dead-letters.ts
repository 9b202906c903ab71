/** Moving messages to and from dead-letter queues by hand. */
import { AwsError } from "../../core/errors.ts";
import type { Cloud } from "../../core/service.ts";
import { fauxqsOf } from "../../real-parts/fauxqs.ts";
import { deadLetterArn, existing, targetOf } from "./move-operations.ts";
import type { MoveTasks } from "./move-tasks.ts";

/** Moves all visible messages of a queue to its dead-letter queue, where they keep their id and age. */
export async function deadLetter(cloud: Cloud, queueArn: string): Promise<number> {
  const fauxqs = await fauxqsOf(cloud);
  const source = existing(fauxqs, queueArn, "QueueName");
  const target = fauxqs.queues.getQueueByArn(deadLetterArn(source) ?? "");
  if (!target)
    throw new AwsError("InvalidParameterValue", `The queue ${source.name} has no dead-letter queue.`);
  let moved = 0;
  for (let [received] = source.dequeue(1); received; [received] = source.dequeue(1)) {
    const { ReceiptHandle } = received;
    const message = source.inflightMessages.get(ReceiptHandle)?.message;
    source.deleteMessage(ReceiptHandle);
    if (!message) continue;
    target.enqueue(message);
    moved += 1;
  }
  return moved;
}

/** Starts a task that moves the messages of a dead-letter queue to where they come from. */
export async function redrive(cloud: Cloud, tasks: MoveTasks, queueArn: string): Promise<string> {
  const fauxqs = await fauxqsOf(cloud);
  const target = targetOf(fauxqs, existing(fauxqs, queueArn, "QueueName"), undefined);
  return tasks.start({ sourceArn: queueArn, targetArn: target.arn });
}
