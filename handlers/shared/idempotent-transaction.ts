/**
 * Repeated requests have one effect in a relational database, too: the answer is kept in the table `idempotency_records`,
 * written in the transaction of the effect.
 */
import type { Database, Statements } from "./database.ts";
import { fingerprint, repeatKey, replayed, stillRunning } from "./repeats.ts";
import type { ApiRequest } from "./request.ts";
import type { ApiResponse } from "./response.ts";

const LIFETIME_MS = 24 * 60 * 60_000;

/** The lock ends with the transaction, also when the function dies. */
const FIND = `
  SELECT pg_try_advisory_xact_lock(hashtextextended(:key, 0)) AS free, record.fingerprint, record.response
  FROM (SELECT 1) AS always
  LEFT JOIN idempotency_records AS record ON record.key = :key AND record.expires_at > :now`;

/** Some expired records leave with each new one, so that the table does not grow for ever. */
const KEEP = `
  WITH tidied AS (
    DELETE FROM idempotency_records WHERE key IN (
      SELECT key FROM idempotency_records WHERE expires_at <= :now AND key <> :key
      ORDER BY expires_at LIMIT 5 FOR UPDATE SKIP LOCKED))
  INSERT INTO idempotency_records (key, fingerprint, response, expires_at)
  VALUES (:key, :fingerprint, :response, :expiresAt)
  ON CONFLICT (key) DO UPDATE SET
    fingerprint = EXCLUDED.fingerprint, response = EXCLUDED.response, expires_at = EXCLUDED.expires_at
  WHERE idempotency_records.expires_at <= :now`;

interface Found {
  readonly free: boolean;
  readonly fingerprint: string | null;
  readonly response: string | null;
}

/** Carries out a transaction; `publishing` does, too, with its database and wake-up bound. */
export type Transact = <Result>(work: (tx: Statements) => Promise<Result>) => Promise<Result>;

/**
 * Carries out a request that creates something; when it has an Idempotency-Key, at most once for that key in 24 hours.
 * @param effect makes the changes and tells the answer; undone when it throws
 * @throws Problem 422 when the key belongs to another request, 409 when its first request is still being carried out
 */
export function onceInTransaction(
  request: ApiRequest,
  transact: Transact | Database["transaction"],
  effect: (tx: Statements) => Promise<ApiResponse>,
  now = new Date(),
): Promise<ApiResponse> {
  const key = repeatKey(request);
  if (key === undefined) return transact(effect);
  return transact(async (tx) => {
    const found = await tx.one<Found>(FIND, { key, now });
    if (!found?.free) throw stillRunning();
    if (found.fingerprint !== null && found.response !== null) {
      return replayed(request, found.fingerprint, found.response);
    }
    const response = await effect(tx);
    const kept = await tx.change(KEEP, {
      key,
      fingerprint: fingerprint(request),
      response: JSON.stringify(response),
      expiresAt: new Date(now.getTime() + LIFETIME_MS),
      now,
    });
    // Somebody else's was committed after this transaction had looked for it.
    if (kept === 0) throw stillRunning();
    return response;
  });
}
