import type { Bucket } from "../shared/bucket.ts";
import { putObject } from "../shared/bucket.ts";
import type { Table } from "../shared/dynamo.ts";
import { transact } from "../shared/dynamo.ts";
import { once } from "../shared/idempotency.ts";
import { newId } from "../shared/ids.ts";
import { badRequest, conflict, contentTooLarge, unsupportedMediaType } from "../shared/problem.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { ApiResponse } from "../shared/response.ts";
import { parseQuery } from "../shared/validation.ts";
import type { Attachment } from "./attachment-store.ts";
import { directlyStored, pendingAttachment } from "./attachment-store.ts";
import { assertFileName } from "./file-name.ts";
import { ATTACHMENT_TYPES, MAX_DIRECT_BINARY_BYTES, MAX_DIRECT_TEXT_BYTES } from "./limits.ts";
import { attachmentObject } from "./objects.ts";
import { taskNotFound } from "./task.ts";
import { mustExist } from "./task-store.ts";
import { directUploadQuerySchema } from "./upload.schema.ts";

/**
 * Stores the body of the request as an attachment. The attachment is pending until the transaction that also records
 * the Idempotency-Key; what a repeated or broken request leaves behind stays pending and expires with its object.
 */
export function directUpload(
  request: ApiRequest,
  taskId: string,
  contentType: string,
  table: Table,
  bucket: Bucket,
): Promise<ApiResponse> {
  assertBody(request, contentType);
  const attachmentId = newId(new Date());
  const { fileName = attachmentId } = parseQuery(directUploadQuerySchema, request);
  assertFileName(fileName);
  return once(request, table, async () => {
    const { length: size } = request.body;
    const file: Attachment = {
      attachmentId,
      fileName,
      contentType,
      size,
      createdAt: new Date().toISOString(),
    };
    await claim(table, taskId, file);
    await putObject(bucket, attachmentObject(taskId, attachmentId), contentType, request.body);
    return {
      writes: [directlyStored(table, taskId, file)],
      response: {
        status: 201,
        headers: { location: request.url.replace(/\/upload$/, "/attachments") },
        body: file,
      },
      refused: taskNotFound,
    };
  });
}

async function claim(table: Table, taskId: string, file: Attachment): Promise<void> {
  const { status } = await transact(table, [
    mustExist(table, taskId),
    pendingAttachment(table, taskId, file, "direct"),
  ]);
  if (status === "refused") throw taskNotFound();
  if (status === "conflict") throw conflict("The task is being changed by others. Try again shortly.");
}

function assertBody({ body, bodyWasText }: ApiRequest, contentType: string): void {
  if (!(ATTACHMENT_TYPES as readonly string[]).includes(contentType)) {
    throw unsupportedMediaType(`An attachment must be one of: ${ATTACHMENT_TYPES.join(", ")}.`);
  }
  if (body.length === 0) {
    throw badRequest("The body is empty.", [{ pointer: "", detail: "must be the file", code: "empty" }]);
  }
  const limit = bodyWasText ? MAX_DIRECT_TEXT_BYTES : MAX_DIRECT_BINARY_BYTES;
  if (body.length > limit) {
    throw contentTooLarge(
      `The body may have ${limit} bytes at most. For a larger file send { fileName, contentType, size } as JSON and upload it with the form of the answer.`,
    );
  }
  if (bodyWasText && body.includes("\ufffd")) {
    throw unsupportedMediaType(
      "The text is not UTF-8. Upload it with a form instead: send { fileName, contentType, size } as JSON.",
    );
  }
}
