/**
 * `POST /tasks/{id}/upload`: JSON asks for an upload form; a body of any other type is the file itself.
 *
 * - TASKS_TABLE: GetItem, PutItem, UpdateItem, ConditionCheckItem
 * - TASKS_BUCKET: PutObject on attachments/*
 */
import { api } from "../shared/api.ts";
import type { Bucket } from "../shared/bucket.ts";
import { openBucket } from "../shared/bucket.ts";
import type { Table } from "../shared/dynamo.ts";
import { openTable } from "../shared/dynamo.ts";
import { readEnv } from "../shared/env.ts";
import type { ApiRequest } from "../shared/request.ts";
import { mediaType } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import { directUpload } from "./direct-upload.ts";
import { presignUpload } from "./presign-upload.ts";
import { idOf } from "./task.ts";

const env = readEnv(["TASKS_TABLE", "TASKS_BUCKET"]);
const table = openTable(env.TASKS_TABLE);
const bucket = openBucket(env.TASKS_BUCKET);

/** Adds a file to a task, in the form that the content type of the request asks for. */
export function uploadAttachment(request: ApiRequest, table: Table, bucket: Bucket): Promise<ApiResponse> {
  const taskId = idOf(request);
  const contentType = mediaType(request);
  return contentType === "application/json"
    ? presignUpload(request, taskId, table, bucket)
    : directUpload(request, taskId, contentType, table, bucket);
}

export const handler = api((request) => uploadAttachment(request, table, bucket));
