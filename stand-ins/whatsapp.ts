/**
 * Stands in for WhatsApp when the program runs on one machine, in the form of Meta's Cloud API.
 *
 * - `POST /{phoneNumberId}/messages` with the bearer token below and a template message
 *   → `{ messaging_product, contacts: [{ input, wa_id }], messages: [{ id, message_status }] }`; 401 for another token,
 *   400 for a message that is none
 * - `GET /messages` → `{ items: [{ id, from, to, template, language, parameters }] }`: what was sent, for people and tests
 *
 * It forgets everything when the process ends.
 */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { sendJson } from "./send-json.ts";

/** `andamio:appointmentsWhatsappToken` of local-cloud.yaml. */
const TOKEN = "local-whatsapp-token";

interface Message {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly template: string;
  readonly language: string;
  readonly parameters: readonly string[];
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** What a template message looks like; everything may be missing. */
interface Sent {
  readonly messaging_product?: unknown;
  readonly to?: unknown;
  readonly type?: unknown;
  readonly template?: {
    readonly name?: unknown;
    readonly language?: { readonly code?: unknown };
    readonly components?: readonly {
      readonly type?: unknown;
      readonly parameters?: readonly { readonly type?: unknown; readonly text?: unknown }[];
    }[];
  };
}

const messages: Message[] = [];

/** Answers one request. */
export default function handle(request: IncomingMessage, response: ServerResponse): void {
  answer(request).then(
    ({ status, body }) => sendJson(response, status, body),
    () => sendJson(response, 400, problem(100, "The body is not JSON")),
  );
}

async function answer(request: IncomingMessage): Promise<Answer> {
  const { method, url = "/", headers } = request;
  const { pathname } = new URL(url, "http://localhost");
  if (method === "GET" && pathname === "/messages") return { status: 200, body: { items: messages } };
  const [, from] = /^\/(\d+)\/messages$/.exec(pathname) ?? [];
  if (method !== "POST" || from === undefined) {
    return { status: 404, body: problem(100, `Unsupported ${method} request`) };
  }
  if (headers.authorization !== `Bearer ${TOKEN}`) {
    return { status: 401, body: problem(190, "Invalid OAuth access token") };
  }
  return take(from, (await json(request)) as Sent);
}

function take(from: string, { messaging_product, to, type, template }: Sent): Answer {
  const parameters = (template?.components ?? [])
    .filter((component) => component.type === "body")
    .flatMap((component) => (component.parameters ?? []).map(({ text }) => String(text)));
  const language = String(template?.language?.code ?? "");
  const isMessage =
    messaging_product === "whatsapp" && type === "template" && typeof template?.name === "string" && language;
  if (!isMessage || typeof to !== "string" || !/^\d{7,15}$/.test(to)) {
    return { status: 400, body: problem(100, "Invalid parameter") };
  }
  const id = `wamid.${randomUUID()}`;
  messages.push({ id, from, to, template: String(template.name), language, parameters });
  return {
    status: 200,
    body: {
      messaging_product,
      contacts: [{ input: to, wa_id: to }],
      messages: [{ id, message_status: "accepted" }],
    },
  };
}

function problem(code: number, message: string) {
  return { error: { message, type: "OAuthException", code, fbtrace_id: "local" } };
}
