/** PGlite (PostgreSQL in WebAssembly), started when it is needed: it takes three seconds and 400 MB. */
import { mkdirSync } from "node:fs";
import { Worker } from "node:worker_threads";

export interface PostgresQuestion {
  readonly id: number;
  readonly sql: string;
  /** As PostgreSQL reads them; null for NULL. */
  readonly parameters: readonly (string | null)[];
  /** Object ids of the parameters' types. */
  readonly types: readonly number[];
}

export interface PostgresResult {
  /** Values as PostgreSQL writes them. */
  readonly rows: readonly (readonly (string | null)[])[];
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[];
  readonly affectedRows: number;
}

export interface PostgresFailure {
  readonly message: string;
  /** SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
  readonly code: string;
  readonly position?: string | undefined;
}

export interface PostgresAnswer {
  /** That of the question; 0 says that PostgreSQL is ready. */
  readonly id: number;
  readonly result?: PostgresResult;
  readonly error?: PostgresFailure;
}

/** What PostgreSQL says of a statement that fails. */
export class PostgresError extends Error {
  readonly failure: PostgresFailure;

  constructor(failure: PostgresFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

interface Waiting {
  readonly resolve: (result: PostgresResult) => void;
  readonly reject: (error: Error) => void;
}

export class Postgres {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ready: Promise<void>;
  #last = 0;

  /** @param folder where the data are kept */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#worker = new Worker(new URL("./postgres-worker.ts", import.meta.url), { workerData: folder });
    this.#worker.unref();
    this.#ready = new Promise((resolve, reject) => {
      this.#worker.on("message", (answer: PostgresAnswer) => {
        if (answer.id === 0) resolve();
        else this.#settle(answer);
      });
      this.#worker.on("error", (error) => {
        reject(error);
        this.#fail(error instanceof Error ? error : new Error(String(error)));
      });
      this.#worker.on("exit", () => this.#fail(new Error("PostgreSQL has ended")));
    });
    this.#ready.catch(() => undefined);
  }

  /** Resolves when statements can be carried out. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  /**
   * Carries out one statement, after those that were asked for before.
   * @throws PostgresError when PostgreSQL refuses it
   */
  async query(
    sql: string,
    parameters: readonly (string | null)[] = [],
    types: readonly number[] = [],
  ): Promise<PostgresResult> {
    await this.#ready;
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, sql, parameters, types } satisfies PostgresQuestion);
    });
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle({ id, result, error }: PostgresAnswer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (result) waiting?.resolve(result);
    else if (error) waiting?.reject(new PostgresError(error));
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
