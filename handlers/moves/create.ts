/**
 * `POST /moves`
 *
 * - DATABASE_PATH: SELECT, INSERT
 * - OUTBOX_QUEUE_URL: SendMessage
 */
import type * as z from "zod";
import { api } from "../shared/api.ts";
import { etag } from "../shared/conditional.ts";
import { openDatabase, type Statements } from "../shared/database.ts";
import { readEnv } from "../shared/env.ts";
import { newId } from "../shared/ids.ts";
import { jsonBody } from "../shared/json-body.ts";
import { openWakeUp, type WakeUp } from "../shared/outbox.ts";
import { unprocessable } from "../shared/problem.ts";
import { stillRunning } from "../shared/repeats.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import { parse } from "../shared/validation.ts";
import { type Caller, callerOf } from "./access.ts";
import { createMoveSchema } from "./move.schema.ts";
import { type Move, toMove } from "./move.ts";
import { moveRegistered } from "./move-events.ts";
import { earlierAnswer, insertMove } from "./move-store.ts";
import { publishing } from "./publishing.ts";

const ATTEMPTS = 3;

const env = readEnv(["DATABASE_PATH", "OUTBOX_QUEUE_URL"]);
const database = openDatabase(env.DATABASE_PATH);
const wakeUp = openWakeUp(env.OUTBOX_QUEUE_URL);

/** Registers a move of the caller. Trucks, e-mails and tracking follow from the event that tells of it. */
export async function registerMove(
  request: ApiRequest,
  database: Statements,
  wakeUp: WakeUp,
): Promise<ApiResponse> {
  const caller = callerOf(request, "clients");
  const fields = parse(createMoveSchema, jsonBody(request));
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const now = new Date();
    const earlier = await earlierAnswer(database, request, now);
    if (earlier) return earlier;
    refusePast(fields.date, now);
    const move = newMove(fields, caller, now);
    const headers = { location: `${request.url}/${move.id}`, etag: etag(move.version) };
    const response = { status: 201, headers, body: toMove(move, caller) };
    const event = moveRegistered(move, request.id, now);
    const isStored = await publishing(wakeUp, () =>
      insertMove(database, move, { event, answer: { request, response } }),
    );
    if (isStored) return response;
  }
  throw stillRunning();
}

/** @throws Problem 422 for a day that is over everywhere on earth */
function refusePast(date: string, now: Date): void {
  const LAST_TIME_ZONE_MS = 12 * 60 * 60_000;
  const today = new Date(now.getTime() - LAST_TIME_ZONE_MS).toISOString().slice(0, 10);
  if (date >= today) return;
  throw unprocessable("A move cannot be registered for the past.", [
    { pointer: "/date", detail: "must not be in the past", code: "past" },
  ]);
}

function newMove(fields: z.infer<typeof createMoveSchema>, { userId, email }: Caller, now: Date): Move {
  const at = now.toISOString();
  const client = { clientId: userId, clientEmail: email };
  const truck = { truckId: null, plate: null, note: null, truckDecidedAt: null };
  const state = { status: "registered", version: 1, createdAt: at, updatedAt: at } as const;
  return { id: newId(now), ...client, ...fields, ...truck, ...state };
}

export const handler = api((request) => registerMove(request, database, wakeUp));
