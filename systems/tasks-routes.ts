/** The HTTP contract of the task manager: what each route takes and answers. */
import type { AlarmedFunction } from "../components/alarmed-function.ts";
import { IDEMPOTENCY_KEY, IF_MATCH, PAGES } from "../components/openapi/parameters.ts";
import type { RouteArgs } from "../components/rest-api-arguments.ts";
import {
  attachmentListSchema,
  attachmentSchema,
  importSchema,
  presignedUploadSchema,
  startedImportSchema,
  taskListSchema,
  taskSchema,
} from "../handlers/tasks/answers.schema.ts";
import { startImportSchema } from "../handlers/tasks/import.schema.ts";
import { ATTACHMENT_TYPES } from "../handlers/tasks/limits.ts";
import { createTaskSchema, listTasksQuerySchema, updateTaskSchema } from "../handlers/tasks/task.schema.ts";
import { presignUploadSchema } from "../handlers/tasks/upload.schema.ts";

/** The functions behind the routes. */
export type TaskOperation =
  | "create"
  | "list"
  | "get"
  | "update"
  | "delete"
  | "upload"
  | "attachments"
  | "startImport"
  | "getImport";

/** All routes, by method and path. */
export function taskRoutes(
  handlers: Readonly<Record<TaskOperation, AlarmedFunction>>,
): Record<string, RouteArgs> {
  return {
    "POST /tasks": {
      handler: handlers.create,
      summary: "Creates a task.",
      body: createTaskSchema,
      headers: IDEMPOTENCY_KEY,
      responses: { 201: { description: "The task.", schema: taskSchema } },
    },
    "GET /tasks": {
      handler: handlers.list,
      summary: "Lists tasks, newest first.",
      query: {
        ...PAGES,
        status: { description: "Only tasks of this status.", schema: listTasksQuerySchema.shape.status },
      },
      responses: { 200: { description: "A page of tasks.", schema: taskListSchema } },
    },
    "GET /tasks/{id}": {
      handler: handlers.get,
      summary: "Reads a task.",
      responses: { 200: { description: "The task.", schema: taskSchema } },
    },
    "PUT /tasks/{id}": {
      handler: handlers.update,
      summary: "Changes a task; properties that are left out stay.",
      body: updateTaskSchema,
      headers: IF_MATCH,
      responses: { 200: { description: "The task as it is now.", schema: taskSchema } },
    },
    "DELETE /tasks/{id}": {
      handler: handlers.delete,
      summary: "Deletes a task and its attachments.",
      headers: IF_MATCH,
      responses: { 204: { description: "The task is gone." } },
    },
    "POST /tasks/{id}/upload": {
      handler: handlers.upload,
      summary: "Attaches a file: asks for an upload form, or sends the file as the body.",
      body: presignUploadSchema,
      files: { contentTypes: ATTACHMENT_TYPES },
      query: { fileName: { description: "Name of the file when the body is the file." } },
      headers: IDEMPOTENCY_KEY,
      responses: {
        201: {
          description: "An upload form, or the attachment.",
          schema: presignedUploadSchema.or(attachmentSchema),
        },
      },
    },
    "GET /tasks/{id}/attachments": {
      handler: handlers.attachments,
      summary: "Lists a task's attachments.",
      query: PAGES,
      responses: { 200: { description: "A page of attachments.", schema: attachmentListSchema } },
    },
    "POST /imports": {
      handler: handlers.startImport,
      summary: "Asks for the upload form of a CSV file, whose rows become tasks.",
      body: startImportSchema,
      headers: IDEMPOTENCY_KEY,
      responses: { 201: { description: "The import and its upload form.", schema: startedImportSchema } },
    },
    "GET /imports/{id}": {
      handler: handlers.getImport,
      summary: "Tells how far an import has come.",
      responses: { 200: { description: "The import.", schema: importSchema } },
    },
  };
}
