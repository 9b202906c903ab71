/** Moves: what they are, and who gets to see what of them. */
import type * as z from "zod";
import { isId } from "../shared/ids.ts";
import { notFound, Problem } from "../shared/problem.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { Caller } from "./access.ts";
import type { moveSchema } from "./answers.schema.ts";
import type { Status } from "./lifecycle.ts";

/** A move as it is stored. */
export interface Move {
  readonly id: string;
  readonly clientId: string;
  readonly clientEmail: string;
  readonly origin: string;
  readonly destination: string;
  readonly volumeM3: number;
  readonly date: string;
  readonly status: Status;
  readonly truckId: string | null;
  readonly plate: string | null;
  /** What employees have to see to. */
  readonly note: string | null;
  /** When fleet decided about the truck; what it decided earlier comes too late. */
  readonly truckDecidedAt: string | null;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export const moveNotFound = () => notFound("There is no such move.");

/**
 * The id of the move that a request is about.
 * @throws Problem 404 when no move can have it
 */
export function idOf({ pathParameters }: ApiRequest): string {
  const id = pathParameters.get("id");
  if (!isId(id)) throw moveNotFound();
  return id;
}

/** Clients see their own moves; those of others are as if they were not there. */
export function isVisible({ clientId }: Pick<Move, "clientId">, caller: Caller): boolean {
  return caller.isEmployee || clientId === caller.userId;
}

/** The answer to a step that a move cannot take now, with the status that it has. */
export function wrongStep({ status }: { readonly status: string }): Problem {
  const errors = [{ pointer: "/status", detail: `is ${status}`, code: status }];
  return new Problem(409, "Conflict", `The move is ${status}; this step cannot be taken now.`, { errors });
}

/** The part of a move that its reader may see. */
export function toMove(move: Move, caller: Caller): z.infer<typeof moveSchema> {
  const { id, origin, destination, volumeM3, date, status, version, createdAt, updatedAt } = move;
  const { truckId, plate, note, clientId } = move;
  return {
    id,
    origin,
    destination,
    volumeM3,
    date,
    status,
    ...(truckId !== null && plate !== null && { truckId, plate }),
    ...(caller.isEmployee && note !== null && { note }),
    ...(caller.isEmployee && { clientId }),
    version,
    createdAt,
    updatedAt,
  };
}
