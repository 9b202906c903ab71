/** What Calendly has promised to its invitees becomes appointments here, or somebody is told that it cannot. */
import type * as z from "zod";
import type { Table } from "../shared/dynamo.ts";
import { contended, pauseAfter, TRANSACT_ATTEMPTS, transact } from "../shared/dynamo.ts";
import { newId } from "../shared/ids.ts";
import { logger } from "../shared/logger.ts";
import { count } from "../shared/metrics.ts";
import { unprocessable } from "../shared/problem.ts";
import type { ApiRequest } from "../shared/request.ts";
import { newAppointmentItem, toUtc } from "./appointment.ts";
import { appointmentCreation } from "./appointment-store.ts";
import { bookableSlot, isFinal } from "./booking.ts";
import type { inviteeEventSchema } from "./calendly.schema.ts";
import { cancel } from "./cancel.ts";
import { claim } from "./day-store.ts";
import type { Discord } from "./invitee-store.ts";
import { addInvitee, findInvitee, inviteeCreation, noteCancelled } from "./invitee-store.ts";

export type InviteeEvent = z.infer<typeof inviteeEventSchema>;
export type InviteePayload = InviteeEvent["payload"];

export interface CalendlyDesk {
  readonly table: Table;
  readonly horizonDays: number;
  /** Ids of providers by the URI of an event type. */
  readonly providers: Readonly<Record<string, string>>;
}

/**
 * Books for an invitee, once; an invitee who was cancelled before, since events come in any order, is not booked.
 * @throws Problem 503 when others stay in the way
 */
export async function bookInvitee(
  { id: correlationId }: ApiRequest,
  invitee: InviteePayload,
  desk: CalendlyDesk,
): Promise<void> {
  try {
    await book(correlationId, invitee, desk);
  } catch (error) {
    if (!isFinal(error)) throw error;
    const discord = discordOf(invitee, error.message, correlationId);
    await addInvitee(desk.table, invitee.uri, { status: "refused", discord });
  }
}

async function book(
  correlationId: string,
  invitee: InviteePayload,
  { table, horizonDays, providers }: CalendlyDesk,
): Promise<void> {
  const { event_type, start_time } = invitee.scheduled_event;
  for (let attempt = 1; attempt <= TRANSACT_ATTEMPTS; attempt++) {
    if (await findInvitee(table, invitee.uri)) return;
    const providerId = Object.hasOwn(providers, event_type) ? providers[event_type] : undefined;
    if (providerId === undefined) throw unprocessable("No provider belongs to the event type.");
    const slot = await bookableSlot(table, providerId, toUtc(start_time), horizonDays);
    const now = new Date();
    const wanted = { providerId, startsAt: slot.startsAt, client: clientOf(invitee) };
    const item = newAppointmentItem(newId(now), wanted, slot, correlationId, now);
    const { status } = await transact(table, [
      claim(table, providerId, slot.startsAt, item.id),
      appointmentCreation(table, item),
      inviteeCreation(table, invitee.uri, { status: "booked", appointmentId: item.id }),
    ]);
    if (status === "committed") return count({ AppointmentsBooked: 1, CalendlyBooked: 1 });
    await pauseAfter(attempt);
  }
  throw contended();
}

/** Cancels what was booked for an invitee; what has begun stays, and somebody is told. */
export async function cancelInvitee(
  request: ApiRequest,
  invitee: InviteePayload,
  { table }: CalendlyDesk,
): Promise<void> {
  const known = await findInvitee(table, invitee.uri);
  if (known?.status === "cancelled") return;
  if (!known) return addInvitee(table, invitee.uri, { status: "cancelled" });
  let discord: Discord | undefined;
  try {
    if (known.status === "booked") await cancelAppointment(request, known.appointmentId, table);
  } catch (error) {
    if (!isFinal(error)) throw error;
    discord = discordOf(invitee, error.message, request.id);
  }
  await noteCancelled(table, invitee.uri, discord);
}

async function cancelAppointment(request: ApiRequest, id: string, table: Table): Promise<void> {
  const headers = new Map([...request.headers].filter(([name]) => name !== "if-match"));
  await cancel({ ...request, headers, pathParameters: new Map([["id", id]]) }, table);
}

/** Logs and counts it, too. */
function discordOf({ uri, scheduled_event }: InviteePayload, reason: string, correlationId: string): Discord {
  logger.warn("Calendly and the appointments do not agree", { invitee: uri, reason });
  count({ CalendlyRefused: 1 });
  const { event_type: eventType, start_time: startsAt } = scheduled_event;
  return { reason, eventType, startsAt, correlationId };
}

/** Texts of Calendly's are not as strict as ours: what would be refused in a form is made to fit. */
function clientOf({ name, email, text_reminder_number }: InviteePayload) {
  const plain = name
    .toWellFormed()
    .normalize("NFC")
    .replace(/\p{Cc}+/gu, " ")
    .trim();
  const phone = /^\+[0-9][0-9 ().-]{4,29}$/.test(text_reminder_number ?? "")
    ? text_reminder_number
    : undefined;
  return { name: plain === "" ? email : plain, email, ...(phone && { phone }) };
}
