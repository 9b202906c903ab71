import type { TaskStrategy } from "./strategy.ts";

/** A plain task: everything that the schema allows. */
export const standard: TaskStrategy = {
  check: () => [],
};
