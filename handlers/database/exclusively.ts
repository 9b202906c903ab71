import type { Database, Statements } from "../shared/database.ts";

/** Key of the lock that administrators of one database share. */
const LOCK = 7_411_602_026;
const RETRY_MILLISECONDS = 1_000;

/** Somebody else is at work. */
class Locked extends Error {}

/**
 * Does work in a transaction while nobody else does such work in the same database.
 * @param patience milliseconds to wait for others
 * @throws Error when others take longer
 */
export async function exclusively<Result>(
  database: Database,
  work: (tx: Statements) => Promise<Result>,
  patience = 120_000,
): Promise<Result> {
  const end = performance.now() + patience;
  for (;;) {
    try {
      return await database.transaction(async (tx) => {
        const sql = "SELECT pg_try_advisory_xact_lock(:key) AS mine";
        const lock = await tx.one<{ readonly mine: boolean }>(sql, { key: LOCK });
        if (!lock?.mine) throw new Locked("Another deployment or rotation is at work in this database");
        return await work(tx);
      });
    } catch (error) {
      if (!(error instanceof Locked) || performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
    }
  }
}
