/**
 * `PUT /tasks/{id}`
 *
 * - TASKS_TABLE: GetItem, UpdateItem
 */
import type * as z from "zod";
import { api } from "../shared/api.ts";
import { etag, expectedVersions, staleVersion } from "../shared/conditional.ts";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import { jsonBody } from "../shared/json-body.ts";
import { badRequest, conflict } from "../shared/problem.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import { parse } from "../shared/validation.ts";
import { updateTaskSchema } from "./task.schema.ts";
import type { TaskFields } from "./task.ts";
import { assertRules, idOf, MULTILINE, taskNotFound, toTask, toUtc } from "./task.ts";
import { findTask, replaceFields } from "./task-store.ts";

const ATTEMPTS = 5;

const env = readEnv(["TASKS_TABLE"]);
const table = openTable(env.TASKS_TABLE);

/** Changes the properties that the request names. Changes of others at the same time are not lost. */
export async function updateTask(request: ApiRequest, table: Table): Promise<ApiResponse> {
  const changes = parse(updateTaskSchema, jsonBody(request), MULTILINE);
  if (Object.keys(changes).length === 0) {
    throw badRequest("The request is not valid.", [
      { pointer: "", detail: "must name a property", code: "empty" },
    ]);
  }
  const id = idOf(request);
  const versions = expectedVersions(request);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const before = await findTask(table, id);
    if (!before) throw taskNotFound();
    if (versions && !versions.includes(before.version)) throw staleVersion();
    const now = new Date();
    const fields = merge(before, changes);
    assertRules(fields, before, now);
    const outcome = await replaceFields(table, before, fields, now);
    if (outcome.status === "written") {
      const { output } = outcome;
      return { status: 200, headers: { etag: etag(output.version) }, body: toTask(output) };
    }
  }
  throw conflict("The task is being changed by others. Try again shortly.");
}

function merge(before: TaskFields, changes: z.infer<typeof updateTaskSchema>): TaskFields {
  const { title, type, priority, status } = { ...before, ...changes };
  const description =
    changes.description === undefined ? before.description : (changes.description ?? undefined);
  const dueAt =
    changes.dueAt === undefined ? before.dueAt : changes.dueAt === null ? undefined : toUtc(changes.dueAt);
  return { title, description, type, dueAt, priority, status };
}

export const handler = api((request) => updateTask(request, table));
