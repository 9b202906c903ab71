/** Passwords of database users, as PostgreSQL keeps them: https://www.rfc-editor.org/rfc/rfc5803 */
import { createHash, createHmac, pbkdf2Sync, timingSafeEqual } from "node:crypto";

const SCRAM = /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):/;

/** @param verifier `SCRAM-SHA-256$<iterations>:<salt>$<stored key>:<server key>`, from pg_authid */
export function passwordMatches(password: string, verifier: string | null): boolean {
  const [, iterations, salt, storedKey] = SCRAM.exec(verifier ?? "") ?? [];
  if (!iterations || !salt || !storedKey) return false;
  const salted = pbkdf2Sync(password, Buffer.from(salt, "base64"), Number(iterations), 32, "sha256");
  const clientKey = createHmac("sha256", salted).update("Client Key").digest();
  const expected = Buffer.from(storedKey, "base64");
  const actual = createHash("sha256").update(clientKey).digest();
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}
