/**
 * `DELETE /appointments/{id}`
 *
 * - APPOINTMENTS_TABLE: GetItem, PutItem, UpdateItem, DeleteItem, Query
 */
import { api } from "../shared/api.ts";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import { count } from "../shared/metrics.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import { changeAppointment, refuseBegun } from "./change.ts";
import { vacating } from "./day-store.ts";

const env = readEnv(["APPOINTMENTS_TABLE"]);
const table = openTable(env.APPOINTMENTS_TABLE);

/** Cancels an appointment: it stays to be read, its slot is free again. To cancel it again changes nothing. */
export async function cancel(request: ApiRequest, table: Table): Promise<ApiResponse> {
  let wasBooked = false;
  await changeAppointment(request, table, async (before) => {
    wasBooked = before.status === "booked";
    if (!wasBooked) return undefined;
    refuseBegun(before);
    return { changed: { ...before, status: "cancelled" }, writes: await vacating(table, before) };
  });
  count({ AppointmentsCancelled: wasBooked ? 1 : 0 });
  return { status: 204 };
}

export const handler = api((request) => cancel(request, table));
