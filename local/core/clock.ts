/** A pending timer. */
export interface Timer {
  cancel(): void;
}

/** The time of the whole local cloud: every service asks this clock, none asks `Date` or sets a timer of its own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `task` once, `milliseconds` from now. A rejection is the task's own to handle. */
  after(milliseconds: number, task: () => void): Timer;
}

/** The clock that follows the wall clock. Its timers do not keep the process alive. */
export const wallClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, task) {
    const timer = setTimeout(task, milliseconds);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
