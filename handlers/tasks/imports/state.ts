/** What the steps of the import workflow hand on. Every step gets `{ execution, state }` and returns the next state. */
import type { UnreadableFile } from "./unreadable-file.ts";

/** The input of a step. */
export interface Step<State> {
  /** Id of the workflow's execution (`$$.Execution.Id`). */
  readonly execution: string;
  readonly state: State;
}

export interface RowError {
  /** Line where the row begins, from 1. */
  readonly line: number;
  readonly reason: string;
}

/** The first of them are reported; with these, a state stays far below the 256 KB that Step Functions allows. */
export const MAX_ERRORS = 100;

/** A place in the file between two rows. */
export interface Position {
  /** Bytes before it. */
  readonly offset: number;
  /** Line that begins there, from 1. */
  readonly line: number;
}

/** Totals since the beginning of the import, so that a step that is repeated counts nothing twice. */
export interface Totals {
  readonly created: number;
  readonly rejected: number;
  readonly errors: readonly RowError[];
}

/** How far an import has come. */
export interface ImportProgress extends Position, Totals {}

/** The state of an import under way. */
export interface ImportState extends ImportProgress {
  readonly action: "import";
  readonly importId: string;
  readonly correlationId: string;
  readonly key: string;
  /** The version of the file that is read. */
  readonly etag: string;
  readonly size: number;
  /** Columns in the order of the file. */
  readonly columns: readonly string[];
  /** When the import began; dates are judged by it. */
  readonly startedAt: string;
  readonly done: boolean;
}

/** The event is none to act on. */
export interface Skip {
  readonly action: "skip";
  readonly reason: string;
}

/** The file cannot be imported, or no further. */
export interface Failure extends Totals {
  readonly action: "fail";
  readonly importId: string;
  /** For people. */
  readonly reason: string;
}

/** The failure of an import that came so far. */
export function failure(
  importId: string,
  { created, rejected, errors }: Totals,
  { message, line }: UnreadableFile,
): Failure {
  const all = [...errors, { line, reason: message }].slice(-MAX_ERRORS);
  return { action: "fail", importId, reason: message, created, rejected, errors: all };
}
