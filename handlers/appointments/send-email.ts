/**
 * The queue behind the topic of appointment events: tells the client by e-mail.
 *
 * - APPOINTMENTS_TABLE: GetItem, PutItem
 * - SENDER_ADDRESS: SendEmail
 * - the queue
 */
import { queueHandler } from "../shared/batch.ts";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import type { Mail } from "../shared/mail.ts";
import { openMail } from "../shared/mail.ts";
import { count } from "../shared/metrics.ts";
import { parseAppointmentEvent } from "./appointment-event.ts";
import { sendOnce } from "./notice-store.ts";
import { noticeText } from "./notice-text.ts";
import { nameOfProvider } from "./provider-store.ts";

const env = readEnv(["APPOINTMENTS_TABLE", "SENDER_ADDRESS"]);
const table = openTable(env.APPOINTMENTS_TABLE);
const mail = openMail(env.SENDER_ADDRESS);

/** Sends the e-mail about one event, once. */
export async function sendEmail(body: string, table: Table, mail: Mail): Promise<void> {
  const event = parseAppointmentEvent(body);
  const { providerId, client } = event.appointment;
  const notice = noticeText(event, await nameOfProvider(table, providerId));
  if (!notice) return;
  const isSent = await sendOnce(table, event.eventId, "EMAIL", () =>
    mail.send({ to: client.email, ...notice }),
  );
  count({ EmailsSent: isSent ? 1 : 0 });
}

export const handler = queueHandler(({ body }) => sendEmail(body, table, mail));
