import type { BrokenRule, RuledTask, TaskStrategy } from "./strategy.ts";

/** A task that comes back: each occurrence has its date, is done once, and the next one is due later. */
export const recurring: TaskStrategy = {
  check(task, before) {
    if (task.dueAt === undefined) {
      return [{ property: "dueAt", detail: "is needed by a task of type recurring", code: "required" }];
    }
    if (before === undefined) return task.status === "done" ? [BORN_DONE] : [];
    return isReopened(task, before) && !isLater(task.dueAt, before.dueAt) ? [DONE_ALREADY] : [];
  },
};

const BORN_DONE: BrokenRule = {
  property: "status",
  detail: "of a new task of type recurring cannot be done",
  code: "done_too_early",
};

const DONE_ALREADY: BrokenRule = {
  property: "dueAt",
  detail: "must be later than that of the occurrence that is done already",
  code: "occurrence_done",
};

function isReopened(task: RuledTask, before: RuledTask): boolean {
  return before.type === task.type && before.status === "done" && task.status !== "done";
}

function isLater(date: string, other: string | undefined): boolean {
  return other === undefined || Date.parse(date) > Date.parse(other);
}
