/**
 * The queue behind the topic of task events: finds out what a new task is about, then notes that it was processed.
 *
 * - TASKS_TABLE: GetItem, UpdateItem
 * - TASK_SERVICE_URL: base URL of the classification service
 * - TASK_SERVICE_SECRET_ARN: GetSecretValue
 * - the queue
 */
import { queueHandler } from "../shared/batch.ts";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import { logger } from "../shared/logger.ts";
import { count } from "../shared/metrics.ts";
import { openSecret } from "../shared/secrets.ts";
import type { Classify } from "./classification.ts";
import { classificationClient } from "./classification.ts";
import { parseTaskCreated } from "./task-created.ts";
import { findTask, markProcessed } from "./task-store.ts";

const env = readEnv(["TASKS_TABLE", "TASK_SERVICE_URL", "TASK_SERVICE_SECRET_ARN"]);
const table = openTable(env.TASKS_TABLE);
const classify = classificationClient(env.TASK_SERVICE_URL, openSecret(env.TASK_SERVICE_SECRET_ARN));

/** The category of a task that the service refuses to classify. Such a task is processed, too. */
export const UNCLASSIFIED = "unclassified";

/**
 * Handles one event. A task that is gone or processed already is done; so deliveries may repeat.
 * @param body an SNS notification: https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
 */
export async function processTask(body: string, table: Table, classify: Classify): Promise<void> {
  const { Message } = JSON.parse(body) as { Message: string };
  const { eventId, correlationId, task } = parseTaskCreated(Message);
  const current = await findTask(table, task.id);
  if (!current || current.processedAt) return;
  const category = await classify({
    eventId,
    correlationId,
    title: task.title,
    description: task.description,
  });
  if (category === undefined)
    logger.warn("The classification service refused a task", { taskId: task.id, correlationId });
  const { status } = await markProcessed(table, task.id, category ?? UNCLASSIFIED, new Date());
  if (status === "written")
    count({ TasksProcessed: 1, ClassificationsRefused: category === undefined ? 1 : 0 });
}

export const handler = queueHandler(({ body }) => processTask(body, table, classify));
