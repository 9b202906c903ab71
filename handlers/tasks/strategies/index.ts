import { deadline } from "./deadline.ts";
import { recurring } from "./recurring.ts";
import { standard } from "./standard.ts";
import type { TaskStrategy } from "./strategy.ts";

/** The types of tasks. A new type is a file of its own and one name here; everything else follows from this list. */
export const strategies = { standard, deadline, recurring } satisfies Record<string, TaskStrategy>;

export type TaskType = keyof typeof strategies;

export const TASK_TYPES = Object.keys(strategies) as TaskType[];
