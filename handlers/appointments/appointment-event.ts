/** What happens to appointments, as it travels through SNS and SQS. */
import type { TopicMessage } from "../shared/topic.ts";
import type { Appointment, AppointmentItem } from "./appointment.ts";
import { toAppointment } from "./appointment.ts";

/**
 * `AppointmentRestored` is for what keeps a state of its own by appointment, such as reminders: a backup brought it back.
 * Nobody is told of it.
 */
export type AppointmentEventType =
  | "AppointmentBooked"
  | "AppointmentRescheduled"
  | "AppointmentCancelled"
  | "AppointmentReminder"
  | "AppointmentRestored";

export interface AppointmentEvent {
  /** The same each time the event is delivered. */
  readonly eventId: string;
  readonly type: AppointmentEventType;
  readonly version: 1;
  readonly occurredAt: string;
  readonly correlationId: string;
  readonly appointment: Appointment;
  /** When it was to begin before it was rescheduled. */
  readonly previousStart?: string;
}

const SUBJECTS: Readonly<Record<AppointmentEventType, string>> = {
  AppointmentBooked: "An appointment is booked",
  AppointmentRescheduled: "An appointment is rescheduled",
  AppointmentCancelled: "An appointment is cancelled",
  AppointmentReminder: "An appointment is near",
  AppointmentRestored: "An appointment is restored from a backup",
};

/** An item is written as soon as it is made; one that is older than this when it appears comes from a backup. */
const RESTORED_MS = 10 * 60_000;

/**
 * Whether an item that appears in the table comes from a backup.
 * @param madeAt when it was changed last
 * @param writtenAt when the table was written to, in milliseconds since 1970
 */
export function isRestored(madeAt: string, writtenAt: number): boolean {
  return writtenAt - Date.parse(madeAt) > RESTORED_MS;
}

/**
 * What a change of an item was; undefined when nobody needs to know.
 * @param writtenAt when the table was written to, in milliseconds since 1970
 */
export function eventOf(
  before: AppointmentItem | undefined,
  after: AppointmentItem,
  writtenAt: number,
): AppointmentEvent | undefined {
  const type = typeOf(before, after, writtenAt);
  if (type === undefined) return undefined;
  return {
    eventId: `appointment-${after.id}-${after.version}`,
    type,
    version: 1,
    occurredAt: after.updatedAt,
    correlationId: after.correlationId,
    appointment: toAppointment(after),
    ...(type === "AppointmentRescheduled" && { previousStart: before?.startsAt }),
  };
}

function typeOf(
  before: AppointmentItem | undefined,
  after: AppointmentItem,
  writtenAt: number,
): AppointmentEventType | undefined {
  if (!before) return isRestored(after.updatedAt, writtenAt) ? "AppointmentRestored" : "AppointmentBooked";
  if (after.status === "cancelled") {
    return before.status === "cancelled" ? undefined : "AppointmentCancelled";
  }
  const hasMoved = before.startsAt !== after.startsAt || before.providerId !== after.providerId;
  return hasMoved ? "AppointmentRescheduled" : undefined;
}

/** The event that an appointment is near; the same for the same time, however often it is said. */
export function reminderOf(item: AppointmentItem, now: Date): AppointmentEvent {
  return {
    eventId: `appointment-${item.id}-reminder-${item.startsAt}`,
    type: "AppointmentReminder",
    version: 1,
    occurredAt: now.toISOString(),
    correlationId: item.correlationId,
    appointment: toAppointment(item),
  };
}

/** The message of an event. Subscriptions can filter by the attribute `type`. */
export function messageOf(event: AppointmentEvent): TopicMessage {
  const { type, appointment } = event;
  return {
    subject: SUBJECTS[type],
    event,
    email: `${SUBJECTS[type]}: ${appointment.id}, ${appointment.startsAt}`,
    attributes: { type },
  };
}

/**
 * Reads an event.
 * @throws Error for another event or a version that this code does not know; the queue then keeps it
 */
export function parseAppointmentEvent(text: string): AppointmentEvent {
  const event = JSON.parse(text) as Partial<AppointmentEvent> | null;
  if (event?.version !== 1 || event.type === undefined || !Object.hasOwn(SUBJECTS, event.type)) {
    throw new Error("The event is no event of an appointment of version 1");
  }
  if (typeof event.eventId !== "string" || typeof event.appointment?.id !== "string") {
    throw new Error(`The event ${event.type} is not complete`);
  }
  return event as AppointmentEvent;
}
