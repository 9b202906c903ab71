/**
 * `GET /bookings/{id}`
 *
 * - APPOINTMENTS_TABLE: GetItem
 */
import { api } from "../shared/api.ts";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import { notFound } from "../shared/problem.ts";
import { queuedAt } from "../shared/queued-request.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import { findDecision } from "./booking-store.ts";

const env = readEnv(["APPOINTMENTS_TABLE"]);
const table = openTable(env.APPOINTMENTS_TABLE);

/** As long as a request can wait in the queue and its dead-letter queue. */
const LONGEST_WAIT_MS = 14 * 24 * 60 * 60_000;
/** Clocks of the gateway and of functions need not agree. */
const CLOCK_SKEW_MS = 60_000;

/** Tells what became of a request that was put into the queue. */
export async function showBooking(request: ApiRequest, table: Table): Promise<ApiResponse> {
  const id = request.pathParameters.get("id") ?? "";
  const sentAt = queuedAt(id);
  if (sentAt === undefined) throw bookingNotFound();
  const decided = await findDecision(table, id);
  if (decided?.status === "confirmed") {
    return { status: 200, body: { status: decided.status, appointmentId: decided.appointmentId } };
  }
  if (decided) return { status: 200, body: { status: decided.status, reason: decided.reason } };
  const age = Date.now() - sentAt;
  if (age < -CLOCK_SKEW_MS || age > LONGEST_WAIT_MS) throw bookingNotFound();
  return { status: 200, headers: { "retry-after": "1" }, body: { status: "pending" } };
}

const bookingNotFound = () => notFound("There is no such booking.");

export const handler = api((request) => showBooking(request, table));
