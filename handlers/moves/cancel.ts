/**
 * `POST /moves/{id}/cancellation`
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

/** Cancels a move that is not on the road yet: for its client, or an employee. */
export function cancelMove(request: ApiRequest, database: Statements, wakeUp: WakeUp): Promise<ApiResponse> {
  return takeStep(request, database, wakeUp, {
    step: "cancel",
    groups: ["clients", "employees"],
    detailType: "MoveCancelled",
  });
}

export const handler = api((request) => cancelMove(request, database, wakeUp));
