/** What other services are told of moves: events/catalogue.schema.ts. */
import { type WaitingEvent, waitingEvent } from "../shared/outbox.ts";
import type { Move } from "./move.ts";

const VERSION = 1;

export function moveEvent(
  detailType: string,
  data: { readonly moveId: string },
  correlationId: string,
  now: Date,
): WaitingEvent {
  return waitingEvent({ detailType, version: VERSION, correlationId, data: { ...data } }, now);
}

export function moveRegistered(move: Move, correlationId: string, now: Date): WaitingEvent {
  const { id: moveId, origin, destination, volumeM3, date, clientId, clientEmail } = move;
  const client = { id: clientId, email: clientEmail };
  return moveEvent(
    "MoveRegistered",
    Object.assign({ moveId, origin, destination, volumeM3, date, client }),
    correlationId,
    now,
  );
}
