/**
 * `GET /appointments/{id}`
 *
 * - APPOINTMENTS_TABLE: GetItem
 */
import { api } from "../shared/api.ts";
import { etag } from "../shared/conditional.ts";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import { appointmentIdOf, appointmentNotFound, toAppointment } from "./appointment.ts";
import { findAppointment } from "./appointment-store.ts";

const env = readEnv(["APPOINTMENTS_TABLE"]);
const table = openTable(env.APPOINTMENTS_TABLE);

/** Shows one appointment, a cancelled one too. */
export async function showAppointment(request: ApiRequest, table: Table): Promise<ApiResponse> {
  const appointment = await findAppointment(table, appointmentIdOf(request));
  if (!appointment) throw appointmentNotFound();
  return { status: 200, headers: { etag: etag(appointment.version) }, body: toAppointment(appointment) };
}

export const handler = api((request) => showAppointment(request, table));
