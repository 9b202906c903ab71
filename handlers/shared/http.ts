/** Calls to third parties: bounded in time, and tried again when that may help. */

/** An answer of any status, or why there is none. */
export type Reply = Response | Error;

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
 * not followed: a base URL is configuration, and what it redirects to is not.
 */
export async function ask(url: string, init: RequestInit, patience: Patience): Promise<Reply> {
  const { timeoutMs, attempts = 1, pauseMs = 500 } = patience;
  for (let attempt = 1; ; attempt++) {
    const reply = await askOnce(url, init, timeoutMs);
    if (attempt >= attempts || !isTransient(reply)) return reply;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * pauseMs * 2 ** (attempt - 1)));
  }
}

/** Whether the same question may be answered a little later. */
export function isTransient(reply: Reply): boolean {
  return !(reply instanceof Response) || reply.status === 429 || reply.status >= 500;
}

async function askOnce(url: string, init: RequestInit, timeoutMs: number): Promise<Reply> {
  try {
    return await fetch(url, { ...init, redirect: "error", signal: AbortSignal.timeout(timeoutMs) });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
