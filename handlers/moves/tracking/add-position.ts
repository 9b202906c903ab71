/**
 * `POST /moves/{id}/positions`
 *
 * - TRACKING_TABLE: GetItem, UpdateItem, ConditionCheckItem, PutItem
 * - POSITION_KEEP_DAYS: days after which positions are deleted
 */
import { api } from "../../shared/api.ts";
import { openTable, type Table } from "../../shared/dynamo.ts";
import { readEnv } from "../../shared/env.ts";
import { jsonBody } from "../../shared/json-body.ts";
import { conflict, unprocessable } from "../../shared/problem.ts";
import type { ApiRequest } from "../../shared/request.ts";
import type { ApiResponse } from "../../shared/response.ts";
import { parse } from "../../shared/validation.ts";
import { callerOf } from "../access.ts";
import { positionSchema } from "../move.schema.ts";
import { idOf, moveNotFound, wrongStep } from "../move.ts";
import { addPosition, type Position, STAGE, type Track } from "./track-store.ts";
import { awaitTrack, isYoung } from "./young-move.ts";

const ATTEMPTS = 5;
const CLOCK_TOLERANCE_MS = 5 * 60_000;
const DAY_SECONDS = 24 * 60 * 60;

const env = readEnv(["TRACKING_TABLE", "POSITION_KEEP_DAYS"]);
const table = openTable(env.TRACKING_TABLE);
const keepSeconds = Number(env.POSITION_KEEP_DAYS) * DAY_SECONDS;

/** Stores where a truck was. Positions may come late, twice and in any order. */
export async function reportPosition(
  request: ApiRequest,
  table: Table,
  keepSeconds: number,
): Promise<ApiResponse> {
  callerOf(request, "employees");
  const id = idOf(request);
  const now = Date.now();
  const position = inOneForm(parse(positionSchema, jsonBody(request)));
  refuseFuture(position, now);
  const expiresAt = Math.floor(now / 1000) + keepSeconds;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const track = await awaitTrack(table, id, isUnderWay, (seen) => mayStart(seen, id));
    if (!track) throw moveNotFound();
    if (!isUnderWay(track)) throw wrongStep({ status: track.endedAs ?? "registered" });
    const { status } = await addPosition(table, track, position, request.id, expiresAt);
    if (status === "committed") return { status: 201, body: position };
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 25 * 2 ** attempt));
  }
  throw conflict("Too many positions of this move come in at once. Try again shortly.");
}

const isUnderWay = ({ stage }: Track): boolean => stage === STAGE.underWay;

/** Of a move that nothing was heard of for a minute, nothing will be: there is none. */
function mayStart(track: Track | undefined, id: string): boolean {
  return track === undefined ? isYoung(id) : (track.stage ?? 0) < STAGE.underWay;
}

/** One way to write a time, so that the same time is the same position. */
function inOneForm({ lat, lon, at }: Position): Position {
  return { lat, lon, at: new Date(at).toISOString() };
}

/** @throws Problem 422 for a time that no clock of a truck can tell yet */
function refuseFuture({ at }: Position, now: number): void {
  if (Date.parse(at) <= now + CLOCK_TOLERANCE_MS) return;
  throw unprocessable("A position cannot be from the future.", [
    { pointer: "/at", detail: "must not be in the future", code: "future" },
  ]);
}

export const handler = api((request) => reportPosition(request, table, keepSeconds));
