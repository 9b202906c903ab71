/**
 * `POST /providers`
 *
 * - APPOINTMENTS_TABLE: GetItem, PutItem
 */
import { api } from "../shared/api.ts";
import { etag } from "../shared/conditional.ts";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import { once } from "../shared/idempotency.ts";
import { newId } from "../shared/ids.ts";
import { jsonBody } from "../shared/json-body.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import { parse } from "../shared/validation.ts";
import { amongProviders, providerKey } from "./keys.ts";
import { createProviderSchema } from "./provider.schema.ts";
import { toProvider } from "./provider.ts";
import { providerCreation } from "./provider-store.ts";

const env = readEnv(["APPOINTMENTS_TABLE"]);
const table = openTable(env.APPOINTMENTS_TABLE);

/** Creates a provider, who has no slots yet. */
export function createProvider(request: ApiRequest, table: Table): Promise<ApiResponse> {
  const { name } = parse(createProviderSchema, jsonBody(request));
  return once(request, table, () => {
    const now = new Date();
    const id = newId(now);
    const createdAt = now.toISOString();
    const item = { ...providerKey(id), ...amongProviders(createdAt, id), id, name, version: 1, createdAt };
    const headers = { location: `${request.url}/${id}`, etag: etag(item.version) };
    return {
      writes: [providerCreation(table, item)],
      response: { status: 201, headers, body: toProvider(item) },
    };
  });
}

export const handler = api((request) => createProvider(request, table));
