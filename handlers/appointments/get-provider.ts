/**
 * `GET /providers/{id}`
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
import { providerIdOf, providerNotFound, toProvider } from "./provider.ts";
import { findProvider } from "./provider-store.ts";

const env = readEnv(["APPOINTMENTS_TABLE"]);
const table = openTable(env.APPOINTMENTS_TABLE);

/** Shows one provider. */
export async function showProvider(request: ApiRequest, table: Table): Promise<ApiResponse> {
  const provider = await findProvider(table, providerIdOf(request));
  if (!provider) throw providerNotFound();
  return { status: 200, headers: { etag: etag(provider.version) }, body: toProvider(provider) };
}

export const handler = api((request) => showProvider(request, table));
