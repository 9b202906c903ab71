/**
 * `GET /appointments`
 *
 * - APPOINTMENTS_TABLE: Query on the index lists
 * - CURSOR_KEY_SECRET_ARN: GetSecretValue
 */
import { api } from "../shared/api.ts";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import { listing } from "../shared/listing.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import type { Secret } from "../shared/secrets.ts";
import { openSecret } from "../shared/secrets.ts";
import { parseQuery } from "../shared/validation.ts";
import { listAppointmentsQuerySchema } from "./appointment.schema.ts";
import { toAppointment } from "./appointment.ts";
import { listAppointments } from "./appointment-store.ts";

const env = readEnv(["APPOINTMENTS_TABLE", "CURSOR_KEY_SECRET_ARN"]);
const table = openTable(env.APPOINTMENTS_TABLE);
const cursorKey = openSecret(env.CURSOR_KEY_SECRET_ARN);

/** Lists the appointments of a client, latest first. */
export function showAppointments(request: ApiRequest, table: Table, cursorKey: Secret): Promise<ApiResponse> {
  const query = parseQuery(listAppointmentsQuerySchema, request, ["limit"]);
  return listing(
    request,
    query,
    cursorKey,
    (limit, start) => listAppointments(table, query.clientEmail, limit, start),
    toAppointment,
  );
}

export const handler = api((request) => showAppointments(request, table, cursorKey));
