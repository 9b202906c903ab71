/**
 * Messages by WhatsApp, in the form of Meta's Cloud API:
 * https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-message-templates
 */
import type { Question, Reply } from "../shared/http.ts";
import { ask, isOk } from "../shared/http.ts";
import type { Secret } from "../shared/secrets.ts";

export interface WhatsAppMessage {
  /** Digits of the number, its country first. */
  readonly to: string;
  /** Name of an approved template. */
  readonly template: string;
  /** What takes the place of `{{1}}`, `{{2}}` … in the template's body. */
  readonly parameters: readonly string[];
}

/** Sends a message. False when it is refused for good: to send it again changes nothing. */
export type SendWhatsApp = (message: WhatsAppMessage) => Promise<boolean>;

export interface WhatsAppAccount {
  /** Without a trailing slash. */
  readonly apiUrl: string;
  readonly phoneNumberId: string;
  readonly language: string;
}

/** Two attempts, and one more with a fresh token, end within 10 s. */
const TIMEOUT_MS = 2500;

/**
 * A client of the API. It asks once more after a short random pause when the API is busy, broken or out of reach, and
 * once more with a fresh token on 401.
 * @throws Error when there is no answer for now, or the token is not taken: the queue delivers the event again
 */
export function whatsAppClient(
  account: WhatsAppAccount,
  token: Secret,
  timeoutMs = TIMEOUT_MS,
): SendWhatsApp {
  return async (message) => {
    const patience = { timeoutMs, attempts: 2 };
    const first = await ask(...question(account, await token.read(), message), patience);
    if (first instanceof Error || first.status !== 401) return isTaken(first);
    return isTaken(await ask(...question(account, await token.refresh(), message), { timeoutMs }));
  };
}

function question(
  { apiUrl, phoneNumberId, language }: WhatsAppAccount,
  token: string,
  { to, template, parameters }: WhatsAppMessage,
): readonly [string, Question] {
  const body = JSON.stringify({
    messaging_product: "whatsapp",
    recipient_type: "individual",
    to,
    type: "template",
    template: {
      name: template,
      language: { code: language },
      components: [{ type: "body", parameters: parameters.map((text) => ({ type: "text", text })) }],
    },
  });
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return [`${apiUrl}/${phoneNumberId}/messages`, { method: "POST", headers, body }];
}

function isTaken(reply: Reply): boolean {
  if (reply instanceof Error) throw new Error("WhatsApp is out of reach", { cause: reply });
  if (isOk(reply)) return true;
  const isFinal = reply.status >= 400 && reply.status < 500 && ![401, 408, 429].includes(reply.status);
  if (isFinal) return false;
  throw new Error(`WhatsApp answered ${reply.status}`);
}
