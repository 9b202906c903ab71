/** What other services are told of moves: events/catalogue.schema.ts. */
import { newId } from "../shared/ids.ts";
import type { Move } from "./move.ts";

/** An event as it waits to be published. */
export interface MoveEvent {
  readonly eventId: string;
  readonly detailType: string;
  /** JSON. */
  readonly detail: string;
}

const VERSION = 1;

export function moveEvent(
  detailType: string,
  data: { readonly moveId: string },
  correlationId: string,
  now: Date,
): MoveEvent {
  const eventId = newId(now);
  const detail = { eventId, version: VERSION, occurredAt: now.toISOString(), correlationId, data };
  return { eventId, detailType, detail: JSON.stringify(detail) };
}

export function moveRegistered(move: Move, correlationId: string, now: Date): MoveEvent {
  const { id: moveId, origin, destination, volumeM3, date, clientId, clientEmail } = move;
  const client = { id: clientId, email: clientEmail };
  return moveEvent(
    "MoveRegistered",
    Object.assign({ moveId, origin, destination, volumeM3, date, client }),
    correlationId,
    now,
  );
}
