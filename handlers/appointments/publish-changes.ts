/**
 * The table's stream, records of appointments: announces what happens to them. The event leaves through the table's own
 * stream, so nothing happens without being announced; an event that is delivered again has the same eventId.
 *
 * - APPOINTMENT_EVENTS_TOPIC_ARN: Publish
 * - the stream of the table
 */
import type { DynamoDBRecord } from "aws-lambda";
import { streamHandler } from "../shared/batch.ts";
import { readEnv } from "../shared/env.ts";
import { count } from "../shared/metrics.ts";
import { changedItem } from "../shared/stream.ts";
import type { Topic } from "../shared/topic.ts";
import { openTopic } from "../shared/topic.ts";
import type { AppointmentItem } from "./appointment.ts";
import { eventOf, messageOf } from "./appointment-event.ts";

const env = readEnv(["APPOINTMENT_EVENTS_TOPIC_ARN"]);
const topic = openTopic(env.APPOINTMENT_EVENTS_TOPIC_ARN);

/** Announces a change if somebody needs to know. */
export async function publishChange(record: DynamoDBRecord, topic: Topic): Promise<void> {
  const { before, after } = changedItem<AppointmentItem>(record);
  const writtenAt = (record.dynamodb?.ApproximateCreationDateTime ?? 0) * 1000;
  const event = after?.sk === "APPOINTMENT" ? eventOf(before, after, writtenAt) : undefined;
  if (!event) return;
  await topic.publish(messageOf(event));
  count({ AppointmentEventsPublished: 1 });
}

export const handler = streamHandler((record) => publishChange(record, topic));
