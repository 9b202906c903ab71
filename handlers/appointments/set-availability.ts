/**
 * `PUT /providers/{id}/availability`
 *
 * - APPOINTMENTS_TABLE: GetItem, Query, PutItem, UpdateItem, DeleteItem
 */
import { api } from "../shared/api.ts";
import { etag, expectedVersions } from "../shared/conditional.ts";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import { jsonBody } from "../shared/json-body.ts";
import { unprocessable } from "../shared/problem.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import { parse } from "../shared/validation.ts";
import { slotsOf } from "./calendar.ts";
import { changeDay } from "./day-store.ts";
import { availabilitySchema } from "./provider.schema.ts";
import { providerIdOf, providerNotFound } from "./provider.ts";
import { findProvider } from "./provider-store.ts";

const env = readEnv(["APPOINTMENTS_TABLE"]);
const table = openTable(env.APPOINTMENTS_TABLE);

/** Says when a provider works on a day, in place of what was said before. Appointments stay. */
export async function setAvailability(request: ApiRequest, table: Table): Promise<ApiResponse> {
  const hours = parse(availabilitySchema, jsonBody(request));
  const id = providerIdOf(request);
  const versions = expectedVersions(request);
  if (!(await findProvider(table, id))) throw providerNotFound();
  if (hours.date < new Date().toISOString().slice(0, 10)) throw refused("/date", "must not be a past day");
  if (slotsOf(hours).length === 0) throw refused("/to", "must leave time for a slot after `from`");
  const day = await changeDay(table, id, hours, versions);
  return { status: 200, headers: { etag: etag(day.version) }, body: day };
}

function refused(pointer: string, detail: string) {
  return unprocessable("No slots can be made of this availability.", [{ pointer, detail, code: "no_slots" }]);
}

export const handler = api((request) => setAvailability(request, table));
