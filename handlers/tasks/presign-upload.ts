import type { Bucket } from "../shared/bucket.ts";
import type { Table } from "../shared/dynamo.ts";
import { once } from "../shared/idempotency.ts";
import { newId } from "../shared/ids.ts";
import { jsonBody } from "../shared/json-body.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import { parse } from "../shared/validation.ts";
import { pendingAttachment } from "./attachment-store.ts";
import { assertFileName } from "./file-name.ts";
import { PRESIGNED_SECONDS } from "./limits.ts";
import { attachmentObject, uploadForm } from "./objects.ts";
import { taskNotFound } from "./task.ts";
import { mustExist } from "./task-store.ts";
import { presignUploadSchema } from "./upload.schema.ts";

/** Gives out a form that uploads one file. The attachment is listed once the file is there. */
export function presignUpload(
  request: ApiRequest,
  taskId: string,
  table: Table,
  bucket: Bucket,
): Promise<ApiResponse> {
  const { fileName, contentType, size } = parse(presignUploadSchema, jsonBody(request));
  assertFileName(fileName);
  const effect = async () => {
    const now = new Date();
    const attachmentId = newId(now);
    const upload = await uploadForm(bucket, attachmentObject(taskId, attachmentId), contentType, size);
    const file = { attachmentId, fileName, contentType, size, createdAt: now.toISOString() };
    return {
      writes: [mustExist(table, taskId), pendingAttachment(table, taskId, file, "presigned")],
      response: {
        status: 201,
        headers: { location: request.url.replace(/\/upload$/, "/attachments") },
        body: { attachmentId, upload },
      },
      refused: taskNotFound,
    };
  };
  return once(request, table, effect, { lifetimeSeconds: PRESIGNED_SECONDS });
}
