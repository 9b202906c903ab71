/** What the operations answer, for the published document and for types. Handlers do not check their own answers. */
import * as z from "zod";
import { TASK_TYPES } from "./strategies/index.ts";

const id = z.uuid();
const time = z.iso.datetime();
const nextCursor = z.string().optional();

/** A form for a browser's or a program's multipart POST to S3: all fields, then the file as `file`. */
const upload = z.object({ url: z.url(), fields: z.record(z.string(), z.string()) });

export const taskSchema = z
  .object({
    id,
    title: z.string().meta({ examples: ["Call the plumber"] }),
    description: z.string().optional(),
    type: z.enum(TASK_TYPES),
    dueAt: time.optional(),
    priority: z.enum(["low", "normal", "high"]),
    status: z.enum(["open", "in_progress", "done"]),
    version: z.int().describe("Counts the changes made by clients; the ETag."),
    createdAt: time,
    updatedAt: time,
    processedAt: time.optional().describe("When the background worker handled the task."),
    category: z.string().optional().describe("What the background worker found the task to be about."),
  })
  .meta({ id: "Task" });

export const taskListSchema = z.object({ items: z.array(taskSchema), nextCursor }).meta({ id: "TaskList" });

export const attachmentSchema = z
  .object({
    attachmentId: id,
    fileName: z.string(),
    contentType: z.string(),
    size: z.int(),
    createdAt: time,
  })
  .meta({ id: "Attachment" });

export const presignedUploadSchema = z.object({ attachmentId: id, upload }).meta({ id: "PresignedUpload" });

export const attachmentListSchema = z
  .object({
    items: z.array(
      attachmentSchema.extend({ url: z.url().describe("Downloads the file; good for five minutes.") }),
    ),
    nextCursor,
  })
  .meta({ id: "AttachmentList" });

export const startedImportSchema = z.object({ importId: id, upload }).meta({ id: "StartedImport" });

export const importSchema = z
  .object({
    importId: id,
    fileName: z.string(),
    status: z.enum(["waiting", "running", "completed", "partial", "failed"]),
    created: z.int().describe("Rows that became tasks."),
    rejected: z.int().describe("Rows that did not."),
    errors: z
      .array(z.object({ line: z.int().describe("Line where the row begins, from 1."), reason: z.string() }))
      .describe("The first 100 rejected rows."),
    reason: z.string().optional().describe("Why the import failed as a whole."),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: "Import" });
