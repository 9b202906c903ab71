import * as z from "zod";
import { ATTACHMENT_TYPES, MAX_PRESIGNED_BYTES } from "./limits.ts";

/** A name without directories. It names the file to people; where the file is stored does not depend on it. */
const fileName = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^/\\]+$/, "must not have / or \\")
  .meta({ examples: ["plan.pdf"] });

/** The JSON body of `POST /tasks/{id}/upload`. */
export const presignUploadSchema = z.strictObject({
  fileName,
  contentType: z.enum(ATTACHMENT_TYPES),
  size: z.int().min(1).max(MAX_PRESIGNED_BYTES),
});

/** The query of `POST /tasks/{id}/upload` when the body is the file. */
export const directUploadQuerySchema = z.strictObject({ fileName: fileName.optional() });

/** The query of `GET /tasks/{id}/attachments`. */
export const listAttachmentsQuerySchema = z.strictObject({
  limit: z.int().min(1).max(100).optional(),
  cursor: z.string().min(1).max(2048).optional(),
});
