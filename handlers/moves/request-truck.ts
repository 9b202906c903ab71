/**
 * `POST /moves/{id}/truck`
 *
 * - DATABASE_PATH: SELECT, UPDATE, INSERT
 * - OUTBOX_QUEUE_URL: SendMessage
 */
import { api } from "../shared/api.ts";
import { openDatabase, type Statements } from "../shared/database.ts";
import { readEnv } from "../shared/env.ts";
import { jsonBody } from "../shared/json-body.ts";
import { openWakeUp, type WakeUp } from "../shared/outbox.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import { parse } from "../shared/validation.ts";
import { callerOf } from "./access.ts";
import { requestTruckSchema } from "./move.schema.ts";
import type { Move } from "./move.ts";
import { takeStep } from "./take-step.ts";

const env = readEnv(["DATABASE_PATH", "OUTBOX_QUEUE_URL"]);
const database = openDatabase(env.DATABASE_PATH);
const wakeUp = openWakeUp(env.OUTBOX_QUEUE_URL);

/** Asks for a truck, a certain one or any that fits. Which one it is, fleet decides: the status tells once it has. */
export function requestTruck(
  request: ApiRequest,
  database: Statements,
  wakeUp: WakeUp,
): Promise<ApiResponse> {
  callerOf(request, "employees");
  const { truckId } = parse(requestTruckSchema, jsonBody(request));
  const data = ({ date, volumeM3 }: Move) => ({ ...(truckId !== undefined && { truckId }), date, volumeM3 });
  const asked = {
    step: "requestTruck",
    groups: ["employees"],
    detailType: "TruckRequested",
    data,
    changes: { note: null },
  } as const;
  return takeStep(request, database, wakeUp, { ...asked, status: 202 });
}

export const handler = api((request) => requestTruck(request, database, wakeUp));
