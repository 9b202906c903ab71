/** The event that a task was created, as it travels through SNS and SQS. */
import type { TopicMessage } from "../shared/topic.ts";
import type { Task, TaskItem } from "./task.ts";
import { toTask } from "./task.ts";

export interface TaskCreated {
  /** The same each time the event is delivered. */
  readonly eventId: string;
  readonly type: "TaskCreated";
  readonly version: 1;
  readonly occurredAt: string;
  readonly correlationId: string;
  readonly task: Task;
}

/** Characters of a description that fit an e-mail. */
const EMAIL_DESCRIPTION = 500;

/** The message about a new task. Subscriptions can filter by the attributes `type` and `source` (api or import). */
export function taskCreatedMessage(item: TaskItem): TopicMessage {
  const event: TaskCreated = {
    eventId: `task-created-${item.id}`,
    type: "TaskCreated",
    version: 1,
    occurredAt: item.createdAt,
    correlationId: item.correlationId,
    task: toTask(item),
  };
  return {
    subject: `New task: ${item.title}`,
    event,
    email: emailText(event.task),
    attributes: { type: event.type, source: item.source },
  };
}

/**
 * Reads an event.
 * @throws Error for another event or a version that this code does not know; the queue then keeps it
 */
export function parseTaskCreated(text: string): TaskCreated {
  const event = JSON.parse(text) as Partial<TaskCreated> | null;
  if (event?.type !== "TaskCreated" || event.version !== 1)
    throw new Error("The event is no TaskCreated of version 1");
  if (typeof event.eventId !== "string" || typeof event.task?.id !== "string") {
    throw new Error("The event TaskCreated is not complete");
  }
  return event as TaskCreated;
}

function emailText({ id, title, description, type, priority, dueAt }: Task): string {
  const facts = [`Type: ${type}`, `Priority: ${priority}`, ...(dueAt ? [`Due: ${dueAt}`] : []), `Id: ${id}`];
  const cut =
    description && description.length > EMAIL_DESCRIPTION
      ? `${[...description].slice(0, EMAIL_DESCRIPTION).join("")}…`
      : description;
  return [`A task was created: ${title}`, ...(cut ? [cut] : []), facts.join("\n")].join("\n\n");
}
