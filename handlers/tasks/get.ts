/**
 * `GET /tasks/{id}`
 *
 * - TASKS_TABLE: GetItem
 */
import { api } from "../shared/api.ts";
import { etag } from "../shared/conditional.ts";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import { idOf, taskNotFound, toTask } from "./task.ts";
import { findTask } from "./task-store.ts";

const env = readEnv(["TASKS_TABLE"]);
const table = openTable(env.TASKS_TABLE);

/** Shows one task. */
export async function showTask(request: ApiRequest, table: Table): Promise<ApiResponse> {
  const task = await findTask(table, idOf(request));
  if (!task) throw taskNotFound();
  return { status: 200, headers: { etag: etag(task.version) }, body: toTask(task) };
}

export const handler = api((request) => showTask(request, table));
