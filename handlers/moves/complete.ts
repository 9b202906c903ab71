/**
 * `POST /moves/{id}/completion`
 *
 * - DATABASE_PATH: SELECT, UPDATE, INSERT
 * - OUTBOX_QUEUE_URL: SendMessage
 */
import { api } from "../shared/api.ts";
import { openDatabase, type Statements } from "../shared/database.ts";
import { readEnv } from "../shared/env.ts";
import { openWakeUp, type WakeUp } from "../shared/outbox.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import { takeStep } from "./take-step.ts";

const env = readEnv(["DATABASE_PATH", "OUTBOX_QUEUE_URL"]);
const database = openDatabase(env.DATABASE_PATH);
const wakeUp = openWakeUp(env.OUTBOX_QUEUE_URL);

/** Notes that a move is done. */
export function completeMove(
  request: ApiRequest,
  database: Statements,
  wakeUp: WakeUp,
): Promise<ApiResponse> {
  return takeStep(request, database, wakeUp, {
    step: "complete",
    groups: ["employees"],
    detailType: "MoveCompleted",
  });
}

export const handler = api((request) => completeMove(request, database, wakeUp));
