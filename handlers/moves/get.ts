/**
 * `GET /moves/{id}`
 *
 * - DATABASE_PATH: SELECT
 */
import { api } from "../shared/api.ts";
import { etag } from "../shared/conditional.ts";
import { openDatabase, type Statements } from "../shared/database.ts";
import { readEnv } from "../shared/env.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import { callerOf } from "./access.ts";
import { idOf, isVisible, moveNotFound, toMove } from "./move.ts";
import { findMove } from "./move-store.ts";

const env = readEnv(["DATABASE_PATH"]);
const database = openDatabase(env.DATABASE_PATH);

/** Shows one move. */
export async function showMove(request: ApiRequest, database: Statements): Promise<ApiResponse> {
  const caller = callerOf(request);
  const move = await findMove(database, idOf(request));
  if (!move || !isVisible(move, caller)) throw moveNotFound();
  return { status: 200, headers: { etag: etag(move.version) }, body: toMove(move, caller) };
}

export const handler = api((request) => showMove(request, database));
