/**
 * Repeated requests have one effect: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 *
 * The record of a request is written in the very transaction that has its effect. So there is never an effect without a
 * record, nor a record without its effect, wherever the function dies.
 */
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import type { Key, Table, TransactWrite } from "./dynamo.ts";
import { contended, pauseAfter, TRANSACT_ATTEMPTS, transact } from "./dynamo.ts";
import { fingerprint, repeatKey, replayed, stillRunning } from "./repeats.ts";
import type { ApiRequest } from "./request.ts";
import type { ApiResponse } from "./response.ts";

/** What a request does, and what it answers once that is done. */
export interface Effect {
  readonly writes: readonly TransactWrite[];
  readonly response: ApiResponse;
  /** The error to answer with when a condition of the writes does not hold. */
  readonly refused?: () => Error;
}

export interface OnceOptions {
  /** How long a repeated request is answered as the first one was. @default 24 hours */
  readonly lifetimeSeconds?: number;
  /** @default the current time */
  readonly now?: Date;
}

/**
 * Carries out a request that creates something; when it has an Idempotency-Key, at most once for that key.
 * @param effect decides what to do; asked when there is no earlier answer to repeat, and again when another transaction
 * was in the way, since that may have changed what there is to decide
 * @throws Problem 422 when the key belongs to another request, 409 when its first request is still being carried out,
 * 503 when other transactions stay in the way
 */
export async function once(
  request: ApiRequest,
  table: Table,
  effect: () => Effect | Promise<Effect>,
  { lifetimeSeconds = 24 * 60 * 60, now = new Date() }: OnceOptions = {},
): Promise<ApiResponse> {
  const key = recordKey(request);
  const seconds = Math.floor(now.getTime() / 1000);
  let isRepeated = false;
  for (let attempt = 1; attempt <= TRANSACT_ATTEMPTS; attempt++) {
    const replay = key && (await findRecord(request, table, key, seconds));
    if (replay) return replay;
    let planned: Effect;
    try {
      planned = await effect();
    } catch (error) {
      // The first request may have been carried out meanwhile, and be what is in the way of this one.
      const first = key && (await findRecord(request, table, key, seconds));
      if (first) return first;
      throw error;
    }
    const { writes, response, refused } = planned;
    const record = key ? [putRecord(request, table, key, response, seconds, lifetimeSeconds)] : [];
    const outcome = await transact(table, [...writes, ...record]);
    if (outcome.status === "committed") return response;
    if (outcome.status === "refused" && !outcome.refused.includes(writes.length)) {
      throw refused?.() ?? new Error("A condition without an answer did not hold");
    }
    isRepeated = outcome.status === "refused" || outcome.conflicting.includes(writes.length);
    await pauseAfter(attempt);
  }
  if (isRepeated) throw stillRunning();
  throw contended();
}

/** The record of a request's key; keys of other callers and other routes are other keys. */
function recordKey(request: ApiRequest): Key | undefined {
  const key = repeatKey(request);
  return key === undefined ? undefined : { pk: `IDEMPOTENCY#${key}`, sk: "IDEMPOTENCY" };
}

/** DynamoDB deletes expired items late, so they are passed over here. */
async function findRecord(
  request: ApiRequest,
  { client, name }: Table,
  key: Key,
  seconds: number,
): Promise<ApiResponse | undefined> {
  const { Item } = await client.send(new GetCommand({ TableName: name, Key: key, ConsistentRead: true }));
  if (!Item || Item.expiresAt <= seconds) return undefined;
  return replayed(request, Item.fingerprint, Item.response);
}

function putRecord(
  request: ApiRequest,
  { name }: Table,
  key: Key,
  response: ApiResponse,
  seconds: number,
  lifetimeSeconds: number,
): TransactWrite {
  return {
    Put: {
      TableName: name,
      Item: {
        ...key,
        fingerprint: fingerprint(request),
        response: JSON.stringify(response),
        expiresAt: seconds + lifetimeSeconds,
      },
      ConditionExpression: "attribute_not_exists(pk) OR expiresAt <= :now",
      ExpressionAttributeValues: { ":now": seconds },
    },
  };
}
