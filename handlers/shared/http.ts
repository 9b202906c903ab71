/** Calls to third parties: bounded in time, and tried again when that may help. */
import type { IncomingMessage } from "node:http";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { text } from "node:stream/consumers";

export interface Question {
  /** @default GET */
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** An answer of any status, or why there is none. */
export type Reply = Answer | Error;

export interface Patience {
  /** Milliseconds until one attempt is given up. */
  readonly timeoutMs: number;
  /** @default 1 */
  readonly attempts?: number;
  /** Longest pause before the second attempt, in milliseconds; it doubles with each. @default 500 */
  readonly pauseMs?: number;
}

/**
 * Asks a third party, again after a random pause (full jitter) while it is busy, broken or out of reach. Redirects are
 * not followed: a base URL is configuration, and what it redirects to is not. (`fetch` would load undici: 25 ms of a cold
 * start, when Node's older client is there already for AWS.)
 */
export async function ask(url: string, question: Question, patience: Patience): Promise<Reply> {
  const { timeoutMs, attempts = 1, pauseMs = 500 } = patience;
  for (let attempt = 1; ; attempt++) {
    const reply = await askOnce(url, question, timeoutMs);
    if (attempt >= attempts || !isTransient(reply)) return reply;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * pauseMs * 2 ** (attempt - 1)));
  }
}

export function isOk({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

/** Whether the same question may be answered a little later. */
export function isTransient(reply: Reply): boolean {
  return reply instanceof Error || reply.status === 429 || reply.status >= 500;
}

async function askOnce(url: string, question: Question, timeoutMs: number): Promise<Reply> {
  try {
    const response = await send(url, question, AbortSignal.timeout(timeoutMs));
    return { status: response.statusCode ?? 0, body: await text(response) };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** The answer, once its headers are there. */
function send(
  url: string,
  { method = "GET", headers = {}, body }: Question,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const request = url.startsWith("https:") ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    request(url, { method, headers, signal }, resolve).on("error", reject).end(body);
  });
}
