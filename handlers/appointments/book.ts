/**
 * `POST /appointments`
 *
 * - APPOINTMENTS_TABLE: GetItem, PutItem, UpdateItem
 * - BOOKING_HORIZON_DAYS
 */
import { api } from "../shared/api.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import { book } from "./booking.ts";

const env = readEnv(["APPOINTMENTS_TABLE", "BOOKING_HORIZON_DAYS"]);
const table = openTable(env.APPOINTMENTS_TABLE);

export const handler = api((request) => book(request, table, Number(env.BOOKING_HORIZON_DAYS)));
