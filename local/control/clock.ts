/** The control API's part on time. */
import type { Clock } from "../core/clock.ts";
import { UserError } from "../core/errors.ts";
import { type Question, Refusal } from "./question.ts";

/** A century: further than anything has to wait, and far from where dates end. */
const LONGEST_SECONDS = 100 * 366 * 86_400;
const ALLOWED =
  'Give "seconds" (0 or more, at most 100 years) or "to" (an ISO time that is not past), as a query parameter or as a member of a JSON body.';

export interface ClockReading {
  /** ISO time. */
  readonly now: string;
  /** By how much it is ahead of the wall clock. */
  readonly offsetSeconds: number;
}

export function readClock(clock: Clock): ClockReading {
  return { now: new Date(clock.now()).toISOString(), offsetSeconds: clock.offset / 1000 };
}

/**
 * Moves the time on as the question says.
 * @throws Refusal 400 when it does not say by how much, or says something impossible; 503 when something does not end
 */
export async function advanceClock(
  { query, body }: Question,
  clock: Clock,
  advance: (milliseconds: number) => Promise<void>,
): Promise<void> {
  const { seconds, to } = { ...Object.fromEntries(query), ...(await body()) };
  if ((seconds === undefined) === (to === undefined)) throw new Refusal(ALLOWED);
  const asked = to === undefined ? secondsOf(seconds) : (timeOf(to) - clock.now()) / 1000;
  if (!(asked >= 0 && asked <= LONGEST_SECONDS)) throw new Refusal(ALLOWED);
  await advance(Math.round(asked * 1000)).catch((error) => {
    throw error instanceof UserError ? new Refusal(error.message, 503) : error;
  });
}

function secondsOf(value: unknown): number {
  return typeof value === "string" && value.trim() === "" ? Number.NaN : Number(value);
}

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/;

function timeOf(value: unknown): number {
  return typeof value === "string" && ISO_TIME.test(value) ? Date.parse(value) : Number.NaN;
}
