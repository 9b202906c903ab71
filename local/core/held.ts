/** Deliveries that are held back until the next one has overtaken them. */
import type { Clock } from "./clock.ts";

/** A delivery that nothing overtakes goes on after this long. */
const LONGEST_MILLISECONDS = 1_000;

export class Held {
  readonly #clock: Clock;
  /** How to let each go on, by its way. */
  readonly #waiting = new Map<string, () => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** Waits until another delivery has gone the same way; one at a time waits on each. */
  hold(way: string): Promise<void> {
    if (this.#waiting.has(way)) return Promise.resolve();
    return new Promise((resolve) => {
      const go = (): void => {
        timer.cancel();
        this.#waiting.delete(way);
        resolve();
      };
      const timer = this.#clock.after(LONGEST_MILLISECONDS, go);
      this.#waiting.set(way, go);
    });
  }

  /** A delivery has gone this way. */
  overtaken(way: string): void {
    this.#waiting.get(way)?.();
  }

  /** Lets all go on. */
  release(): void {
    for (const go of [...this.#waiting.values()]) go();
  }
}
