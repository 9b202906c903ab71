/**
 * Stands in for the external classification service when the program runs on one machine.
 *
 * - `POST /v1/classifications` with a bearer token, an Idempotency-Key and `{ title, description? }` → `{ category }`
 * - `GET /effects` → `{ items: [{ key, category, requests }] }`: what has been classified, for people and tests
 *
 * It forgets everything when the process ends.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { sendJson } from "./send-json.ts";

interface Effect {
  readonly key: string;
  readonly question: string;
  readonly category: string;
  /** How often it was asked for. */
  requests: number;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Categories by the words of a title that decide. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  shopping: ["buy", "order", "shop", "comprar", "milk"],
  finance: ["pay", "invoice", "tax", "budget", "pagar", "factura"],
  communication: ["call", "email", "write", "meet", "reply", "llamar", "reunion"],
  maintenance: ["fix", "repair", "clean", "update", "reparar", "limpiar"],
};

const effects = new Map<string, Effect>();

/** Answers one request. */
export default function handle(request: IncomingMessage, response: ServerResponse): void {
  answer(request).then(
    ({ status, body }) => sendJson(response, status, body),
    () => sendJson(response, 400, { error: "The body is not JSON" }),
  );
}

async function answer(request: IncomingMessage): Promise<Answer> {
  const { method, url = "/" } = request;
  const { pathname } = new URL(url, "http://localhost");
  if (method === "GET" && pathname === "/effects") return { status: 200, body: { items: listEffects() } };
  if (method === "POST" && pathname === "/v1/classifications") return classify(request);
  return { status: 404, body: { error: `There is no ${method} ${pathname}` } };
}

async function classify(request: IncomingMessage): Promise<Answer> {
  const { authorization = "", "idempotency-key": key } = request.headers;
  if (!/^Bearer \S+$/.test(authorization))
    return { status: 401, body: { error: "A bearer token is needed" } };
  if (typeof key !== "string") return { status: 400, body: { error: "An Idempotency-Key is needed" } };
  const { title, description } = (await json(request)) as { title?: unknown; description?: unknown };
  if (typeof title !== "string") return { status: 422, body: { error: "A title is needed" } };
  const question = JSON.stringify([title, description]);
  const effect = effects.get(key) ?? { key, question, category: categoryOf(title), requests: 0 };
  if (effect.question !== question)
    return { status: 422, body: { error: "The key was used for another question" } };
  effect.requests++;
  effects.set(key, effect);
  return { status: 200, body: { category: effect.category } };
}

function categoryOf(title: string): string {
  const plain = title
    .normalize("NFD")
    .replace(/\p{Mn}/gu, "")
    .toLowerCase();
  const words = new Set(plain.split(/[^a-z]+/));
  const [category] =
    Object.entries(WORDS).find(([, deciding]) => deciding.some((word) => words.has(word))) ?? [];
  return category ?? "general";
}

function listEffects() {
  return [...effects.values()].map(({ key, category, requests }) => ({ key, category, requests }));
}
