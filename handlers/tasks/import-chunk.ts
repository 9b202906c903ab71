/**
 * Repeated step of the import workflow: creates the tasks of the next rows.
 *
 * - TASKS_TABLE: PutItem, UpdateItem
 * - TASKS_BUCKET: GetObject on imports/*
 */
import { Readable } from "node:stream";
import type { Context } from "aws-lambda";
import type { Bucket } from "../shared/bucket.ts";
import { openBucket } from "../shared/bucket.ts";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import { logger } from "../shared/logger.ts";
import { saveProgress } from "./import-store.ts";
import { importChunk } from "./imports/chunk.ts";
import { openFile } from "./imports/file.ts";
import { readRows } from "./imports/rows.ts";
import type { Failure, ImportState, Step } from "./imports/state.ts";
import { createOnce } from "./task-store.ts";

/** Time that is kept to finish a chunk. */
const RESERVE_MS = 5000;

const env = readEnv(["TASKS_TABLE", "TASKS_BUCKET"]);
const table = openTable(env.TASKS_TABLE);
const bucket = openBucket(env.TASKS_BUCKET);

/** Imports the next rows and notes the progress. Repeating it with the same state changes nothing. */
export async function importNext(
  { execution, state }: Step<ImportState>,
  table: Table,
  bucket: Bucket,
  remainingMs: () => number,
): Promise<ImportState | Failure> {
  const { importId, size } = state;
  const open = async (offset: number) =>
    offset < size ? openFile(bucket, state, offset) : Readable.from([]);
  const next = await importChunk(state, {
    rows: readRows(open, state),
    create: (task) => createOnce(table, task),
    isLate: () => remainingMs() < RESERVE_MS,
    now: () => new Date(),
  });
  if (next.action === "import") await saveProgress(table, importId, execution, next, new Date());
  return next;
}

export const handler = (step: Step<ImportState>, context: Context): Promise<ImportState | Failure> => {
  logger.addContext(context);
  return importNext(step, table, bucket, () => context.getRemainingTimeInMillis());
};
