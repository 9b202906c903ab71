import type { Mistake } from "../../shared/problem.ts";
import { check } from "../../shared/validation.ts";
import { createTaskSchema } from "../task.schema.ts";
import type { NewTask, TaskFields } from "../task.ts";
import { MULTILINE, mistakesOf, withDefaults } from "../task.ts";

/** Longest reason that is reported. */
const MAX_REASON = 300;

/** Columns whose cells are words of a fixed form; blanks around them are slips. The others are taken as they are. */
const TRIMMED: readonly string[] = ["type", "dueAt", "priority"];

/**
 * The task that a row describes, or why it is none. An empty cell says nothing.
 * @param cells undefined when the row could not be read
 * @param now dates are judged by it
 */
export function readTask(
  columns: readonly string[],
  cells: readonly string[] | undefined,
  now: Date,
): { readonly fields: TaskFields } | { readonly reason: string } {
  if (cells === undefined) return { reason: "A quote is not closed." };
  if (cells.length !== columns.length) {
    return { reason: `The row has ${cells.length} cells, the header ${columns.length}.` };
  }
  if (cells.some((cell) => cell.includes("\ufffd"))) return { reason: "The row is not text in UTF-8." };
  const values = columns.map((column, index) => {
    const cell = cells[index] ?? "";
    return [column, TRIMMED.includes(column) ? cell.trim() : cell] as const;
  });
  const row = Object.fromEntries(values.filter(([, cell]) => cell !== ""));
  const checked = check<NewTask>(createTaskSchema, row, MULTILINE);
  if ("mistakes" in checked) return { reason: reasonOf(checked.mistakes) };
  const fields = withDefaults(checked.data);
  const broken = mistakesOf(fields, undefined, now);
  return broken.length > 0 ? { reason: reasonOf(broken) } : { fields };
}

function reasonOf(mistakes: readonly Mistake[]): string {
  const reasons = mistakes.map(({ pointer = "", detail }) => `${pointer.slice(1)}: ${detail}`);
  return reasons.join("; ").slice(0, MAX_REASON);
}
