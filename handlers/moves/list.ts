/**
 * `GET /moves`
 *
 * - DATABASE_PATH: SELECT
 * - CURSOR_KEY_SECRET_ARN: GetSecretValue
 */
import { api } from "../shared/api.ts";
import { openDatabase, type Statements } from "../shared/database.ts";
import { readEnv } from "../shared/env.ts";
import { listing } from "../shared/listing.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import type { Secret } from "../shared/secrets.ts";
import { openSecret } from "../shared/secrets.ts";
import { parseQuery } from "../shared/validation.ts";
import { callerOf } from "./access.ts";
import { listMovesQuerySchema } from "./move.schema.ts";
import { toMove } from "./move.ts";
import { listMoves } from "./move-store.ts";

const env = readEnv(["DATABASE_PATH", "CURSOR_KEY_SECRET_ARN"]);
const database = openDatabase(env.DATABASE_PATH);
const cursorKey = openSecret(env.CURSOR_KEY_SECRET_ARN);

/** Lists moves, newest first: a client's own, or all for an employee. */
export function showMoves(
  request: ApiRequest,
  database: Statements,
  cursorKey: Secret,
): Promise<ApiResponse> {
  const caller = callerOf(request);
  const clientId = caller.isEmployee ? undefined : caller.userId;
  const { status, ...page } = parseQuery(listMovesQuerySchema, request, ["limit"]);
  const filter = { ...(status !== undefined && { status }), ...(clientId !== undefined && { clientId }) };
  return listing(
    request,
    { ...page, ...filter },
    cursorKey,
    (limit, start) => listMoves(database, filter, limit, start),
    (move) => toMove(move, caller),
  );
}

export const handler = api((request) => showMoves(request, database, cursorKey));
