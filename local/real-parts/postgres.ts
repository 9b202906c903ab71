/**
 * PGlite (PostgreSQL in WebAssembly). It runs while there is something to do and for a while longer: it takes 400 MB, and
 * a quarter of a second to start (the very first time, when its files are made, seconds).
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

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

/** It is stopped, or was killed. */
export class PostgresEnded extends Error {
  constructor() {
    super("PostgreSQL has ended");
  }
}

/** Real time without a statement after which it ends, until the next one. */
const IDLE_MILLISECONDS = 30_000;

interface Waiting {
  readonly resolve: (result: PostgresResult) => void;
  readonly reject: (error: Error) => void;
}

export class Postgres {
  readonly #folder: string;
  #session: Session | undefined;
  /** Settles when the last session has ended: two must not write the same files. */
  #ended: Promise<void> = Promise.resolve();
  #idle: NodeJS.Timeout | undefined;
  #isOver = false;

  /** @param folder where the data are kept */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Carries out one statement, after those that were asked for before.
   * @throws PostgresError when PostgreSQL refuses it; PostgresEnded when it is stopped meanwhile, or for good
   */
  async query(
    sql: string,
    parameters: readonly (string | null)[] = [],
    types: readonly number[] = [],
  ): Promise<PostgresResult> {
    if (this.#isOver) throw new PostgresEnded();
    clearTimeout(this.#idle);
    this.#session ??= this.#begin();
    return this.#session.query(sql, parameters, types);
  }

  /** To be called when nothing is under way, no transaction either: what a session remembers may be lost from now on. */
  rest(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.stop(), IDLE_MILLISECONDS).unref();
  }

  /** Ends it for good. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.stop();
  }

  /** Ends it until the next statement. */
  async stop(): Promise<void> {
    clearTimeout(this.#idle);
    const session = this.#session;
    this.#session = undefined;
    if (session) this.#ended = session.end();
    await this.#ended;
  }

  #begin(): Session {
    const session = new Session(this.#folder, this.#ended, () => {
      if (this.#session === session) this.#session = undefined;
    });
    return session;
  }
}

const PROGRAM = fileURLToPath(new URL("./postgres-process.ts", import.meta.url));

/** One run of PostgreSQL. */
class Session {
  readonly #process: Promise<ChildProcess>;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  /** @param ended called when it ends, whyever */
  constructor(folder: string, before: Promise<void>, ended: () => void) {
    this.#process = before.then(() => this.#start(folder, ended));
    this.#process.catch(() => undefined);
  }

  async query(
    sql: string,
    parameters: readonly (string | null)[],
    types: readonly number[],
  ): Promise<PostgresResult> {
    const child = await this.#process;
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      child.send({ id, sql, parameters, types } satisfies PostgresQuestion);
    });
  }

  /** What it was asked for before is not waited for. */
  async end(): Promise<void> {
    const child = await this.#process.catch(() => undefined);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, "close");
    child.kill("SIGKILL");
    await closed;
  }

  #start(folder: string, ended: () => void): Promise<ChildProcess> {
    mkdirSync(folder, { recursive: true });
    const child = fork(PROGRAM, [folder], {
      // Ctrl-C reaches only us.
      detached: true,
      // V8's optimizing compiler would take 400 MB and half a second of both processors, and save a tenth of the time of
      // a statement, after some thousand of them.
      execArgv: [...process.execArgv, "--liftoff-only"],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    child.unref();
    child.channel?.unref();
    return new Promise((resolve, reject) => {
      child.on("message", (answer: PostgresAnswer) => {
        if (answer.id === 0) resolve(child);
        else this.#settle(answer);
      });
      child.on("error", reject);
      child.once("close", () => {
        ended();
        const error = new PostgresEnded();
        reject(error);
        for (const waiting of this.#waiting.values()) waiting.reject(error);
        this.#waiting.clear();
      });
    });
  }

  #settle({ id, result, error }: PostgresAnswer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (result) waiting?.resolve(result);
    else if (error) waiting?.reject(new PostgresError(error));
  }
}
