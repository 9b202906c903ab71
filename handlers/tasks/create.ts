/**
 * `POST /tasks`
 *
 * - TASKS_TABLE: GetItem, PutItem
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
import { createTaskSchema } from "./task.schema.ts";
import { assertRules, MULTILINE, newTaskItem, toTask, withDefaults } from "./task.ts";
import { creation } from "./task-store.ts";

const env = readEnv(["TASKS_TABLE"]);
const table = openTable(env.TASKS_TABLE);

/** Creates a task. Whoever is to know of it learns so from the table's stream. */
export function createTask(request: ApiRequest, table: Table): Promise<ApiResponse> {
  const fields = withDefaults(parse(createTaskSchema, jsonBody(request), MULTILINE));
  return once(request, table, () => {
    const now = new Date();
    assertRules(fields, undefined, now);
    const item = newTaskItem(newId(now), fields, { source: "api", correlationId: request.id }, now);
    const headers = { location: `${request.url}/${item.id}`, etag: etag(item.version) };
    return { writes: [creation(table, item)], response: { status: 201, headers, body: toTask(item) } };
  });
}

export const handler = api((request) => createTask(request, table));
