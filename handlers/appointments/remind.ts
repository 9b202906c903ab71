/**
 * A schedule, 24 hours before an appointment: announces that it is near.
 *
 * - APPOINTMENTS_TABLE: GetItem
 * - APPOINTMENT_EVENTS_TOPIC_ARN: Publish
 */
import type { Context } from "aws-lambda";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import { logger } from "../shared/logger.ts";
import { count } from "../shared/metrics.ts";
import type { Topic } from "../shared/topic.ts";
import { openTopic } from "../shared/topic.ts";
import { check } from "../shared/validation.ts";
import { messageOf, reminderOf } from "./appointment-event.ts";
import { findAppointment } from "./appointment-store.ts";
import { reminderSchema } from "./reminder.schema.ts";

const env = readEnv(["APPOINTMENTS_TABLE", "APPOINTMENT_EVENTS_TOPIC_ARN"]);
const table = openTable(env.APPOINTMENTS_TABLE);
const topic = openTopic(env.APPOINTMENT_EVENTS_TOPIC_ARN);

/** Announces that an appointment is near, if it is still booked for the time that the reminder was planned for. */
export async function remind(input: unknown, table: Table, topic: Topic, now: Date): Promise<void> {
  const planned = check(reminderSchema, input);
  if ("mistakes" in planned) throw new Error("The schedule's input must be { appointmentId, startsAt }");
  const { appointmentId, startsAt } = planned.data;
  const item = await findAppointment(table, appointmentId);
  const isDue =
    item?.status === "booked" && item.startsAt === startsAt && Date.parse(startsAt) > now.getTime();
  if (!isDue) return logger.info("The reminder is out of date", { appointmentId });
  await topic.publish(messageOf(reminderOf(item, now)));
  count({ RemindersPublished: 1 });
}

export const handler = async (event: unknown, context: Context): Promise<void> => {
  logger.addContext(context);
  await remind(event, table, topic, new Date());
};
