/** When a secret is due for rotation. https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_schedule.html */
import { UserError } from "../../core/errors.ts";
import { parseSchedule } from "../../core/schedule.ts";

/** As RotateSecret has them. */
export interface RotationRules {
  readonly AutomaticallyAfterDays?: number;
  /** Such as `3h`: how long the window stays open. Here a rotation begins when its window opens. */
  readonly Duration?: string;
  /** `rate(…)` in hours or days, or `cron(…)` in UTC. */
  readonly ScheduleExpression?: string;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MAX_DAYS = 1_000;
const MIN_RATE = 4 * HOUR;

/**
 * The first window after `time` (both in milliseconds since the epoch); undefined when there is none. Days are counted
 * from midnight UTC, hours from the full hour.
 */
export function nextWindow(rules: RotationRules, time: number): number | undefined {
  const { AutomaticallyAfterDays, ScheduleExpression } = rules;
  if (ScheduleExpression === undefined) {
    return AutomaticallyAfterDays === undefined
      ? undefined
      : startOf(DAY, time) + AutomaticallyAfterDays * DAY;
  }
  const schedule = parseSchedule(ScheduleExpression);
  if (schedule.period === undefined) return schedule.next(time);
  return startOf(schedule.period % DAY === 0 ? DAY : HOUR, time) + schedule.period;
}

/** @throws UserError saying which rule Secrets Manager would refuse */
export function checkRules({
  AutomaticallyAfterDays: days,
  Duration,
  ScheduleExpression,
}: RotationRules): void {
  if (days !== undefined && ScheduleExpression !== undefined) {
    throw new UserError("You can't specify both AutomaticallyAfterDays and ScheduleExpression.");
  }
  if (days !== undefined && !(Number.isInteger(days) && days >= 1 && days <= MAX_DAYS)) {
    throw new UserError(`AutomaticallyAfterDays must be between 1 and ${MAX_DAYS}.`);
  }
  if (Duration !== undefined && !/^[1-9]\d?h$/.test(Duration)) {
    throw new UserError(`The duration of a rotation window must read like 3h, not ${Duration}.`);
  }
  if (ScheduleExpression === undefined) return;
  const { period } = parseSchedule(ScheduleExpression);
  if (period !== undefined && (period < MIN_RATE || period % HOUR !== 0)) {
    throw new UserError(`A rotation schedule is in days, or in 4 hours or more, not ${ScheduleExpression}.`);
  }
}

function startOf(unit: number, time: number): number {
  return Math.floor(time / unit) * unit;
}
