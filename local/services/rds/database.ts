/** One database of a cluster: statements one after the other, transactions that keep the others waiting. */
import { randomBytes } from "node:crypto";
import type { Clock, Timer } from "../../core/clock.ts";
import { AwsError } from "../../core/errors.ts";
import type { Postgres, PostgresResult } from "../../real-parts/postgres.ts";

/** https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.html */
const IDLE_MILLISECONDS = 3 * 60_000;
const LONGEST_MILLISECONDS = 24 * 60 * 60_000;
const STATEMENT_MILLISECONDS = 45_000;

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly (string | null)[];
  readonly types: readonly number[];
}

/** Who carries out statements. */
export interface Caller {
  readonly user: string;
  /**
   * Where the user's password was found. A transaction belongs to it rather than to the user: its connection stays open
   * when the secret gets another user meanwhile. (AWS's pages do not say so; its pool knows connections by secret.)
   */
  readonly secretArn: string;
  /**
   * Calls `task` when the caller can carry on with nothing any more: its execution environment has ended. Undefined for
   * callers that are no function.
   */
  readonly onEnd?: (task: () => void) => { cancel(): void };
}

interface Transaction {
  readonly id: string;
  readonly secretArn: string;
  readonly startedAt: number;
  readonly release: () => void;
  /** Listens for the end of who began it. */
  listener?: { cancel(): void } | undefined;
  idle: Timer;
}

export class Database {
  readonly #clock: Clock;
  readonly #postgres: Postgres;
  #turn: Promise<unknown> = Promise.resolve();
  #transaction: Transaction | undefined;
  #waiting = 0;

  constructor(clock: Clock, postgres: Postgres) {
    this.#clock = clock;
    this.#postgres = postgres;
  }

  /** Whether a statement is being carried out or waits for its turn. */
  get busy(): boolean {
    return this.#waiting > 0;
  }

  /** A statement of the local cloud itself. */
  query(sql: string, parameters: readonly string[] = []): Promise<PostgresResult> {
    return this.#inTurn(async () => {
      await this.#postgres.query("SET SESSION AUTHORIZATION postgres");
      return this.#postgres.query(
        sql,
        parameters,
        parameters.map(() => 0),
      );
    });
  }

  /**
   * Carries out statements as a user, in a transaction that was begun or in one of their own.
   * @throws AwsError TransactionNotFoundException, StatementTimeoutException
   * @throws PostgresError when PostgreSQL refuses one
   */
  async execute(
    { user, secretArn }: Caller,
    statements: readonly Statement[],
    transactionId: string | undefined,
  ): Promise<PostgresResult[]> {
    if (transactionId !== undefined) return this.#executeIn(this.#find(secretArn, transactionId), statements);
    return this.#inTurn(async () => {
      await this.#become(user);
      const together = statements.length > 1;
      if (together) await this.#postgres.query("BEGIN");
      try {
        const results = await this.#all(statements);
        if (together) await this.#postgres.query("COMMIT");
        return results;
      } catch (error) {
        if (together) await this.#postgres.query("ROLLBACK");
        throw error;
      }
    });
  }

  /** @returns the transaction's id */
  async begin({ user, secretArn, onEnd }: Caller): Promise<string> {
    const id = randomBytes(32).toString("base64");
    await new Promise<void>((begun, failed) => {
      void this.#inTurn(
        () =>
          new Promise<void>((release) => {
            const start = async () => {
              await this.#become(user);
              await this.#postgres.query("BEGIN");
              const startedAt = this.#clock.now();
              const idle = this.#expireLater(secretArn, id);
              const transaction: Transaction = { id, secretArn, startedAt, release, idle };
              this.#transaction = transaction;
              // The Data API would keep its locks for those three minutes, and let everybody else go on meanwhile.
              transaction.listener = onEnd?.(() => this.#abandon(secretArn, id));
            };
            start().then(begun, (error: unknown) => {
              release();
              failed(error);
            });
          }),
      ).catch(failed);
    });
    return id;
  }

  /** Ends a transaction, in whatever way. */
  async end(secretArn: string, transactionId: string, how: "COMMIT" | "ROLLBACK"): Promise<void> {
    const transaction = this.#find(secretArn, transactionId);
    transaction.idle.cancel();
    transaction.listener?.cancel();
    this.#transaction = undefined;
    try {
      await this.#postgres.query(how);
    } finally {
      transaction.release();
    }
  }

  async #executeIn(transaction: Transaction, statements: readonly Statement[]): Promise<PostgresResult[]> {
    transaction.idle.cancel();
    try {
      return await this.#all(statements);
    } finally {
      transaction.idle = this.#expireLater(transaction.secretArn, transaction.id);
    }
  }

  async #all(statements: readonly Statement[]): Promise<PostgresResult[]> {
    const results: PostgresResult[] = [];
    for (const { sql, parameters, types } of statements) {
      results.push(await this.#postgres.query(sql, parameters, types));
    }
    return results;
  }

  /** What a statement before has set is forgotten: the Data API gives each call any connection of its pool. */
  async #become(user: string): Promise<void> {
    await this.#postgres.query("SET SESSION AUTHORIZATION postgres");
    await this.#postgres.query("RESET ALL");
    await this.#postgres.query(`SET SESSION AUTHORIZATION "${user.replaceAll('"', '""')}"`);
  }

  #find(secretArn: string, id: string): Transaction {
    const transaction = this.#transaction;
    const isOpen = transaction && this.#clock.now() - transaction.startedAt < LONGEST_MILLISECONDS;
    if (isOpen && transaction.id === id && transaction.secretArn === secretArn) return transaction;
    throw new AwsError("TransactionNotFoundException", `Transaction ${id} is not found`, 404);
  }

  #expireLater(secretArn: string, id: string): Timer {
    return this.#clock.after(IDLE_MILLISECONDS, () => this.#abandon(secretArn, id));
  }

  #abandon(secretArn: string, id: string): void {
    if (this.#transaction?.id === id) void this.end(secretArn, id, "ROLLBACK").catch(() => undefined);
  }

  /** PGlite has one session: everybody waits for the transaction that is open. */
  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    let isLate = false;
    let timer: Timer | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = this.#clock.elapse(STATEMENT_MILLISECONDS, () => {
        isLate = true;
        const message = "Request timed out: the statement waited for an open transaction of another caller.";
        reject(new AwsError("StatementTimeoutException", message));
      });
    });
    this.#waiting++;
    const before = this.#turn;
    const done = before.then(() => {
      timer?.cancel();
      return isLate ? undefined : work();
    });
    this.#turn = done
      .catch(() => undefined)
      .finally(() => {
        if (--this.#waiting === 0) this.#postgres.rest();
      });
    return Promise.race([done as Promise<Result>, late]);
  }
}
