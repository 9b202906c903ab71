/**
 * First step of the import workflow: takes an uploaded file on, once, and reads its header.
 *
 * - TASKS_TABLE: UpdateItem
 * - TASKS_BUCKET: GetObject on imports/*
 */
import { buffer } from "node:stream/consumers";
import type { Context, S3ObjectCreatedNotificationEvent } from "aws-lambda";
import type { Bucket } from "../shared/bucket.ts";
import { openBucket } from "../shared/bucket.ts";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import { logger } from "../shared/logger.ts";
import { claimImport } from "./import-store.ts";
import { openFile } from "./imports/file.ts";
import { HEAD_BYTES, readHeader } from "./imports/header.ts";
import type { Failure, ImportState, Skip, Step } from "./imports/state.ts";
import { failure } from "./imports/state.ts";
import { UnreadableFile } from "./imports/unreadable-file.ts";
import { MAX_IMPORT_BYTES } from "./limits.ts";
import { parseImportObject } from "./objects.ts";

/** What is needed of an EventBridge event "Object Created" (its keys are not URL-encoded). */
export type Uploaded = Pick<S3ObjectCreatedNotificationEvent, "detail">;

const NOTHING = { created: 0, rejected: 0, errors: [] };

const env = readEnv(["TASKS_TABLE", "TASKS_BUCKET"]);
const table = openTable(env.TASKS_TABLE);
const bucket = openBucket(env.TASKS_BUCKET);

/** Begins an import, unless it is unknown or has been begun by another delivery of the event. */
export async function beginImport(
  { execution, state: { detail } }: Step<Uploaded>,
  table: Table,
  bucket: Bucket,
): Promise<ImportState | Skip | Failure> {
  const { key, etag, size } = detail.object;
  const importId = parseImportObject(key);
  if (importId === undefined) return { action: "skip", reason: "The object is none of an import." };
  const now = new Date();
  const claim = await claimImport(table, importId, execution, now);
  if (claim.status === "refused")
    return { action: "skip", reason: "The import is unknown or has been begun." };
  try {
    if (size === 0) throw new UnreadableFile("The file is empty.", 1);
    if (size > MAX_IMPORT_BYTES)
      throw new UnreadableFile(`The file has more than ${MAX_IMPORT_BYTES} bytes.`, 1);
    const head = await buffer(await openFile(bucket, { key, etag }, 0, HEAD_BYTES - 1));
    const { columns, first } = await readHeader(head);
    const { correlationId } = claim.output;
    const progress = { ...first, ...NOTHING, done: false };
    return {
      action: "import",
      importId,
      correlationId,
      key,
      etag,
      size,
      columns,
      startedAt: now.toISOString(),
      ...progress,
    };
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    return failure(importId, NOTHING, error);
  }
}

export const handler = (step: Step<Uploaded>, context: Context): Promise<ImportState | Skip | Failure> => {
  logger.addContext(context);
  return beginImport(step, table, bucket);
};
