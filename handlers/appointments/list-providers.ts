/**
 * `GET /providers`
 *
 * - APPOINTMENTS_TABLE: Query on the index lists
 * - CURSOR_KEY_SECRET_ARN: GetSecretValue
 */
import { api } from "../shared/api.ts";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import { listing } from "../shared/listing.ts";
import { pageQuerySchema } from "../shared/page.schema.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import type { Secret } from "../shared/secrets.ts";
import { openSecret } from "../shared/secrets.ts";
import { parseQuery } from "../shared/validation.ts";
import { toProvider } from "./provider.ts";
import { listProviders } from "./provider-store.ts";

const env = readEnv(["APPOINTMENTS_TABLE", "CURSOR_KEY_SECRET_ARN"]);
const table = openTable(env.APPOINTMENTS_TABLE);
const cursorKey = openSecret(env.CURSOR_KEY_SECRET_ARN);

/** Lists providers, newest first. */
export function showProviders(request: ApiRequest, table: Table, cursorKey: Secret): Promise<ApiResponse> {
  const query = parseQuery(pageQuerySchema, request, ["limit"]);
  return listing(request, query, cursorKey, (limit, start) => listProviders(table, limit, start), toProvider);
}

export const handler = api((request) => showProviders(request, table, cursorKey));
