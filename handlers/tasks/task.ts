import type * as z from "zod";
import { isId } from "../shared/ids.ts";
import type { Mistake } from "../shared/problem.ts";
import { notFound, unprocessable } from "../shared/problem.ts";
import type { ApiRequest } from "../shared/request.ts";
import type { taskSchema } from "./answers.schema.ts";
import { byCreation, byStatus, taskKey } from "./keys.ts";
import { strategies } from "./strategies/index.ts";
import type { createTaskSchema } from "./task.schema.ts";

/** A task as clients see it. */
export type Task = z.infer<typeof taskSchema>;

/** What a client says about a new task. */
export type NewTask = z.infer<typeof createTaskSchema>;

/** What a client decides about a task. */
export type TaskFields = Pick<Task, "title" | "description" | "type" | "dueAt" | "priority" | "status">;

/** Where a task came from. */
export interface Origin {
  readonly source: "api" | "import";
  readonly correlationId: string;
  readonly importId?: string;
}

/** A task as it is stored. */
export type TaskItem = Task &
  Origin &
  ReturnType<typeof taskKey> &
  ReturnType<typeof byCreation> &
  ReturnType<typeof byStatus>;

/** Texts of a task that may have several lines. */
export const MULTILINE = { multiline: ["description"] };

export const taskNotFound = () => notFound("There is no such task.");

/**
 * The id of the task that a request is about.
 * @throws Problem 404 when no task can have it
 */
export function idOf({ pathParameters }: ApiRequest): string {
  const id = pathParameters.get("id");
  if (!isId(id)) throw taskNotFound();
  return id;
}

/** The fields of a new task, with the defaults for what the client left open. */
export function withDefaults({ dueAt, ...fields }: NewTask): TaskFields {
  return {
    type: "standard",
    priority: "normal",
    status: "open",
    ...fields,
    ...(dueAt !== undefined && { dueAt: toUtc(dueAt) }),
  };
}

/** One way to write a time: milliseconds, `Z`. */
export function toUtc(time: string): string {
  return new Date(time).toISOString();
}

/**
 * The rules of its type that a task breaks.
 * @param before the task before the change; undefined for a new one
 */
export function mistakesOf(task: TaskFields, before: TaskFields | undefined, now: Date): readonly Mistake[] {
  const broken = strategies[task.type].check(task, before, now);
  return broken.map(({ property, detail, code }) => ({ pointer: `/${property}`, detail, code }));
}

/** @throws Problem 422 when the task breaks a rule of its type */
export function assertRules(task: TaskFields, before: TaskFields | undefined, now: Date): void {
  const mistakes = mistakesOf(task, before, now);
  if (mistakes.length > 0) throw unprocessable(`The task breaks a rule of the type ${task.type}.`, mistakes);
}

/** The item of a new task. */
export function newTaskItem(id: string, fields: TaskFields, origin: Origin, now: Date): TaskItem {
  const createdAt = now.toISOString();
  return {
    ...taskKey(id),
    ...byCreation(createdAt, id),
    ...byStatus(fields.status, createdAt, id),
    id,
    ...fields,
    version: 1,
    createdAt,
    updatedAt: createdAt,
    ...origin,
  };
}

/** The public part of a stored task. */
export function toTask(item: TaskItem): Task {
  const { id, title, description, type, dueAt, priority, status } = item;
  const { version, createdAt, updatedAt, processedAt, category } = item;
  const fields = { id, title, description, type, dueAt, priority, status };
  return { ...fields, version, createdAt, updatedAt, processedAt, category };
}
