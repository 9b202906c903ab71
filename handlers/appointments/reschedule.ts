/**
 * `PUT /appointments/{id}`
 *
 * - APPOINTMENTS_TABLE: GetItem, PutItem, UpdateItem, DeleteItem, Query
 * - BOOKING_HORIZON_DAYS
 */
import { api } from "../shared/api.ts";
import { etag } from "../shared/conditional.ts";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import { jsonBody } from "../shared/json-body.ts";
import { count } from "../shared/metrics.ts";
import { badRequest, Problem } from "../shared/problem.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import { parse } from "../shared/validation.ts";
import { rescheduleSchema } from "./appointment.schema.ts";
import type { AppointmentItem } from "./appointment.ts";
import { toAppointment, toUtc } from "./appointment.ts";
import { bookableSlot } from "./booking.ts";
import { changeAppointment, refuseBegun } from "./change.ts";
import { claim, vacating } from "./day-store.ts";
import { amongAppointments } from "./keys.ts";

const env = readEnv(["APPOINTMENTS_TABLE", "BOOKING_HORIZON_DAYS"]);
const table = openTable(env.APPOINTMENTS_TABLE);

/** Moves an appointment to another slot, whose old one is free again, or changes who comes. */
export async function reschedule(
  request: ApiRequest,
  table: Table,
  horizonDays: number,
): Promise<ApiResponse> {
  const wanted = parse(rescheduleSchema, jsonBody(request));
  if (Object.keys(wanted).length === 0) {
    throw badRequest("The request is not valid.", [
      { pointer: "", detail: "must name a property", code: "empty" },
    ]);
  }
  let hasMoved = false;
  const appointment = await changeAppointment(request, table, async (before) => {
    if (before.status === "cancelled") throw new Problem(409, "Conflict", "The appointment is cancelled.");
    refuseBegun(before);
    const { providerId = before.providerId, client = before.client } = wanted;
    const startsAt = wanted.startsAt === undefined ? before.startsAt : toUtc(wanted.startsAt);
    hasMoved = providerId !== before.providerId || startsAt !== before.startsAt;
    if (!hasMoved) return { changed: withIndex({ ...before, client }), writes: [] };
    const { endsAt } = await bookableSlot(table, providerId, startsAt, horizonDays);
    return {
      changed: withIndex({ ...before, providerId, client, startsAt, endsAt }),
      writes: [claim(table, providerId, startsAt, before.id), ...(await vacating(table, before))],
    };
  });
  count({ AppointmentsRescheduled: hasMoved ? 1 : 0 });
  return { status: 200, headers: { etag: etag(appointment.version) }, body: toAppointment(appointment) };
}

function withIndex(item: AppointmentItem): AppointmentItem {
  return { ...item, ...amongAppointments(item.client.email, item.startsAt, item.id) };
}

export const handler = api((request) => reschedule(request, table, Number(env.BOOKING_HORIZON_DAYS)));
