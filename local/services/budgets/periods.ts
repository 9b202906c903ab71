/** The periods of budgets: days, months, quarters and years in UTC. */
import type { TimeUnit } from "./settings.ts";

const MONTHS: Readonly<Record<TimeUnit, number>> = { DAILY: 0, MONTHLY: 1, QUARTERLY: 3, ANNUALLY: 12 };

/** When the period of a time begins; both in milliseconds since the epoch. */
export function periodOf(unit: TimeUnit, time: number): number {
  const date = new Date(time);
  const months = MONTHS[unit];
  if (months === 0) return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
  return Date.UTC(date.getUTCFullYear(), Math.floor(date.getUTCMonth() / months) * months);
}
