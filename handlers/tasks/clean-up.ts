/**
 * The table's stream, records REMOVE: removes what a removed item leaves behind.
 *
 * - TASKS_TABLE: Query on the table, DeleteItem; its stream
 * - TASKS_BUCKET: DeleteObject on attachments/*
 */

import { streamHandler } from "../shared/batch.ts";
import type { Bucket } from "../shared/bucket.ts";
import { openBucket } from "../shared/bucket.ts";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import { removedItem } from "../shared/stream.ts";
import { removeAttachments } from "./attachment-store.ts";
import { ATTACHMENT_PREFIX, TASK } from "./keys.ts";
import { attachmentObject, deleteObject } from "./objects.ts";

/** What is needed of the item: a task has `id`, an attachment the other two. */
interface Removed {
  readonly sk: string;
  readonly id: string;
  readonly taskId: string;
  readonly attachmentId: string;
}

const env = readEnv(["TASKS_TABLE", "TASKS_BUCKET"]);
const table = openTable(env.TASKS_TABLE);
const bucket = openBucket(env.TASKS_BUCKET);

/**
 * After a task its attachments go; after an attachment (also one that expired because its file never came) its object.
 * It may be called again for the same item.
 */
export async function cleanUp(removed: Removed | undefined, table: Table, bucket: Bucket): Promise<void> {
  if (removed?.sk === TASK) await removeAttachments(table, removed.id);
  if (removed?.sk.startsWith(ATTACHMENT_PREFIX)) {
    await deleteObject(bucket, attachmentObject(removed.taskId, removed.attachmentId));
  }
}

export const handler = streamHandler((record) => cleanUp(removedItem(record), table, bucket));
