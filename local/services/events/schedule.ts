/**
 * Schedule expressions of EventBridge: `rate(5 minutes)` and `cron(0 12 ? * MON-FRI *)`, in UTC.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
 */
import { Cron } from "croner";
import { UserError } from "../../core/errors.ts";

export interface Schedule {
  /** The first time after `time` (both in milliseconds since the epoch); undefined when there is none. */
  next(time: number): number | undefined;
}

const UNIT_MILLISECONDS: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/** @throws UserError when EventBridge would refuse the expression */
export function parseSchedule(expression: string): Schedule {
  const [, kind, content] = /^(rate|cron)\((.*)\)$/.exec(expression.trim()) ?? [];
  if (kind === "rate" && content !== undefined) return rate(expression, content);
  if (kind === "cron" && content !== undefined) return cron(expression, content);
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
  return { next: (time) => time + value * milliseconds };
}

/** Minutes, hours, day of month, month, day of week (1 is Sunday), year. */
const CRON_FIELDS = 6;

function cron(expression: string, content: string): Schedule {
  const fields = content.trim().split(/\s+/);
  const [minutes, hours, dayOfMonth, month, dayOfWeek, year] = fields;
  if (fields.length !== CRON_FIELDS) {
    throw invalid(expression, "it needs six fields: minutes hours day-of-month month day-of-week year");
  }
  if ((dayOfMonth === "?") === (dayOfWeek === "?")) {
    throw invalid(expression, "one of day-of-month and day-of-week must be ?, and only one");
  }
  // Alone, L is the last day of the week; croner reads it only behind a day.
  const weekdays = dayOfWeek === "L" ? "7" : dayOfWeek;
  const pattern = ["0", minutes, hours, dayOfMonth, month, weekdays, year].join(" ").replaceAll("?", "*");
  try {
    const job = new Cron(pattern, {
      timezone: "UTC",
      paused: true,
      mode: "7-part",
      alternativeWeekdays: true,
      sloppyRanges: true,
    });
    return { next: (time) => job.nextRun(new Date(time))?.getTime() };
  } catch (error) {
    throw invalid(expression, error instanceof Error ? error.message : String(error));
  }
}

function invalid(expression: string, reason: string): UserError {
  return new UserError(`The schedule expression "${expression}" is not valid: ${reason}.`);
}
