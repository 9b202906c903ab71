import type { TaskStrategy } from "./strategy.ts";

/** A task that must be done by a date. The date lies ahead when it is set; later the task may be overdue. */
export const deadline: TaskStrategy = {
  check(task, before, now) {
    if (task.dueAt === undefined) {
      return [{ property: "dueAt", detail: "is needed by a task of type deadline", code: "required" }];
    }
    const isNewDate = before?.type !== task.type || before.dueAt !== task.dueAt;
    if (!isNewDate || Date.parse(task.dueAt) > now.getTime()) return [];
    return [{ property: "dueAt", detail: "must be in the future", code: "not_in_future" }];
  },
};
