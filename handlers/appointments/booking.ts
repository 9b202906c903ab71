/** Booking, the same for a request that waits for its answer and for one from the queue. */
import { etag } from "../shared/conditional.ts";
import type { Table, TransactWrite } from "../shared/dynamo.ts";
import { once } from "../shared/idempotency.ts";
import { newId } from "../shared/ids.ts";
import { jsonBody } from "../shared/json-body.ts";
import { count } from "../shared/metrics.ts";
import { Problem, unprocessable } from "../shared/problem.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import { parse } from "../shared/validation.ts";
import { bookSchema } from "./appointment.schema.ts";
import { newAppointmentItem, toAppointment, toUtc } from "./appointment.ts";
import { appointmentCreation } from "./appointment-store.ts";
import type { Slot } from "./calendar.ts";
import { claim, findSlot } from "./day-store.ts";

const DAY_MS = 24 * 60 * 60_000;

/** The answer to whoever wants a slot that somebody else has. To try again soon is of no use. */
export const slotTaken = () => new Problem(409, "Conflict", "The slot is taken. Choose another one.");

/**
 * The slot that begins at a time, if it can be booked now.
 * @param horizonDays how far ahead one may book
 * @throws Problem 422 when there is no such slot, it has begun, or is too far ahead; 409 when it is taken
 */
export async function bookableSlot(
  table: Table,
  providerId: string,
  startsAt: string,
  horizonDays: number,
): Promise<Slot> {
  const ahead = Date.parse(startsAt) - Date.now();
  if (ahead <= 0) throw refused("The slot has begun already.", "past");
  if (ahead > horizonDays * DAY_MS) {
    throw refused(`Appointments are booked ${horizonDays} days ahead at most.`, "too_far_ahead");
  }
  const slot = await findSlot(table, providerId, startsAt);
  if (slot?.startsAt !== startsAt) throw refused("The provider offers no slot at this time.", "no_slot");
  if (slot.appointmentId !== undefined) throw slotTaken();
  return slot;
}

/**
 * Books the slot that a request names, once for its Idempotency-Key: the slot, the appointment and what else is to be
 * written are one transaction.
 * @param alsoWrite with the id of the appointment
 * @throws Problem 409 when the slot is taken, 422 when it cannot be booked, 503 when others stay in the way
 */
export async function book(
  request: ApiRequest,
  table: Table,
  horizonDays: number,
  alsoWrite: (appointmentId: string) => readonly TransactWrite[] = () => [],
): Promise<ApiResponse> {
  const { startsAt, ...wanted } = parse(bookSchema, jsonBody(request));
  const booking = { ...wanted, startsAt: toUtc(startsAt) };
  try {
    const answer = await once(request, table, async () => {
      const slot = await bookableSlot(table, booking.providerId, booking.startsAt, horizonDays);
      const now = new Date();
      const item = newAppointmentItem(newId(now), booking, slot, request.id, now);
      const headers = { location: `${request.url}/${item.id}`, etag: etag(item.version) };
      return {
        writes: [
          claim(table, item.providerId, item.startsAt, item.id),
          appointmentCreation(table, item),
          ...alsoWrite(item.id),
        ],
        response: { status: 201, headers, body: toAppointment(item) },
        refused: slotTaken,
      };
    });
    count({ AppointmentsBooked: isReplayed(answer) ? 0 : 1 });
    return answer;
  } catch (error) {
    count({ BookingsRefused: isFinal(error) ? 1 : 0 });
    throw error;
  }
}

/** Whether an answer is the one that an earlier request with the same key got. */
export function isReplayed({ headers }: ApiResponse): boolean {
  return headers?.["idempotency-replayed"] === "true";
}

/** Whether an error says that the request is refused for good; others pass, or are ours. */
export function isFinal(error: unknown): error is Problem {
  return error instanceof Problem && error.status < 500 && !error.extras.headers?.["retry-after"];
}

function refused(detail: string, code: string): Problem {
  return unprocessable(detail, [{ pointer: "/startsAt", detail, code }]);
}
