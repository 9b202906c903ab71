/** What clients are told, in words. */
import type { AppointmentEvent, AppointmentEventType } from "./appointment-event.ts";

export interface NoticeText {
  readonly subject: string;
  readonly text: string;
}

interface Facts {
  readonly provider: string;
  /** When it begins. */
  readonly time: string;
  /** When it was to begin. */
  readonly previous: string;
}

const TEXTS: Readonly<Record<AppointmentEventType, ((facts: Facts) => NoticeText) | undefined>> = {
  AppointmentBooked: ({ provider, time }) => ({
    subject: `Your appointment with ${provider} is booked`,
    text: `your appointment with ${provider} is booked for ${time}.`,
  }),
  AppointmentRescheduled: ({ provider, time, previous }) => ({
    subject: `Your appointment with ${provider} has moved`,
    text: `your appointment has moved from ${previous} to ${time}, with ${provider}.`,
  }),
  AppointmentCancelled: ({ provider, time }) => ({
    subject: `Your appointment with ${provider} is cancelled`,
    text: `your appointment with ${provider} on ${time} is cancelled.`,
  }),
  AppointmentReminder: ({ provider, time }) => ({
    subject: `Your appointment with ${provider} is near`,
    text: `this is to remind you of your appointment with ${provider} on ${time}.`,
  }),
  AppointmentRestored: undefined,
};

/**
 * The e-mail about an event; undefined when the client is not told.
 * @param provider name of the provider
 */
export function noticeText(
  { type, appointment, previousStart }: AppointmentEvent,
  provider: string,
): NoticeText | undefined {
  const notice = TEXTS[type]?.({
    provider,
    time: timeText(appointment.startsAt),
    previous: timeText(previousStart ?? appointment.startsAt),
  });
  if (!notice) return undefined;
  const text = `Hello ${appointment.client.name},\n\n${notice.text}\n\nReference: ${appointment.id}\n`;
  return { subject: notice.subject, text };
}

const FORMAT = new Intl.DateTimeFormat("en-GB", {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZone: "UTC",
});

/** `Saturday 31 January 2026 at 10:00 UTC` */
export function timeText(time: string): string {
  return `${FORMAT.format(new Date(time))} UTC`;
}
