/** A relational database through the RDS Data API: patience, and transactions. */
import { RDSDataClient } from "@aws-sdk/client-rds-data";
import { clientSettings } from "./aws-client.ts";
import { isConflict, isMisdirected, isResuming } from "./database-errors.ts";
import type { DatabaseSettings } from "./database-settings.ts";
import { begin, commit, rollBack, type Statements, statementsIn } from "./database-statements.ts";
import type { Remembered } from "./remembered.ts";

export interface Database extends Statements {
  /**
   * Carries out all of `work`, or nothing when it throws. It is begun anew, three times at most, when it meets another
   * transaction: it must have no other effects.
   * @throws UnknownOutcome when the connection failed at the very end
   */
  transaction<Result>(work: (tx: Statements) => Promise<Result>): Promise<Result>;
}

export interface DatabaseOptions {
  /**
   * Milliseconds to wait for a database that resumes from its pause, which takes about 15 seconds. Consumers of queues
   * may wait 45,000; an API answers 503 sooner. @default 5000
   */
  readonly waitMilliseconds?: number;
  /** Milliseconds that a statement may take; the Data API ends it after 45 seconds. @default 8000 */
  readonly statementMilliseconds?: number;
}

const DEFAULTS = Object.freeze({ waitMilliseconds: 5_000, statementMilliseconds: 8_000 });
const TRANSACTION_ATTEMPTS = 3;
const FIRST_DELAY = 250;
const LONGEST_DELAY = 2_000;

/** @param settings where it is; read anew when that leads nowhere */
export function connect(settings: Remembered<DatabaseSettings>, options: DatabaseOptions = {}): Database {
  const { waitMilliseconds, statementMilliseconds } = { ...DEFAULTS, ...options };
  // One attempt: a statement whose answer got lost may have been carried out, and must not be repeated blindly.
  const client = new RDSDataClient({ ...clientSettings(statementMilliseconds), maxAttempts: 1 });
  const reach = <Result>(attempt: (where: DatabaseSettings) => Promise<Result>): Promise<Result> =>
    patiently(() => wellDirected(settings, attempt), waitMilliseconds);
  return {
    ...statementsIn((execute) => reach((where) => execute(client, where))),
    async transaction(work) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await inTransaction(client, reach, work);
        } catch (error) {
          if (!isConflict(error) || attempt >= TRANSACTION_ATTEMPTS) throw error;
          await pause(FIRST_DELAY * Math.random() * attempt);
        }
      }
    },
  };
}

async function inTransaction<Result>(
  client: RDSDataClient,
  reach: <Begun>(attempt: (where: DatabaseSettings) => Promise<Begun>) => Promise<Begun>,
  work: (tx: Statements) => Promise<Result>,
): Promise<Result> {
  const { where, transactionId } = await reach(async (found) => ({
    where: found,
    transactionId: await begin(client, found),
  }));
  let result: Result;
  try {
    result = await work(statementsIn((execute) => execute(client, where, transactionId)));
  } catch (error) {
    // A transaction that cannot be rolled back now is by the Data API, three minutes later.
    await rollBack(client, where, transactionId).catch(() => undefined);
    throw error;
  }
  await commit(client, where, transactionId);
  return result;
}

/** Tries once more, with settings read anew, where those that are remembered lead nowhere. */
async function wellDirected<Result>(
  settings: Remembered<DatabaseSettings>,
  attempt: (where: DatabaseSettings) => Promise<Result>,
): Promise<Result> {
  try {
    return await attempt(await settings.read());
  } catch (error) {
    if (!isMisdirected(error)) throw error;
    return await attempt(await settings.refresh());
  }
}

/** Waits for a database that resumes, or fails over. */
async function patiently<Result>(attempt: () => Promise<Result>, milliseconds: number): Promise<Result> {
  const end = performance.now() + milliseconds;
  for (let delay = FIRST_DELAY; ; delay = Math.min(2 * delay, LONGEST_DELAY)) {
    try {
      return await attempt();
    } catch (error) {
      if (!isResuming(error) || performance.now() + delay > end) throw error;
      await pause(delay);
    }
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
