import type { Clock, Timer } from "../../core/clock.ts";

/** Waits on the cloud's clock; ends early, without an error, when aborted. */
export function sleep(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  return pause((task) => clock.after(milliseconds, task), signal);
}

/** Waits in real time, for something that the clock does not move; ends early, without an error, when aborted. */
export function sleepReally(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  return pause((task) => clock.elapse(milliseconds, task), signal);
}

function pause(start: (task: () => void) => Timer, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = start(done);
    function done(): void {
      timer.cancel();
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done, { once: true });
  });
}
