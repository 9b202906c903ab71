/**
 * `DELETE /tasks/{id}`
 *
 * - TASKS_TABLE: DeleteItem
 */
import { api } from "../shared/api.ts";
import { expectedVersions, staleVersion } from "../shared/conditional.ts";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import { idOf, taskNotFound } from "./task.ts";
import { removeTask } from "./task-store.ts";

const env = readEnv(["TASKS_TABLE"]);
const table = openTable(env.TASKS_TABLE);

/** Removes a task. Its attachments are removed soon after, by `clean-up`. */
export async function deleteTask(request: ApiRequest, table: Table): Promise<ApiResponse> {
  const outcome = await removeTask(table, idOf(request), expectedVersions(request));
  if (outcome.status === "refused") throw outcome.exists ? staleVersion() : taskNotFound();
  return { status: 204 };
}

export const handler = api((request) => deleteTask(request, table));
