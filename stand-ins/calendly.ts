/**
 * Stands in for Calendly when the program runs on one machine: it sends webhooks, signed with the key below.
 *
 * - `POST /send` with `{ url, event, eventType, startsAt, name, email, phone?, invitee?, key?, at? }`
 *   → `{ status, invitee, sent: { headers, body } }`: what the webhook at `url` answered, and what was sent
 *
 * `event` is invitee.created or invitee.canceled; `invitee` is the URI of one who is there already; `key` is another key to
 * sign with; `at` is the ISO time of the signature, the local cloud's time unless given. `url` must be of this machine.
 */
import { createHmac, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { sendJson } from "./send-json.ts";

/** `andamio:appointmentsCalendlySigningKey` of local-cloud.yaml. */
const SIGNING_KEY = "local-calendly-signing-key";

const API = "https://api.calendly.com";

interface Order {
  readonly url: string;
  readonly event: string;
  readonly eventType: string;
  readonly startsAt: string;
  readonly name: string;
  readonly email: string;
  readonly phone?: string;
  readonly invitee?: string;
  readonly key?: string;
  readonly at?: string;
}

const REQUIRED = ["url", "event", "eventType", "startsAt", "name", "email"] as const;

/** Answers one request. */
export default function handle(request: IncomingMessage, response: ServerResponse): void {
  answer(request).then(
    ({ status, body }) => sendJson(response, status, body),
    (error: unknown) => sendJson(response, 400, { error: String(error) }),
  );
}

async function answer(
  request: IncomingMessage,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const { method, url = "/" } = request;
  if (method !== "POST" || url !== "/send")
    return { status: 404, body: { error: `There is no ${method} ${url}` } };
  const order = (await json(request)) as Order;
  const missing = REQUIRED.filter((name) => typeof order[name] !== "string");
  if (missing.length > 0)
    return { status: 400, body: { error: `Give texts as these too: ${missing.join(", ")}` } };
  if (!["127.0.0.1", "localhost", "[::1]"].includes(new URL(order.url).hostname))
    return { status: 400, body: { error: "The url must be one of this machine" } };
  return { status: 200, body: await sendWebhook(order) };
}

async function sendWebhook(order: Order) {
  const invitee = order.invitee ?? `${API}/scheduled_events/${randomUUID()}/invitees/${randomUUID()}`;
  const at = order.at === undefined ? await localTime(order.url) : Date.parse(order.at);
  const body = JSON.stringify(webhookOf(order, invitee, new Date(at)));
  const seconds = Math.floor(at / 1000);
  const signature = createHmac("sha256", order.key ?? SIGNING_KEY)
    .update(`${seconds}.${body}`)
    .digest("hex");
  const headers = {
    "content-type": "application/json",
    "calendly-webhook-signature": `t=${seconds},v1=${signature}`,
  };
  const { status } = await fetch(order.url, { method: "POST", headers, body });
  return { status, invitee, sent: { headers, body } };
}

/** The clock of the local cloud may be ahead of the machine's. */
async function localTime(url: string): Promise<number> {
  const reply = await fetch(new URL("/_local/clock", url));
  const { now } = (await reply.json()) as { now: string };
  return Date.parse(now);
}

function webhookOf({ event, eventType, startsAt, name, email, phone }: Order, invitee: string, now: Date) {
  const time = now.toISOString();
  return {
    event,
    created_at: time,
    created_by: `${API}/users/LOCAL`,
    payload: {
      uri: invitee,
      name,
      email,
      status: event === "invitee.created" ? "active" : "canceled",
      text_reminder_number: phone ?? null,
      timezone: "Europe/Madrid",
      questions_and_answers: [{ question: "Anything else?", answer: "First line\nsecond line", position: 0 }],
      rescheduled: false,
      old_invitee: null,
      new_invitee: null,
      created_at: time,
      updated_at: time,
      scheduled_event: {
        uri: invitee.split("/invitees/")[0],
        name: "Appointment",
        status: event === "invitee.created" ? "active" : "canceled",
        event_type: eventType,
        start_time: startsAt,
        location: { type: "physical", location: "Our office" },
        invitees_counter: { total: 1, active: 1, limit: 1 },
        created_at: time,
        updated_at: time,
      },
    },
  };
}
