/** What PostgreSQL and the Data API refuse, and what a program can make of it. */

/** SQLSTATEs of what passes by itself: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const BUSY: ReadonlySet<string> = new Set(["40001", "40P01", "53300", "55P03", "57014", "57P01", "57P03"]);

/** Of these, what a transaction meets because of others; it has left nothing behind and can begin anew. */
const CONFLICTS: ReadonlySet<string> = new Set(["40001", "40P01"]);

/** A user, password or secret that is not taken (any longer). */
const AUTHENTICATION: ReadonlySet<string> = new Set(["28000", "28P01"]);

/** A statement that PostgreSQL refused. */
export class SqlError extends Error {
  /** `DatabaseBusy` when it passes by itself. */
  override readonly name: "SqlError" | "DatabaseBusy";
  readonly sqlState: string;
  /** The constraint that was in the way. */
  readonly constraint: string | undefined;

  constructor(message: string, sqlState: string, cause: unknown) {
    super(message, { cause });
    this.name = BUSY.has(sqlState) ? "DatabaseBusy" : "SqlError";
    this.sqlState = sqlState;
    this.constraint = / constraint "([^"]+)"/.exec(message)?.[1];
  }
}

/** The connection failed while a transaction was being committed: it may or may not have been. */
export class UnknownOutcome extends Error {
  override readonly name = "UnknownOutcome";
}

/** Turns the Data API's form of a database error into an `SqlError`; leaves other errors as they are. */
export function asSqlError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const [, sqlState] = /SQLState: ([0-9A-Z]{5})/.exec(error.message) ?? [];
  return sqlState === undefined ? error : new SqlError(error.message, sqlState, error);
}

export function isConflict(error: unknown): boolean {
  return error instanceof SqlError && CONFLICTS.has(error.sqlState);
}

/** Names of errors that say that nothing was carried out, and that the next attempt may do. */
const RESUMING: ReadonlySet<string> = new Set(["DatabaseResumingException", "DatabaseUnavailableException"]);

export function isResuming(error: unknown): boolean {
  return error instanceof Error && RESUMING.has(error.name);
}

/** The place, user or password that was remembered is not the one of today: after a restore, say. */
export function isMisdirected(error: unknown): boolean {
  if (error instanceof SqlError) return AUTHENTICATION.has(error.sqlState);
  if (!(error instanceof Error)) return false;
  return (
    ["DatabaseNotFoundException", "SecretsErrorException", "HttpEndpointNotEnabledException"].includes(
      error.name,
    ) || /^HttpEndpoint is not enabled/.test(error.message)
  );
}

/** How a write ended that a constraint may refuse. */
export type ConstrainedOutcome<Result> =
  | { readonly status: "done"; readonly result: Result }
  | {
      readonly status: "refused";
      readonly reason: "unique" | "missing reference" | "check" | "exclusion" | "not null";
      readonly constraint: string | undefined;
    };

const REASONS = {
  "23502": "not null",
  "23503": "missing reference",
  "23505": "unique",
  "23514": "check",
  "23P01": "exclusion",
} as const;

/** Turns the error of a constraint that did not hold into an outcome. */
export async function constrained<Result>(write: Promise<Result>): Promise<ConstrainedOutcome<Result>> {
  try {
    return { status: "done", result: await write };
  } catch (error) {
    if (!(error instanceof SqlError) || !isConstraint(error.sqlState)) throw error;
    return { status: "refused", reason: REASONS[error.sqlState], constraint: error.constraint };
  }
}

function isConstraint(sqlState: string): sqlState is keyof typeof REASONS {
  return Object.hasOwn(REASONS, sqlState);
}
