/** Cursors of lists: opaque, unforgeable, and good for one query only. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import type { Key } from "./dynamo.ts";
import { badRequest } from "./problem.ts";
import type { Secret } from "./secrets.ts";

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const LIFETIME_MS = 24 * 60 * 60_000;

/** Longest cursor that is looked at. */
export const MAX_CURSOR_LENGTH = 2048;

/**
 * Encrypts and signs where the next page starts.
 * @param scope the query that it belongs to: route and filters
 */
export async function sealCursor(secret: Secret, scope: string, start: Key, now: Date): Promise<string> {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, keyFrom(await secret.read()), nonce).setAAD(Buffer.from(scope));
  const content = JSON.stringify({ start, expires: now.getTime() + LIFETIME_MS });
  const sealed = Buffer.concat([nonce, cipher.update(content, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return sealed.toString("base64url");
}

/**
 * Where the page of a cursor starts.
 * @throws Problem 400 when it was forged, belongs to another query or is older than 24 hours
 */
export async function openCursor(secret: Secret, scope: string, cursor: string, now: Date): Promise<Key> {
  const opened = cursor.length <= MAX_CURSOR_LENGTH ? await decrypt(secret, scope, cursor) : undefined;
  if (opened === undefined || opened.expires <= now.getTime()) {
    throw badRequest("The cursor is not valid for this query. Start again without it.", [
      { parameter: "cursor", detail: "must be the nextCursor of the same query", code: "invalid_cursor" },
    ]);
  }
  return opened.start;
}

interface Content {
  readonly start: Key;
  readonly expires: number;
}

/** Tries the current key once more when the remembered one does not fit: it may have been rotated since. */
async function decrypt(secret: Secret, scope: string, cursor: string): Promise<Content | undefined> {
  const sealed = Buffer.from(cursor, "base64url");
  if (sealed.length <= NONCE_BYTES + TAG_BYTES || sealed.toString("base64url") !== cursor) return undefined;
  return (
    decryptWith(await secret.read(), scope, sealed) ?? decryptWith(await secret.refresh(), scope, sealed)
  );
}

function decryptWith(key: string, scope: string, sealed: Buffer): Content | undefined {
  const decipher = createDecipheriv(CIPHER, keyFrom(key), sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
    .setAAD(Buffer.from(scope))
    .setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    const content = Buffer.concat([
      decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)),
      decipher.final(),
    ]);
    return JSON.parse(content.toString("utf8")) as Content;
  } catch {
    return undefined;
  }
}

function keyFrom(secret: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", secret, "", "list cursor", 32));
}
