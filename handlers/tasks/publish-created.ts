/**
 * The table's stream, records INSERT: announces new tasks. The event leaves through the table's own stream, so no task
 * is stored without being announced; an event that is delivered again has the same eventId.
 *
 * - TASK_EVENTS_TOPIC_ARN: Publish
 * - the stream of the tasks table
 */
import { streamHandler } from "../shared/batch.ts";
import { readEnv } from "../shared/env.ts";
import { count } from "../shared/metrics.ts";
import { insertedItem } from "../shared/stream.ts";
import type { Topic } from "../shared/topic.ts";
import { openTopic } from "../shared/topic.ts";
import { TASK } from "./keys.ts";
import type { TaskItem } from "./task.ts";
import { taskCreatedMessage } from "./task-created.ts";

const env = readEnv(["TASK_EVENTS_TOPIC_ARN"]);
const topic = openTopic(env.TASK_EVENTS_TOPIC_ARN);

/** Announces an item of the table if it is a task. */
export async function publishCreated(inserted: TaskItem | undefined, topic: Topic): Promise<void> {
  if (inserted?.sk !== TASK) return;
  await topic.publish(taskCreatedMessage(inserted));
  count({ TasksAnnounced: 1 });
}

export const handler = streamHandler((record) => publishCreated(insertedItem(record), topic));
