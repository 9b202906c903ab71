/**
 * `GET /tasks/{id}/attachments`
 *
 * - TASKS_TABLE: GetItem, Query on the table
 * - TASKS_BUCKET: GetObject on attachments/* (with which the links are signed)
 * - CURSOR_KEY_SECRET_ARN: GetSecretValue
 */
import { api } from "../shared/api.ts";
import type { Bucket } from "../shared/bucket.ts";
import { openBucket } from "../shared/bucket.ts";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import { listing } from "../shared/listing.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import type { Secret } from "../shared/secrets.ts";
import { openSecret } from "../shared/secrets.ts";
import { parseQuery } from "../shared/validation.ts";
import { listAttachments } from "./attachment-store.ts";
import { attachmentObject, downloadUrl } from "./objects.ts";
import { idOf, taskNotFound } from "./task.ts";
import { findTask } from "./task-store.ts";
import { listAttachmentsQuerySchema } from "./upload.schema.ts";

const env = readEnv(["TASKS_TABLE", "TASKS_BUCKET", "CURSOR_KEY_SECRET_ARN"]);
const table = openTable(env.TASKS_TABLE);
const bucket = openBucket(env.TASKS_BUCKET);
const cursorKey = openSecret(env.CURSOR_KEY_SECRET_ARN);

/** Lists the files of a task, oldest first, each with a link that downloads it. */
export async function showAttachments(
  request: ApiRequest,
  table: Table,
  bucket: Bucket,
  cursorKey: Secret,
): Promise<ApiResponse> {
  const query = parseQuery(listAttachmentsQuerySchema, request, ["limit"]);
  const taskId = idOf(request);
  if (!(await findTask(table, taskId))) throw taskNotFound();
  return listing(
    request,
    query,
    cursorKey,
    (limit, start) => listAttachments(table, taskId, limit, start),
    async ({ attachmentId, fileName, contentType, size, createdAt }) => {
      const key = attachmentObject(taskId, attachmentId);
      const url = await downloadUrl(bucket, key, fileName, contentType);
      return { attachmentId, fileName, contentType, size, createdAt, url };
    },
  );
}

export const handler = api((request) => showAttachments(request, table, bucket, cursorKey));
