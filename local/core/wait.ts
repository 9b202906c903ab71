/** Waiting for a time, however far away, and for what may be under way. */
import type { Clock, Timer } from "./clock.ts";

/** Timers cannot wait longer than 24.8 days, so a long wait is cut into days. */
const LONGEST_WAIT_MILLISECONDS = 86_400_000;

/** Runs `task` once, at `time` (milliseconds since the epoch); never within this call, also when the time is past. */
export function atTime(clock: Clock, time: number, task: () => void): Timer {
  let timer: Timer;
  const wait = (): void => {
    const rest = Math.max(0, time - clock.now());
    const isLast = rest <= LONGEST_WAIT_MILLISECONDS;
    timer = clock.after(Math.min(rest, LONGEST_WAIT_MILLISECONDS), isLast ? task : wait);
  };
  wait();
  return { cancel: () => timer.cancel() };
}

/** Settles with all of what is under way; undefined when nothing is. Rejects when one of them does. */
export function allPending(waits: readonly (Promise<void> | undefined)[]): Promise<void> | undefined {
  const pending = waits.filter((wait) => wait !== undefined);
  return pending.length === 0 ? undefined : Promise.all(pending).then(() => undefined);
}

/** What `work` answers; tells how long it took once it has. */
export async function timed<T>(work: Promise<T>, took: (milliseconds: number) => void): Promise<T> {
  const started = performance.now();
  const result = await work;
  took(performance.now() - started);
  return result;
}
