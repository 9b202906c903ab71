/**
 * `GET /moves/{id}/positions`
 *
 * - TRACKING_TABLE: GetItem, Query
 * - CURSOR_KEY_SECRET_ARN: GetSecretValue
 */
import { api } from "../../shared/api.ts";
import { openTable, type Table } from "../../shared/dynamo.ts";
import { readEnv } from "../../shared/env.ts";
import { listing } from "../../shared/listing.ts";
import { pageQuerySchema } from "../../shared/page.schema.ts";
import type { ApiRequest } from "../../shared/request.ts";
import type { ApiResponse } from "../../shared/response.ts";
import type { Secret } from "../../shared/secrets.ts";
import { openSecret } from "../../shared/secrets.ts";
import { parseQuery } from "../../shared/validation.ts";
import { type Caller, callerOf } from "../access.ts";
import { idOf, isVisible, moveNotFound } from "../move.ts";
import { listPositions, type Position, type Track } from "./track-store.ts";
import { awaitTrack, isYoung } from "./young-move.ts";

const env = readEnv(["TRACKING_TABLE", "CURSOR_KEY_SECRET_ARN"]);
const table = openTable(env.TRACKING_TABLE);
const cursorKey = openSecret(env.CURSOR_KEY_SECRET_ARN);

/** Lists where the truck of a move was, newest first. */
export async function showPositions(
  request: ApiRequest,
  table: Table,
  cursorKey: Secret,
): Promise<ApiResponse> {
  const caller = callerOf(request);
  const id = idOf(request);
  const page = parseQuery(pageQuerySchema, request, ["limit"]);
  const mayRead = (track: Track) => isReadable(track, caller);
  const track = await awaitTrack(table, id, mayRead, () => isYoung(id));
  if (!track || !mayRead(track)) throw moveNotFound();
  const filters = { ...page, reader: caller.userId };
  return listing(
    request,
    filters,
    cursorKey,
    (limit, start) => listPositions(table, id, limit, start),
    toPosition,
  );
}

function isReadable({ clientId }: Track, caller: Caller): boolean {
  return clientId === undefined ? caller.isEmployee : isVisible({ clientId }, caller);
}

function toPosition({ lat, lon, at }: Position): Position {
  return { lat, lon, at };
}

export const handler = api((request) => showPositions(request, table, cursorKey));
