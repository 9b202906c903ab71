/**
 * The queue behind the topic of appointment events: tells the client by WhatsApp.
 *
 * - APPOINTMENTS_TABLE: GetItem, PutItem
 * - WHATSAPP_API_URL, WHATSAPP_PHONE_NUMBER_ID, WHATSAPP_LANGUAGE
 * - WHATSAPP_TEMPLATES: names of the templates, as JSON
 * - WHATSAPP_TOKEN_SECRET_ARN: GetSecretValue
 * - the queue
 */
import { queueHandler } from "../shared/batch.ts";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import { logger } from "../shared/logger.ts";
import { count } from "../shared/metrics.ts";
import { openSecret } from "../shared/secrets.ts";
import type { AppointmentEventType } from "./appointment-event.ts";
import { parseAppointmentEvent } from "./appointment-event.ts";
import { sendOnce } from "./notice-store.ts";
import { timeText } from "./notice-text.ts";
import { nameOfProvider } from "./provider-store.ts";
import type { SendWhatsApp } from "./whatsapp.ts";
import { whatsAppClient } from "./whatsapp.ts";

const env = readEnv([
  "APPOINTMENTS_TABLE",
  "WHATSAPP_API_URL",
  "WHATSAPP_PHONE_NUMBER_ID",
  "WHATSAPP_LANGUAGE",
  "WHATSAPP_TEMPLATES",
  "WHATSAPP_TOKEN_SECRET_ARN",
]);
const table = openTable(env.APPOINTMENTS_TABLE);
const account = {
  apiUrl: env.WHATSAPP_API_URL,
  phoneNumberId: env.WHATSAPP_PHONE_NUMBER_ID,
  language: env.WHATSAPP_LANGUAGE,
};
const send = whatsAppClient(account, openSecret(env.WHATSAPP_TOKEN_SECRET_ARN));

/** Names of the approved templates. */
export type Templates = Readonly<Record<"booked" | "rescheduled" | "cancelled" | "reminder", string>>;

const templates = JSON.parse(env.WHATSAPP_TEMPLATES) as Templates;

const KINDS: Readonly<Record<AppointmentEventType, keyof Templates | undefined>> = {
  AppointmentBooked: "booked",
  AppointmentRescheduled: "rescheduled",
  AppointmentCancelled: "cancelled",
  AppointmentReminder: "reminder",
  AppointmentRestored: undefined,
};

/**
 * Sends the message about one event, once, to a client who gave a phone number with its country. One that WhatsApp
 * refuses is counted and left: the e-mail says the same.
 */
export async function sendWhatsApp(
  body: string,
  table: Table,
  templates: Templates,
  send: SendWhatsApp,
): Promise<void> {
  const { eventId, type, appointment } = parseAppointmentEvent(body);
  const { client, providerId, startsAt } = appointment;
  const kind = KINDS[type];
  if (!kind || !client.phone?.startsWith("+")) return;
  const to = client.phone.replace(/\D/g, "");
  const provider = await nameOfProvider(table, providerId);
  let isTaken = true;
  const isSent = await sendOnce(table, eventId, "WHATSAPP", async () => {
    const parameters = [client.name, provider, timeText(startsAt)];
    isTaken = await send({ to, template: templates[kind], parameters });
  });
  if (!isTaken) logger.warn("WhatsApp refused a message", { eventId });
  count({ WhatsAppSent: isSent && isTaken ? 1 : 0, WhatsAppRefused: isTaken ? 0 : 1 });
}

export const handler = queueHandler(({ body }) => sendWhatsApp(body, table, templates, send));
