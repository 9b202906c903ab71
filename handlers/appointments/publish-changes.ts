/**
 * The table's stream, records of appointments and of Calendly's invitees: announces what happens to them. Events leave
 * through the table's own stream, so nothing happens without being announced; one that is delivered again has the same
 * eventId.
 *
 * - APPOINTMENT_EVENTS_TOPIC_ARN: Publish
 * - ALERTS_TOPIC_ARN: Publish; absent while Calendly is not configured
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
import { calendlyAlert } from "./calendly-alert.ts";
import type { InviteeItem } from "./invitee-store.ts";

const env = readEnv(["APPOINTMENT_EVENTS_TOPIC_ARN"]);
const events = openTopic(env.APPOINTMENT_EVENTS_TOPIC_ARN);
const alerts = process.env.ALERTS_TOPIC_ARN ? openTopic(process.env.ALERTS_TOPIC_ARN) : undefined;

type Announced = AppointmentItem | InviteeItem;

/** Announces a change if somebody needs to know. */
export async function publishChange(
  record: DynamoDBRecord,
  events: Topic,
  alerts: Topic | undefined,
): Promise<void> {
  const { before, after } = changedItem<Announced>(record);
  const writtenAt = (record.dynamodb?.ApproximateCreationDateTime ?? 0) * 1000;
  if (after?.sk === "APPOINTMENT") {
    const event = eventOf(before as AppointmentItem | undefined, after, writtenAt);
    if (!event) return;
    await events.publish(messageOf(event));
    count({ AppointmentEventsPublished: 1 });
  }
  if (after?.sk === "CALENDLY") {
    const alert = calendlyAlert(before as InviteeItem | undefined, after, writtenAt);
    if (alert) await alerts?.publish(alert);
  }
}

export const handler = streamHandler((record) => publishChange(record, events, alerts));
