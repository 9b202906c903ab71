/** The bucket of the task manager. Keys are made here; names that people give to files are no part of them. */
import { DeleteObjectCommand, GetObjectCommand } from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import type { Bucket } from "../shared/bucket.ts";
import { PRESIGNED_SECONDS } from "./limits.ts";

export const attachmentObject = (taskId: string, attachmentId: string) =>
  `attachments/${taskId}/${attachmentId}`;
export const importObject = (importId: string) => `imports/${importId}/tasks.csv`;

/** The ids in the key of an attachment's object. */
export function parseAttachmentObject(
  key: string,
): { readonly taskId: string; readonly attachmentId: string } | undefined {
  const [, taskId, attachmentId] = /^attachments\/([0-9a-f-]{36})\/([0-9a-f-]{36})$/.exec(key) ?? [];
  return taskId && attachmentId ? { taskId, attachmentId } : undefined;
}

/** The id in the key of an import's object. */
export function parseImportObject(key: string): string | undefined {
  return /^imports\/([0-9a-f-]{36})\/tasks\.csv$/.exec(key)?.[1];
}

/** A form that uploads one object of this key and type, with at most so many bytes; s3:PutObject. */
export async function uploadForm(
  { client, name }: Bucket,
  key: string,
  contentType: string,
  maxBytes: number,
) {
  const { url, fields } = await createPresignedPost(client, {
    Bucket: name,
    Key: key,
    Fields: { "Content-Type": contentType },
    Conditions: [["content-length-range", 1, maxBytes]],
    Expires: PRESIGNED_SECONDS,
  });
  return { url, fields };
}

/** A link that downloads an object under a file name, never shows it in the browser; s3:GetObject. */
export function downloadUrl(
  { client, name }: Bucket,
  key: string,
  fileName: string,
  contentType: string,
): Promise<string> {
  const command = new GetObjectCommand({
    Bucket: name,
    Key: key,
    ResponseContentDisposition: `attachment; filename*=UTF-8''${encode(fileName)}`,
    ResponseContentType: contentType,
  });
  return getSignedUrl(client, command, { expiresIn: PRESIGNED_SECONDS });
}

/** Removes an object; one that is not there is no mistake; s3:DeleteObject. */
export async function deleteObject({ client, name }: Bucket, key: string): Promise<void> {
  await client.send(new DeleteObjectCommand({ Bucket: name, Key: key }));
}

/** https://www.rfc-editor.org/rfc/rfc8187 */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
