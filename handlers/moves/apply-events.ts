/**
 * The queue of what fleet and tracking tell of moves: TruckAssigned, TruckUnavailable, MoveStarted.
 *
 * - DATABASE_PATH: SELECT, UPDATE, INSERT
 * - the queue
 */
import type { SQSRecord } from "aws-lambda";
import {
  moveStartedSchema,
  truckAssignedSchema,
  truckUnavailableSchema,
} from "../../events/catalogue.schema.ts";
import { queueHandler } from "../shared/batch.ts";
import { openDatabase, type Statements } from "../shared/database.ts";
import { readEnv } from "../shared/env.ts";
import { detailTypeOf, eventIn } from "../shared/event.ts";
import { logger } from "../shared/logger.ts";
import { type StepName, statusAfter } from "./lifecycle.ts";
import type { Move } from "./move.ts";
import { findMove, isHandled, updateMove } from "./move-store.ts";

const ATTEMPTS = 3;

const env = readEnv(["DATABASE_PATH"]);
const database = openDatabase(env.DATABASE_PATH, { waitMilliseconds: 20_000 });

/** What an event means for its move. */
interface Effect {
  readonly eventId: string;
  readonly moveId: string;
  readonly step: StepName;
  readonly changes: Partial<Move>;
  /** When fleet decided about the truck, if that is what it tells. */
  readonly decidedAt?: string;
}

const NO_TRUCK = "No truck is free and large enough on that day. Ask for a certain one, or for another day.";

const EFFECTS: Readonly<Record<string, (record: Pick<SQSRecord, "body">) => Effect>> = {
  TruckAssigned: (record) => {
    const { eventId, occurredAt, data } = eventIn(record, truckAssignedSchema);
    const { moveId, truckId, plate } = data;
    const changes = { truckId, plate, note: null, truckDecidedAt: occurredAt };
    return { eventId, moveId, step: "assignTruck", changes, decidedAt: occurredAt };
  },
  TruckUnavailable: (record) => {
    const { eventId, occurredAt, data } = eventIn(record, truckUnavailableSchema);
    const changes = { note: NO_TRUCK, truckDecidedAt: occurredAt };
    return { eventId, moveId: data.moveId, step: "lackTruck", changes, decidedAt: occurredAt };
  },
  MoveStarted: (record) => {
    const { eventId, data } = eventIn(record, moveStartedSchema);
    return { eventId, moveId: data.moveId, step: "start", changes: {} };
  },
};

/**
 * Applies one event to its move, once. An event that comes too late for the move is left out.
 * @throws Error when the event is not understood, or comes before what it follows from: it will be delivered again
 */
export async function applyEvent(record: Pick<SQSRecord, "body">, database: Statements): Promise<void> {
  const detailType = detailTypeOf(record);
  const effect = EFFECTS[detailType]?.(record);
  if (!effect) throw new Error(`No event ${detailType} is expected here`);
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (await hasHadEffect(database, detailType, effect)) return;
  }
  throw new Error("The move is being changed by others");
}

/** @returns false when the move was changed at the same time */
async function hasHadEffect(database: Statements, detailType: string, effect: Effect): Promise<boolean> {
  const { eventId, moveId, step, changes, decidedAt } = effect;
  const move = await findMove(database, moveId);
  if (!move) throw new Error(`${detailType} tells of a move that is not there`);
  const isLate = decidedAt !== undefined && move.truckDecidedAt !== null && decidedAt < move.truckDecidedAt;
  const status = statusAfter(move.status, step);
  if (isLate || status === undefined) {
    if (step === "start" && move.status === "registered") {
      throw new Error("MoveStarted came before TruckAssigned had its effect");
    }
    logger.info("An event came too late for its move", { detailType, eventId, moveId, status: move.status });
    return true;
  }
  const version = move.version + 1;
  const next = { ...move, ...changes, status, version, updatedAt: new Date().toISOString() };
  if (await updateMove(database, next, { handled: eventId })) return true;
  return isHandled(database, eventId);
}

export const handler = queueHandler((record) => applyEvent(record, database));
