/** The users of a database: the application logs in as one of two, which have what the role `app` was granted. */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import type { Statements } from "../shared/database.ts";
import type { Parameters } from "../shared/database-values.ts";

/** What a secret holds. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** The role that migrations grant the application's permissions to. Nobody logs in as it. */
export const APP_ROLE = "app";

/** Longer than any statement of an API may take, shorter than the Data API waits. */
const STATEMENT_TIMEOUT = "30s";

const PASSWORD_BYTES = 32;

/** PostgreSQL's own choices: https://www.postgresql.org/docs/current/auth-password.html */
const SCRAM = { iterations: 4096, saltBytes: 16, keyBytes: 32 };

/** The one of the two users that `username` is not. */
export function alternateOf(username: string, appUser: string): string {
  return username === appUser ? `${appUser}_clone` : appUser;
}

export function newPassword(): string {
  return randomBytes(PASSWORD_BYTES).toString("base64url");
}

/** Makes the role and both users, without passwords; leaves those that are there as they are. */
export async function createUsers(tx: Statements, appUser: string): Promise<void> {
  await createRole(tx, APP_ROLE, "CREATE ROLE %I NOLOGIN");
  for (const user of [appUser, alternateOf(appUser, appUser)]) {
    await createRole(tx, user, "CREATE ROLE %I LOGIN");
    await administer(tx, "GRANT %I TO %I", { a: APP_ROLE, b: user });
    await administer(tx, "ALTER ROLE %I SET statement_timeout = %L", { a: user, b: STATEMENT_TIMEOUT });
  }
}

/** PostgreSQL gets what it needs to check the password, never the password itself: statements may be logged. */
export async function setPassword(tx: Statements, { username, password }: Credentials): Promise<void> {
  await administer(tx, "ALTER ROLE %I PASSWORD %L", { a: username, b: verifierOf(password) });
}

/** Whether the user is there, may log in, and has the application's permissions. */
export async function canServe(database: Statements, username: string): Promise<boolean> {
  const row = await database.one<{ readonly serves: boolean }>(
    `SELECT rolcanlogin AND (rolvaliduntil IS NULL OR rolvaliduntil > now())
       AND pg_has_role(rolname, :role, 'MEMBER') AS serves
     FROM pg_roles WHERE rolname = :username`,
    { username, role: APP_ROLE },
  );
  return row?.serves ?? false;
}

async function createRole(tx: Statements, role: string, template: string): Promise<void> {
  const known = await tx.one("SELECT 1 AS known FROM pg_roles WHERE rolname = :role", { role });
  if (!known) await administer(tx, template, { a: role, b: "" });
}

/** Commands take no parameters: PostgreSQL itself quotes the values, as names (`%I`) or texts (`%L`), and carries it out. */
async function administer(tx: Statements, template: string, values: Parameters): Promise<void> {
  await tx.query("SELECT set_config('database.command', format(:template, :a, :b), true)", {
    template,
    ...values,
  });
  await tx.change("DO $$ BEGIN EXECUTE current_setting('database.command'); END $$");
}

/** https://www.rfc-editor.org/rfc/rfc5803 */
function verifierOf(password: string): string {
  const { iterations, saltBytes, keyBytes } = SCRAM;
  const salt = randomBytes(saltBytes);
  const salted = pbkdf2Sync(password, salt, iterations, keyBytes, "sha256");
  const keyOf = (purpose: string): Buffer => createHmac("sha256", salted).update(purpose).digest();
  const storedKey = createHash("sha256").update(keyOf("Client Key")).digest("base64");
  const serverKey = keyOf("Server Key").toString("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}
