/**
 * Schedule expressions, which EventBridge rules and EventBridge Scheduler share: `rate(5 minutes)` and
 * `cron(0 12 ? * MON-FRI *)`.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */

import { Cron } from "croner";
import { type CronFields, checkCronFields } from "./cron-fields.ts";
import { UserError } from "./errors.ts";
import { instantOf, wallTimeOf } from "./time-zone.ts";

export interface Schedule {
  /** The first time after `time` (both in milliseconds since the epoch); undefined when there is none. */
  next(time: number): number | undefined;
  /** Milliseconds between two times; set for a rate. */
  readonly period?: number;
}

const UNIT_MILLISECONDS: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/**
 * @param timeZone IANA name of the zone whose wall clock a cron expression is about; a rate knows none
 * @throws UserError when EventBridge would refuse the expression
 */
export function parseSchedule(expression: string, timeZone = "UTC"): Schedule {
  const [, kind, content] = /^(rate|cron)\((.*)\)$/.exec(expression.trim()) ?? [];
  if (kind === "rate" && content !== undefined) return rate(expression, content);
  if (kind === "cron" && content !== undefined) return cron(expression, content, timeZone);
  throw invalid(expression, "it must be rate(…) or cron(…)");
}

function rate(expression: string, content: string): Schedule {
  const [, digits, unit, plural] = /^(\d+) (minute|hour|day)(s?)$/.exec(content.trim()) ?? [];
  const value = Number(digits);
  const milliseconds = UNIT_MILLISECONDS[unit ?? ""];
  if (milliseconds === undefined || value < 1) {
    throw invalid(
      expression,
      "it must read like rate(1 minute), rate(5 minutes), rate(1 hour) or rate(2 days)",
    );
  }
  if ((value === 1) === (plural === "s"))
    throw invalid(expression, "the unit is singular for 1 and plural else");
  const period = value * milliseconds;
  return { next: (time) => time + period, period };
}

function cron(expression: string, content: string, timeZone: string): Schedule {
  try {
    const job = cronJob(checkCronFields(content));
    return { next: (time) => nextInZone(job, time, timeZone) };
  } catch (error) {
    throw invalid(expression, error instanceof Error ? error.message : String(error));
  }
}

function cronJob({ minutes, hours, dayOfMonth, month, dayOfWeek, year }: CronFields): Cron {
  // Alone, L is the last day of the week; croner reads it only behind a day.
  const weekdays = dayOfWeek === "L" ? "7" : dayOfWeek;
  const pattern = ["0", minutes, hours, dayOfMonth, month, weekdays, year].join(" ").replaceAll("?", "*");
  return new Cron(pattern, {
    timezone: "UTC",
    paused: true,
    mode: "7-part",
    alternativeWeekdays: true,
    sloppyRanges: true,
  });
}

/**
 * The job runs on the wall clock of the zone. A time that the wall clock jumps over in spring is skipped; one that it
 * shows twice in autumn counts the first time only.
 */
function nextInZone(job: Cron, time: number, timeZone: string): number | undefined {
  let wall = job.nextRun(new Date(wallTimeOf(time, timeZone)));
  for (; wall; wall = job.nextRun(wall)) {
    const instant = instantOf(wall.getTime(), timeZone);
    if (instant !== undefined && instant > time) return instant;
  }
  return undefined;
}

function invalid(expression: string, reason: string): UserError {
  return new UserError(`The schedule expression "${expression}" is not valid: ${reason}.`);
}
