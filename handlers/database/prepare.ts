import { randomUUID } from "node:crypto";
import type { Database } from "../shared/database.ts";
import { SqlError } from "../shared/database-errors.ts";
import type { Administration } from "./administration.ts";
import type { AppSecret } from "./app-secret.ts";
import { exclusively } from "./exclusively.ts";
import { type Migration, migrate } from "./migrate.ts";
import { createUsers, newPassword, setPassword } from "./users.ts";

/**
 * Does what is not done yet; to be called as often as one likes.
 * @returns the names of the migrations that were applied
 */
export async function prepare(
  { master, app, secret, appUser }: Administration,
  migrations: readonly Migration[],
): Promise<string[]> {
  await exclusively(master, (tx) => createUsers(tx, appUser));
  if (!(await secret.read())) await firstPassword(master, secret, appUser);
  else if (!(await isTaken(app))) await takeOver(master, secret);
  return migrate(master, migrations);
}

/** The password is nowhere but in the secret and, as what it takes to check it, in the database. */
async function firstPassword(master: Database, secret: AppSecret, username: string): Promise<void> {
  await exclusively(master, async (tx) => {
    if (await secret.read()) return;
    const credentials = { username, password: newPassword() };
    await setPassword(tx, credentials);
    await secret.write(randomUUID(), credentials, "AWSCURRENT");
  });
}

/** A cluster that was restored knows the passwords of its snapshot. */
async function takeOver(master: Database, secret: AppSecret): Promise<void> {
  await exclusively(master, async (tx) => {
    const credentials = await secret.read();
    if (credentials) await setPassword(tx, credentials);
  });
}

async function isTaken(app: Database): Promise<boolean> {
  try {
    await app.one("SELECT 1 AS one");
    return true;
  } catch (error) {
    if (error instanceof SqlError && error.sqlState === "28P01") return false;
    throw error;
  }
}
