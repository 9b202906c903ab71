/**
 * The queue behind the topic of appointment events: plans the reminder of an appointment, moves it, takes it back.
 *
 * - APPOINTMENTS_TABLE: GetItem
 * - SCHEDULE_…: CreateSchedule, UpdateSchedule, DeleteSchedule, PassRole
 * - the queue
 */
import { queueHandler } from "../shared/batch.ts";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import type { Schedules } from "../shared/schedules.ts";
import { openSchedules } from "../shared/schedules.ts";
import type { AppointmentItem } from "./appointment.ts";
import { parseAppointmentEvent } from "./appointment-event.ts";
import { findAppointment } from "./appointment-store.ts";

const env = readEnv([
  "APPOINTMENTS_TABLE",
  "SCHEDULE_GROUP",
  "SCHEDULE_TARGET_ARN",
  "SCHEDULE_ROLE_ARN",
  "SCHEDULE_DEAD_LETTER_ARN",
]);
const table = openTable(env.APPOINTMENTS_TABLE);
const schedules = openSchedules(env);

const REMINDER_MS = 24 * 60 * 60_000;
const ATTEMPTS = 3;

/**
 * Brings the reminder in line with the appointment as it is now, whatever the event says: events may come twice and in
 * any order. Read again after the change, so that the last one to plan has planned for the newest version.
 */
export async function planReminder(body: string, table: Table, schedules: Schedules): Promise<void> {
  const { id } = parseAppointmentEvent(body).appointment;
  let planned = await findAppointment(table, id);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    await plan(id, planned, schedules);
    const now = await findAppointment(table, id);
    if (now?.version === planned?.version) return;
    planned = now;
  }
  throw new Error("The appointment changes faster than its reminder can be planned");
}

async function plan(id: string, item: AppointmentItem | undefined, schedules: Schedules): Promise<void> {
  const at = Date.parse(item?.startsAt ?? "") - REMINDER_MS;
  if (item?.status !== "booked" || at <= Date.now()) return schedules.remove(id);
  await schedules.put(id, new Date(at), { appointmentId: id, startsAt: item.startsAt });
}

export const handler = queueHandler(({ body }) => planReminder(body, table, schedules));
