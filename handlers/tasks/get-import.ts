/**
 * `GET /imports/{id}`
 *
 * - TASKS_TABLE: GetItem
 */
import { api } from "../shared/api.ts";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import { isId } from "../shared/ids.ts";
import { notFound } from "../shared/problem.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import { findImport } from "./import-store.ts";

const env = readEnv(["TASKS_TABLE"]);
const table = openTable(env.TASKS_TABLE);

/** Shows how far an import has come, or how it ended. */
export async function showImport(request: ApiRequest, table: Table): Promise<ApiResponse> {
  const id = request.pathParameters.get("id");
  const found = isId(id) ? await findImport(table, id, new Date()) : undefined;
  if (!found) throw notFound("There is no such import.");
  const { importId, fileName, status, created, rejected, errors, reason, createdAt, updatedAt } = found;
  return {
    status: 200,
    body: { importId, fileName, status, created, rejected, errors, reason, createdAt, updatedAt },
  };
}

export const handler = api((request) => showImport(request, table));
