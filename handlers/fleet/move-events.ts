/** What the fleet does about events of moves. */
import type { SQSRecord } from "aws-lambda";
import {
  moveCancelledSchema,
  moveCompletedSchema,
  moveRegisteredSchema,
  truckRequestedSchema,
} from "../../events/catalogue.schema.ts";
import type { Database, Statements } from "../shared/database.ts";
import { SqlError } from "../shared/database-errors.ts";
import { detailTypeOf, type EventDetail, eventIn } from "../shared/event.ts";
import { isFirst } from "../shared/handled-events.ts";
import { logger } from "../shared/logger.ts";
import type { WakeUp } from "../shared/outbox.ts";
import { publishing } from "../shared/outbox.ts";
import type { Schema } from "../shared/validation.ts";
import { assign, ONE_MOVE_PER_TRUCK_AND_DAY, reassign, release } from "./assignment.ts";

type Message = Pick<SQSRecord, "body">;
type Effect = (tx: Statements) => Promise<void>;

/** What an event is about, and what it has for an effect. */
interface Reaction {
  readonly detail: EventDetail<unknown>;
  readonly effect: Effect;
}

/** By detail type. */
const REACTIONS: Readonly<Record<string, (message: Message) => Reaction>> = {
  MoveRegistered: reaction(
    moveRegisteredSchema,
    ({ data, ...cause }) =>
      (tx) =>
        assign(tx, data, cause),
  ),
  TruckRequested: reaction(
    truckRequestedSchema,
    ({ data, ...cause }) =>
      (tx) =>
        reassign(tx, data, cause),
  ),
  MoveCompleted: reaction(
    moveCompletedSchema,
    ({ data, ...cause }) =>
      (tx) =>
        release(tx, data.moveId, "completed", cause),
  ),
  MoveCancelled: reaction(
    moveCancelledSchema,
    ({ data, ...cause }) =>
      (tx) =>
        release(tx, data.moveId, "cancelled", cause),
  ),
};

/** As often as others may take the best truck while it is being selected. */
const ATTEMPTS = 10;

/**
 * Handles one event, once: what it changes, the events that follow from it and the note that it was handled are one
 * transaction.
 * @throws Error when the event is not understood: it is tried again and then parked in the dead-letter queue
 */
export async function handleMoveEvent(message: Message, database: Database, wakeUp: WakeUp): Promise<void> {
  const detailType = detailTypeOf(message);
  const react = Object.hasOwn(REACTIONS, detailType) ? REACTIONS[detailType] : undefined;
  if (!react) throw new Error(`There is nothing to do about ${detailType}`);
  const { detail, effect } = react(message);
  for (let attempt = 1; ; attempt++) {
    try {
      await publishing(database, wakeUp, async (tx) => {
        if (await isFirst(tx, detail.eventId)) await effect(tx);
      });
      logger.info("Handled", { detailType, correlationId: detail.correlationId });
      return;
    } catch (error) {
      if (!isTaken(error) || attempt >= ATTEMPTS) throw error;
    }
  }
}

/** Another move got the truck first; the next attempt sees that and selects another. */
function isTaken(error: unknown): boolean {
  return error instanceof SqlError && error.constraint === ONE_MOVE_PER_TRUCK_AND_DAY;
}

function reaction<Detail extends EventDetail<unknown>>(
  schema: Schema<Detail>,
  effectOf: (detail: Detail) => Effect,
): (message: Message) => Reaction {
  return (message) => {
    const detail = eventIn(message, schema);
    return { detail, effect: effectOf(detail) };
  };
}
