/**
 * EventBridge "Object Created" of objects under attachments/: completes the attachment of a presigned upload.
 *
 * - TASKS_TABLE: UpdateItem
 * - TASKS_BUCKET: DeleteObject on attachments/*
 */
import type { Context, S3ObjectCreatedNotificationEvent } from "aws-lambda";
import type { Bucket } from "../shared/bucket.ts";
import { openBucket } from "../shared/bucket.ts";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import { logger } from "../shared/logger.ts";
import { markStored } from "./attachment-store.ts";
import { deleteObject, parseAttachmentObject } from "./objects.ts";

const env = readEnv(["TASKS_TABLE", "TASKS_BUCKET"]);
const table = openTable(env.TASKS_TABLE);
const bucket = openBucket(env.TASKS_BUCKET);

/** Notes that a file is there. A file whose attachment is gone, because its task was deleted, is removed. */
export async function attachmentStored(
  { key, size }: { readonly key: string; readonly size: number },
  table: Table,
  bucket: Bucket,
): Promise<void> {
  const ids = parseAttachmentObject(key);
  if (!ids) {
    logger.warn("An object is none of an attachment", { key });
    return;
  }
  const outcome = await markStored(table, ids.taskId, ids.attachmentId, size);
  if (outcome.status === "refused" && !outcome.exists) await deleteObject(bucket, key);
}

export const handler = async (event: S3ObjectCreatedNotificationEvent, context: Context): Promise<void> => {
  logger.addContext(context);
  await attachmentStored(event.detail.object, table, bucket);
};
