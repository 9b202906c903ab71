/** Passwords of database users, as PostgreSQL keeps them: https://www.rfc-editor.org/rfc/rfc5803 */
import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from "node:crypto";

const SCRAM = /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):/;

/** To check a password takes milliseconds by intent; calls of the Data API come with the same one again and again. */
export class CheckedPasswords {
  readonly #right = new Map<string, string>();

  /** Whether this is the user's password, with the verifier that PostgreSQL has now. */
  matches(username: string, password: string, verifier: string | null): boolean {
    const seen = JSON.stringify([password, verifier]);
    if (this.#right.get(username) === seen) return true;
    const matches = passwordMatches(password, verifier);
    if (matches) this.#right.set(username, seen);
    return matches;
  }
}

/** @param verifier `SCRAM-SHA-256$<iterations>:<salt>$<stored key>:<server key>`, from pg_authid */
function passwordMatches(password: string, verifier: string | null): boolean {
  const [, iterations, salt, storedKey] = SCRAM.exec(verifier ?? "") ?? [];
  if (!iterations || !salt || !storedKey) return false;
  const salted = pbkdf2Sync(password, Buffer.from(salt, "base64"), Number(iterations), 32, "sha256");
  const clientKey = createHmac("sha256", salted).update("Client Key").digest();
  const expected = Buffer.from(storedKey, "base64");
  const actual = createHash("sha256").update(clientKey).digest();
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}
