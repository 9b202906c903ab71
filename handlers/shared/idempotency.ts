/**
 * Repeated requests have one effect: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 *
 * The record of a request is written in the very transaction that has its effect. So there is never an effect without a
 * record, nor a record without its effect, wherever the function dies.
 */
import { createHash } from "node:crypto";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import type { Key, Table, TransactWrite } from "./dynamo.ts";
import { contended, pauseAfter, TRANSACT_ATTEMPTS, transact } from "./dynamo.ts";
import { badRequest, conflict, unprocessable } from "./problem.ts";
import type { ApiRequest } from "./request.ts";
import { header } from "./request.ts";
import type { ApiResponse } from "./response.ts";

const VISIBLE = /^[\x21-\x7e]{1,255}$/;
const STRUCTURED_STRING = /^"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"$/;

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
  if (isRepeated) throw conflict("The same request is being carried out. Try again shortly.");
  throw contended();
}

/** The record of a request's key; keys of other callers and other routes are other keys. */
function recordKey(request: ApiRequest): Key | undefined {
  const value = header(request, "idempotency-key");
  if (value === undefined) return undefined;
  const key = STRUCTURED_STRING.test(value) ? value.slice(1, -1).replace(/\\(["\\])/g, "$1") : value;
  if (!VISIBLE.test(key)) {
    throw badRequest("The header Idempotency-Key is not valid.", [
      {
        parameter: "idempotency-key",
        detail: "must be 1 to 255 visible ASCII characters",
        code: "invalid_key",
      },
    ]);
  }
  return { pk: `IDEMPOTENCY#${hash(request.route, request.caller, key)}`, sk: "IDEMPOTENCY" };
}

/** What makes two requests the same: their path, query, content type and body. */
function fingerprint({ url, query, headers, body }: ApiRequest): string {
  const { pathname } = new URL(url);
  return hash(pathname, JSON.stringify([...query].sort()), headers.get("content-type")?.join() ?? "", body);
}

function hash(...parts: readonly (string | Buffer)[]): string {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(`${Buffer.byteLength(part)}:`).update(part);
  return digest.digest("base64url");
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
  if (Item.fingerprint !== fingerprint(request)) {
    throw unprocessable("This Idempotency-Key was used for another request. Use a new key.");
  }
  const first = JSON.parse(Item.response) as ApiResponse;
  return { ...first, headers: { ...first.headers, "idempotency-replayed": "true" } };
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
