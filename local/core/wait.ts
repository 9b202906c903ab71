/** Waiting for a time, however far away. */
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
