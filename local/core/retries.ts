/** Deliveries that are tried again, as EventBridge and EventBridge Scheduler do it. */
import type { Timer } from "./clock.ts";
import { AwsError } from "./errors.ts";
import type { Cloud } from "./service.ts";

const FIRST_DELAY_MILLISECONDS = 1_000;
const LONGEST_DELAY_MILLISECONDS = 600_000;

/** Errors that no repetition mends, by what EventBridge's dead-letter queues call them. */
export const FINAL_ERRORS: Readonly<Record<string, string>> = {
  AccessDenied: "NO_PERMISSIONS",
  AccessDeniedException: "NO_PERMISSIONS",
  AuthorizationError: "NO_PERMISSIONS",
  NotFound: "NO_RESOURCE",
  NotFoundException: "NO_RESOURCE",
  QueueDoesNotExist: "NO_RESOURCE",
  ResourceNotFoundException: "NO_RESOURCE",
  StateMachineDoesNotExist: "NO_RESOURCE",
  "AWS.SimpleQueueService.NonExistentQueue": "NO_RESOURCE",
};

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html */
export const DEFAULT_EVENT_AGE_SECONDS = 86_400;
export const DEFAULT_RETRY_ATTEMPTS = 185;

export interface RetryLimits {
  readonly maximumEventAgeInSeconds: number;
  readonly maximumRetryAttempts: number;
}

/** A failed attempt that knows whether to try again, and how long to wait at least. */
export class AttemptError extends AwsError {
  readonly final: boolean;
  readonly waitMilliseconds: number;

  constructor(code: string, message: string, { final = false, waitMilliseconds = 0 } = {}) {
    super(code, message);
    this.final = final;
    this.waitMilliseconds = waitMilliseconds;
  }
}

/** How a delivery that was given up ended. */
export interface Defeat {
  readonly failure: Error;
  /** Repetitions made. */
  readonly retries: number;
  /** The limit that was reached; undefined for an error that no repetition mends. */
  readonly exhausted: "MaximumRetryAttempts" | "MaximumEventAgeInSeconds" | undefined;
}

export interface Delivery {
  readonly limits: RetryLimits;
  /** Milliseconds that the next attempt must wait for its turn; asked once before each attempt. */
  readonly turn?: () => number;
  /** @param retries repetitions made before this attempt */
  readonly attempt: (retries: number) => Promise<void>;
  /** Called after each failed attempt. */
  readonly failed?: (failure: Error) => void;
  /** Called when the last attempt has failed. */
  readonly giveUp: (defeat: Defeat) => Promise<void>;
}

export class Retries {
  readonly #cloud: Pick<Cloud, "clock">;
  readonly #waiting = new Set<Timer>();
  #underWay = 0;
  #stopped = false;

  constructor(cloud: Pick<Cloud, "clock">) {
    this.#cloud = cloud;
  }

  /** Whether an attempt is being made now; one that waits for its repetition is not. */
  get busy(): boolean {
    return this.#underWay > 0;
  }

  /** Starts a delivery. It goes on by itself, with delays that double from 1 s to 10 minutes. */
  start(delivery: Delivery): void {
    this.#inTurn(delivery, this.#cloud.clock.now(), 0);
  }

  /** Gives up what waits for its repetition, for good. */
  stop(): void {
    this.#stopped = true;
    this.reset();
  }

  /** Gives up what waits for its repetition. */
  reset(): void {
    for (const timer of this.#waiting) timer.cancel();
    this.#waiting.clear();
  }

  #inTurn(delivery: Delivery, firstTriedAt: number, retries: number): void {
    const wait = delivery.turn?.() ?? 0;
    if (wait > 0) this.#after(wait, () => void this.#try(delivery, firstTriedAt, retries));
    else void this.#try(delivery, firstTriedAt, retries);
  }

  async #try(delivery: Delivery, firstTriedAt: number, retries: number): Promise<void> {
    this.#underWay += 1;
    try {
      await delivery.attempt(retries);
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      delivery.failed?.(failure);
      if (!this.#stopped) await this.#afterFailure(delivery, failure, firstTriedAt, retries);
    } finally {
      this.#underWay -= 1;
    }
  }

  async #afterFailure(
    delivery: Delivery,
    failure: Error,
    firstTriedAt: number,
    retries: number,
  ): Promise<void> {
    const { clock } = this.#cloud;
    const { maximumEventAgeInSeconds, maximumRetryAttempts } = delivery.limits;
    const asked = failure instanceof AttemptError ? failure.waitMilliseconds : 0;
    const backoff = Math.min(FIRST_DELAY_MILLISECONDS * 2 ** retries, LONGEST_DELAY_MILLISECONDS);
    const delay = Math.max(asked, backoff);
    if (isFinal(failure)) return delivery.giveUp({ failure, retries, exhausted: undefined });
    if (retries >= maximumRetryAttempts) {
      return delivery.giveUp({ failure, retries, exhausted: "MaximumRetryAttempts" });
    }
    if (clock.now() + delay - firstTriedAt > maximumEventAgeInSeconds * 1000) {
      return delivery.giveUp({ failure, retries, exhausted: "MaximumEventAgeInSeconds" });
    }
    this.#after(delay, () => this.#inTurn(delivery, firstTriedAt, retries + 1));
  }

  #after(milliseconds: number, task: () => void): void {
    const timer = this.#cloud.clock.after(milliseconds, () => {
      this.#waiting.delete(timer);
      task();
    });
    this.#waiting.add(timer);
  }
}

function isFinal(failure: Error): boolean {
  if (failure instanceof AttemptError) return failure.final;
  return failure instanceof AwsError && Object.hasOwn(FINAL_ERRORS, failure.code);
}
