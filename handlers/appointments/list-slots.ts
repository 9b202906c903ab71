/**
 * `GET /providers/{id}/slots`
 *
 * - APPOINTMENTS_TABLE: Query, GetItem
 */
import { api } from "../shared/api.ts";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import { parseQuery } from "../shared/validation.ts";
import { readDay } from "./day-store.ts";
import { slotsQuerySchema } from "./provider.schema.ts";
import { providerIdOf, providerNotFound } from "./provider.ts";
import { findProvider } from "./provider-store.ts";

const env = readEnv(["APPOINTMENTS_TABLE"]);
const table = openTable(env.APPOINTMENTS_TABLE);

/** Lists the slots of a day that can be booked, 96 at most, the earliest first. */
export async function showSlots(request: ApiRequest, table: Table): Promise<ApiResponse> {
  const { date } = parseQuery(slotsQuerySchema, request);
  const id = providerIdOf(request);
  const { day, slots } = await readDay(table, id, date);
  if (!day && !(await findProvider(table, id))) throw providerNotFound();
  const now = new Date().toISOString();
  const items = slots
    .filter(({ appointmentId, startsAt }) => appointmentId === undefined && startsAt > now)
    .map(({ startsAt, endsAt }) => ({ startsAt, endsAt }));
  return { status: 200, body: { items } };
}

export const handler = api((request) => showSlots(request, table));
