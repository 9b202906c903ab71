import { derivedId } from "../../shared/ids.ts";
import type { TaskItem } from "../task.ts";
import { newTaskItem } from "../task.ts";
import { readTask } from "./row-task.ts";
import type { Row } from "./rows.ts";
import type { Failure, ImportProgress, ImportState } from "./state.ts";
import { failure, MAX_ERRORS } from "./state.ts";
import { UnreadableFile } from "./unreadable-file.ts";

/** Rows of a chunk, unless its time runs out before. */
export const CHUNK_ROWS = 1000;

/** Tasks that are written at the same time. */
const PARALLEL = 25;

export interface ChunkDependencies {
  /** The rows from the state's position on. */
  readonly rows: AsyncIterable<Row>;
  /** Stores a task unless it is there already. */
  readonly create: (task: TaskItem) => Promise<unknown>;
  /** Whether the function's time is running out. */
  readonly isLate: () => boolean;
  readonly now: () => Date;
}

/**
 * Imports the next rows. The id of a task follows from the import and the line, so that repeating a chunk creates
 * nothing twice and leaves tasks that were changed in the meantime as they are.
 * @param state where the import stands
 * @returns where it stands then, `done` when there are no more rows; or why it cannot go on
 */
export async function importChunk(
  state: ImportState,
  { rows, create, isLate, now }: ChunkDependencies,
): Promise<ImportState | Failure> {
  const origin = { source: "import", correlationId: state.correlationId, importId: state.importId } as const;
  const tally = new Tally(state);
  let tasks: TaskItem[] = [];
  const write = async () => {
    await Promise.all(tasks.map(create));
    tasks = [];
  };
  try {
    for await (const row of rows) {
      const read = readTask(state.columns, row.cells, new Date(state.startedAt));
      if ("fields" in read) {
        tasks.push(newTaskItem(derivedId(state.importId, String(row.line)), read.fields, origin, now()));
      }
      tally.add(row, "reason" in read ? read.reason : undefined);
      if (tasks.length === PARALLEL) await write();
      if (tally.rows < CHUNK_ROWS && !isLate()) continue;
      await write();
      return { ...state, ...tally.progress, done: row.next.offset >= state.size };
    }
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    await write();
    return failure(state.importId, tally.progress, error);
  }
  await write();
  return { ...state, ...tally.progress, done: true };
}

/** Counts the rows of a chunk on top of those before it. */
class Tally {
  rows = 0;
  progress: ImportProgress;

  constructor({ offset, line, created, rejected, errors }: ImportProgress) {
    this.progress = { offset, line, created, rejected, errors };
  }

  /** @param reason why the row was rejected; undefined when it was not */
  add({ line, next }: Row, reason: string | undefined): void {
    const { created, rejected, errors } = this.progress;
    this.rows++;
    this.progress =
      reason === undefined
        ? { ...next, created: created + 1, rejected, errors }
        : {
            ...next,
            created,
            rejected: rejected + 1,
            errors: errors.length < MAX_ERRORS ? [...errors, { line, reason }] : errors,
          };
  }
}
