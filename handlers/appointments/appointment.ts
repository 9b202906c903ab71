import type * as z from "zod";
import { isId } from "../shared/ids.ts";
import { notFound } from "../shared/problem.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { appointmentSchema } from "./answers.schema.ts";
import type { bookSchema } from "./appointment.schema.ts";
import type { Span } from "./calendar.ts";
import { amongAppointments, appointmentKey } from "./keys.ts";

/** An appointment as clients see it. */
export type Appointment = z.infer<typeof appointmentSchema>;

/** What a client asks for. */
export type NewAppointment = z.infer<typeof bookSchema>;

/** An appointment as it is stored. */
export type AppointmentItem = Appointment &
  ReturnType<typeof appointmentKey> &
  ReturnType<typeof amongAppointments> & {
    /** Of the request that booked it. */
    readonly correlationId: string;
  };

export const appointmentNotFound = () => notFound("There is no such appointment.");

/**
 * The id of the appointment that a request is about.
 * @throws Problem 404 when no appointment can have it
 */
export function appointmentIdOf({ pathParameters }: ApiRequest): string {
  const id = pathParameters.get("id");
  if (!isId(id)) throw appointmentNotFound();
  return id;
}

/** One way to write a time: milliseconds, `Z`. */
export function toUtc(time: string): string {
  return new Date(time).toISOString();
}

/** The item of a new appointment. */
export function newAppointmentItem(
  id: string,
  { providerId, client }: NewAppointment,
  { startsAt, endsAt }: Span,
  correlationId: string,
  now: Date,
): AppointmentItem {
  const createdAt = now.toISOString();
  return {
    ...appointmentKey(id),
    ...amongAppointments(client.email, startsAt, id),
    id,
    providerId,
    startsAt,
    endsAt,
    client,
    status: "booked",
    version: 1,
    createdAt,
    updatedAt: createdAt,
    correlationId,
  };
}

/** The public part of a stored appointment. */
export function toAppointment(item: AppointmentItem): Appointment {
  const { id, providerId, startsAt, endsAt, client, status, version, createdAt, updatedAt } = item;
  return { id, providerId, startsAt, endsAt, client, status, version, createdAt, updatedAt };
}
