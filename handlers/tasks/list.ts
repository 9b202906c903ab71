/**
 * `GET /tasks`
 *
 * - TASKS_TABLE: Query on the indexes byCreation and byStatus
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
import { listTasksQuerySchema } from "./task.schema.ts";
import { toTask } from "./task.ts";
import { listTasks } from "./task-store.ts";

const env = readEnv(["TASKS_TABLE", "CURSOR_KEY_SECRET_ARN"]);
const table = openTable(env.TASKS_TABLE);
const cursorKey = openSecret(env.CURSOR_KEY_SECRET_ARN);

/** Lists tasks, newest first. */
export function showTasks(request: ApiRequest, table: Table, cursorKey: Secret): Promise<ApiResponse> {
  const query = parseQuery(listTasksQuerySchema, request, ["limit"]);
  return listing(
    request,
    query,
    cursorKey,
    (limit, start) => listTasks(table, query.status, limit, start),
    toTask,
  );
}

export const handler = api((request) => showTasks(request, table, cursorKey));
