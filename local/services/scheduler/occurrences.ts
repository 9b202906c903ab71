/**
 * When a schedule is due. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 * Not confirmed by AWS's pages: a changed rate counts from its change; an `at()` that is past when it is set never runs.
 */
import { createHash } from "node:crypto";
import { UserError } from "../../core/errors.ts";
import { parseSchedule } from "../../core/schedule.ts";
import { instantOf } from "../../core/time-zone.ts";
import type { Definition, Schedule } from "./schedule.ts";

/** @throws UserError when Scheduler would refuse the expression */
export function checkExpression(expression: string, timeZone: string): void {
  if (isOneTime(expression)) oneTime(expression, timeZone);
  else parseSchedule(expression, timeZone);
}

export function isOneTime(expression: string): boolean {
  return expression.startsWith("at(");
}

/** The first time after `after` at which a schedule is due; undefined when there is none. */
export function nextDue(
  schedule: Pick<Schedule, "definition" | "modifiedAt">,
  after: number,
): number | undefined {
  const { ScheduleExpression, ScheduleExpressionTimezone, StartDate, EndDate } = schedule.definition;
  if (isOneTime(ScheduleExpression)) {
    const due = oneTime(ScheduleExpression, ScheduleExpressionTimezone);
    return due !== undefined && due > after && due >= schedule.modifiedAt ? due : undefined;
  }
  const start = Math.max((StartDate ?? 0) * 1000, schedule.modifiedAt);
  const { next, period } = parseSchedule(ScheduleExpression, ScheduleExpressionTimezone);
  const anchor = StartDate === undefined ? schedule.modifiedAt : StartDate * 1000;
  const earliest = Math.max(after, start - 1);
  const due = period === undefined ? next(earliest) : nextBeat(anchor, period, earliest);
  return due === undefined || (EndDate !== undefined && due > EndDate * 1000) ? undefined : due;
}

/** A rate runs at its anchor, and then at each full period. */
function nextBeat(anchor: number, period: number, after: number): number {
  return after < anchor ? anchor : anchor + (Math.floor((after - anchor) / period) + 1) * period;
}

/**
 * How long after it is due a schedule with a flexible time window runs: a whole second of the window that follows from
 * the schedule's ARN and the time it is due, so that it is the same in every run. AWS picks one at random.
 * @returns milliseconds
 */
export function windowDelay(arn: string, { FlexibleTimeWindow }: Definition, due: number): number {
  const { Mode, MaximumWindowInMinutes = 0 } = FlexibleTimeWindow;
  if (Mode === "OFF" || MaximumWindowInMinutes === 0) return 0;
  const digits = createHash("sha256").update(`${arn} ${due}`).digest().readUInt32BE(0);
  return (digits % (MaximumWindowInMinutes * 60)) * 1000;
}

function oneTime(expression: string, timeZone: string): number | undefined {
  const [, text = ""] = /^at\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\)$/.exec(expression) ?? [];
  const wall = Date.parse(`${text}Z`);
  // Date.parse takes 30 February for 2 March.
  if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(text)) {
    throw new UserError(
      `The schedule expression "${expression}" is not valid: it must read like at(2030-01-31T08:30:00).`,
    );
  }
  return instantOf(wall, timeZone);
}
