/**
 * The table of the appointments. docs/appointments.md says which access pattern reads what.
 *
 * | item               | pk               | sk               | lists (gsi1pk, gsi1sk)                  | expiresAt       |
 * |--------------------|------------------|------------------|-----------------------------------------|-----------------|
 * | provider           | PROVIDER#id      | PROVIDER         | PROVIDERS, createdAt#id                 |                 |
 * | day of a provider  | PROVIDER#id      | DAY#date         |                                         | days later      |
 * | slot of a day      | PROVIDER#id      | DAY#date#HH:MM   |                                         | days later      |
 * | appointment        | APPOINTMENT#id   | APPOINTMENT      | CLIENT#e-mail, startsAt#id              |                 |
 * | booking            | BOOKING#id       | BOOKING          |                                         | 30 days later   |
 * | notice of an event | NOTICE#eventId   | EMAIL, WHATSAPP  |                                         | 30 days later   |
 * | invitee (Calendly) | CALENDLY#id      | CALENDLY         |                                         | a year later    |
 * | idempotency record | IDEMPOTENCY#hash | IDEMPOTENCY      |                                         | a day later     |
 *
 * A slot that is taken has the appointment's id. Slots of a day never overlap, whoever changes what at the same time:
 * they are made only together with a new version of their day.
 */
import type { Key } from "../shared/dynamo.ts";

export const LISTS = "lists";

export const providerKey = (id: string) => ({ pk: `PROVIDER#${id}`, sk: "PROVIDER" });

export const dayKey = (providerId: string, date: string) => ({
  pk: `PROVIDER#${providerId}`,
  sk: `DAY#${date}`,
});

/** @param startsAt as `toISOString` writes it */
export const slotKey = (providerId: string, startsAt: string) => ({
  pk: `PROVIDER#${providerId}`,
  sk: `DAY#${startsAt.slice(0, 10)}#${startsAt.slice(11, 16)}`,
});

export const appointmentKey = (id: string) => ({ pk: `APPOINTMENT#${id}`, sk: "APPOINTMENT" as const });

export const bookingKey = (id: string): Key => ({ pk: `BOOKING#${id}`, sk: "BOOKING" });

export const noticeKey = (eventId: string, channel: string): Key => ({
  pk: `NOTICE#${eventId}`,
  sk: channel,
});

export const inviteeKey = (id: string): Key => ({ pk: `CALENDLY#${id}`, sk: "CALENDLY" });

export const amongProviders = (createdAt: string, id: string) => ({
  gsi1pk: "PROVIDERS",
  gsi1sk: `${createdAt}#${id}`,
});

/** Providers of e-mail do not tell upper from lower case. */
export const ofClient = (email: string) => `CLIENT#${email.toLowerCase()}`;

export const amongAppointments = (email: string, startsAt: string, id: string) => ({
  gsi1pk: ofClient(email),
  gsi1sk: `${startsAt}#${id}`,
});
