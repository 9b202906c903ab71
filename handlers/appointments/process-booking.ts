/**
 * The queue behind `POST /bookings`: decides on requests that API Gateway has put there.
 *
 * - APPOINTMENTS_TABLE: GetItem, PutItem, UpdateItem
 * - BOOKING_HORIZON_DAYS
 * - the queue
 */
import type { SQSRecord } from "aws-lambda";
import { queueHandler } from "../shared/batch.ts";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import { queuedRequest } from "../shared/queued-request.ts";
import type { Appointment } from "./appointment.ts";
import { book, isFinal, isReplayed } from "./booking.ts";
import { decide, decision, findDecision } from "./booking-store.ts";

const env = readEnv(["APPOINTMENTS_TABLE", "BOOKING_HORIZON_DAYS"]);
const table = openTable(env.APPOINTMENTS_TABLE);

/**
 * Decides one request, once: the appointment and the decision are one transaction, so deliveries may repeat and the
 * function may die anywhere. What cannot be decided now is delivered again.
 */
export async function processBooking(record: SQSRecord, table: Table, horizonDays: number): Promise<void> {
  const { queuedId, ...request } = queuedRequest(record);
  if (await findDecision(table, queuedId)) return;
  try {
    const answer = await book(request, table, horizonDays, (appointmentId) => [
      decision(table, queuedId, { status: "confirmed", appointmentId }),
    ]);
    if (!isReplayed(answer)) return;
    const { id } = answer.body as Appointment;
    await decide(table, queuedId, { status: "confirmed", appointmentId: id });
  } catch (error) {
    if (!isFinal(error)) throw error;
    await decide(table, queuedId, { status: "rejected", reason: error.message });
  }
}

export const handler = queueHandler((record) =>
  processBooking(record, table, Number(env.BOOKING_HORIZON_DAYS)),
);
