import { AsyncLocalStorage } from "node:async_hooks";

/** A pending timer. */
export interface Timer {
  cancel(): void;
}

/** The time of the whole local cloud: every service asks this clock, none asks `Date` or sets a timer of its own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds by which it is ahead of the wall clock. */
  readonly offset: number;
  /** Runs `task` once, `milliseconds` from now. A rejection is the task's own to handle. */
  after(milliseconds: number, task: () => void): Timer;
  /**
   * Runs `task` once that much real time has passed, however far the clock is advanced meanwhile: for limits of what runs
   * in real time itself, such as a function's code, and for the real parts.
   */
  elapse(milliseconds: number, task: () => void): Timer;
}

interface Pending {
  /** When it is due, on this clock. */
  readonly at: number;
  readonly task: () => void;
  handle?: NodeJS.Timeout;
}

/** `setTimeout` cannot wait longer. */
const LONGEST_MILLISECONDS = 2 ** 31 - 1;

/**
 * The wall clock, which can be advanced and never goes back. Its timers do not keep the process alive; those for the same
 * moment run in the order in which they were set.
 */
export class CloudClock implements Clock {
  readonly #pending = new Set<Pending>();
  #offset = 0;
  #advancing: Promise<unknown> = Promise.resolve();

  get offset(): number {
    return this.#offset;
  }

  now(): number {
    return Date.now() + this.#offset;
  }

  after(milliseconds: number, task: () => void): Timer {
    // What it causes belongs to who set it, not to who advances the clock.
    const pending: Pending = { at: this.now() + milliseconds, task: AsyncLocalStorage.bind(task) };
    this.#pending.add(pending);
    this.#arm(pending);
    return { cancel: () => this.#drop(pending) };
  }

  elapse(milliseconds: number, task: () => void): Timer {
    const timer = setTimeout(task, milliseconds).unref();
    return { cancel: () => clearTimeout(timer) };
  }

  /**
   * Moves the time on, from each timer that becomes due to the next; timers set on the way are among them. Real time that
   * passes meanwhile counts. A second call waits for the first.
   * @param settle called before the time moves, after each timer and at the end: resolves when nothing that is due now is
   * still under way
   */
  advance(milliseconds: number, settle: () => Promise<void>): Promise<void> {
    const advanced = this.#advancing.then(() => this.#advance(milliseconds, settle));
    this.#advancing = advanced.catch(() => undefined);
    return advanced;
  }

  async #advance(milliseconds: number, settle: () => Promise<void>): Promise<void> {
    const end = this.now() + milliseconds;
    const began = Date.now();
    // What is set on the way for the very end is late by the real time that has passed.
    const nextDue = (): Pending | undefined => this.#next(end + Date.now() - began);
    await settle();
    for (let next = nextDue(); next; next = nextDue()) {
      this.#moveTo(next.at);
      this.#run(next);
      await settle();
    }
    this.#moveTo(end);
    await settle();
  }

  #moveTo(time: number): void {
    const step = time - this.now();
    if (step <= 0) return;
    this.#offset += step;
    for (const pending of this.#pending) this.#arm(pending);
  }

  #next(end: number): Pending | undefined {
    let next: Pending | undefined;
    for (const pending of this.#pending) {
      if (pending.at <= end && (!next || pending.at < next.at)) next = pending;
    }
    return next;
  }

  #arm(pending: Pending): void {
    clearTimeout(pending.handle);
    const rest = Math.min(Math.max(0, pending.at - this.now()), LONGEST_MILLISECONDS);
    pending.handle = setTimeout(() => this.#fire(pending), rest).unref();
  }

  /** A timer of Node.js may be a little early, or the longest one it has; late ones would come in any order. */
  #fire(pending: Pending): void {
    if (pending.at > this.now()) this.#arm(pending);
    else for (let due = this.#next(pending.at); due; due = this.#next(pending.at)) this.#run(due);
  }

  #run(pending: Pending): void {
    this.#drop(pending);
    pending.task();
  }

  #drop(pending: Pending): void {
    clearTimeout(pending.handle);
    this.#pending.delete(pending);
  }
}

/** A clock that nobody advances. */
export const wallClock: Clock = new CloudClock();
