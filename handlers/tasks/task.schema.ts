import * as z from "zod";
import { TASK_TYPES } from "./strategies/index.ts";

const title = z
  .string()
  .min(1)
  .max(200)
  .regex(/\S/, "must not be blank")
  .meta({ examples: ["Call the plumber"] });
const description = z.string().max(5000);
const type = z.enum(TASK_TYPES);
const dueAt = z.iso.datetime();
const priority = z.enum(["low", "normal", "high"]);
const status = z.enum(["open", "in_progress", "done"]);

/** The body of `POST /tasks`, and a row of an import. */
export const createTaskSchema = z.strictObject({
  title,
  description: description.optional(),
  type: type.optional(),
  dueAt: dueAt.optional(),
  priority: priority.optional(),
  status: status.optional(),
});

/** The body of `PUT /tasks/{id}`: the properties to change; null removes one. */
export const updateTaskSchema = z
  .strictObject({
    title: title.optional(),
    description: description.nullable().optional(),
    type: type.optional(),
    dueAt: dueAt.nullable().optional(),
    priority: priority.optional(),
    status: status.optional(),
  })
  .meta({ minProperties: 1 });

/** The query of `GET /tasks`. */
export const listTasksQuerySchema = z.strictObject({
  limit: z.int().min(1).max(100).optional(),
  cursor: z.string().min(1).max(2048).optional(),
  status: status.optional(),
});
