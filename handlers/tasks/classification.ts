/** The external service that says what a task is about. */
import type { Question as HttpQuestion, Reply } from "../shared/http.ts";
import { ask, isOk } from "../shared/http.ts";
import type { Secret } from "../shared/secrets.ts";

/** What is asked. */
export interface Question {
  readonly eventId: string;
  readonly correlationId: string;
  readonly title: string;
  readonly description?: string;
}

/** Says what a task is about; undefined when the service will never say. */
export type Classify = (question: Question) => Promise<string | undefined>;

/** Two attempts, and one more with a fresh credential, end within 10 s. */
const TIMEOUT_MS = 2000;
const PAUSE_MS = 500;

/** The service understood the question and will not answer it: asking again changes nothing. */
const REFUSALS: readonly number[] = [400, 413, 422];

/**
 * A client of the service. It asks once more after a short random pause when the service is busy, broken or out of
 * reach, and once more with a fresh credential on 401. The eventId goes along as the Idempotency-Key, so that however
 * often a task is asked about, the service counts it once.
 * @param baseUrl without a trailing slash
 * @throws Error when there is no answer for now: the queue delivers the task again, and gives up on it in the end
 */
export function classificationClient(baseUrl: string, credential: Secret, timeoutMs = TIMEOUT_MS): Classify {
  const patience = { timeoutMs, attempts: 2, pauseMs: PAUSE_MS };
  return async (about) => {
    const first = await ask(...question(baseUrl, await credential.read(), about), patience);
    if (first instanceof Error || first.status !== 401) return read(first);
    return read(await ask(...question(baseUrl, await credential.refresh(), about), { timeoutMs }));
  };
}

function question(
  baseUrl: string,
  credential: string,
  { eventId, correlationId, title, description }: Question,
): readonly [string, HttpQuestion] {
  const headers = {
    authorization: `Bearer ${credential}`,
    "content-type": "application/json",
    "idempotency-key": eventId,
    "x-request-id": correlationId,
  };
  const body = JSON.stringify({ title, description });
  return [`${baseUrl}/v1/classifications`, { method: "POST", headers, body }];
}

function read(reply: Reply): string | undefined {
  if (reply instanceof Error) throw new Error("The classification service is out of reach", { cause: reply });
  if (REFUSALS.includes(reply.status)) return undefined;
  if (!isOk(reply)) throw new Error(`The classification service answered ${reply.status}`);
  const { category } = JSON.parse(reply.body) as { category?: unknown };
  if (typeof category !== "string" || !/^[\p{L}\p{N}][\p{L}\p{N} _-]{0,49}$/u.test(category)) {
    throw new Error("The classification service answered without a category");
  }
  return category;
}
