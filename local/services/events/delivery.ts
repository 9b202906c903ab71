/**
 * Delivering to targets: again after a failure, and into the dead-letter queue when that does not help.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
 */
import type { MessageAttribute } from "../../core/apis.ts";
import type { Timer } from "../../core/clock.ts";
import { AwsError } from "../../core/errors.ts";
import type { Cloud } from "../../core/service.ts";
import { authorizeAsEvents, deliver, type Forward, type Handover } from "./targets.ts";

const FIRST_DELAY_MILLISECONDS = 1_000;
const LONGEST_DELAY_MILLISECONDS = 600_000;

/** Errors that no repetition mends, by what the dead-letter queue calls them. */
const FINAL_ERRORS: Readonly<Record<string, string>> = {
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

interface Attempt {
  readonly handover: Handover;
  readonly firstTriedAt: number;
  /** Repetitions made so far. */
  readonly retries: number;
}

export class Deliverer {
  readonly #cloud: Cloud;
  readonly #forward: Forward;
  readonly #waiting = new Set<Timer>();
  #stopped = false;

  constructor(cloud: Cloud, forward: Forward) {
    this.#cloud = cloud;
    this.#forward = forward;
  }

  /** Starts a delivery. It goes on by itself; a failure that lasts ends in the dead-letter queue or the log. */
  start(handover: Handover): void {
    void this.#try({ handover, firstTriedAt: this.#cloud.clock.now(), retries: 0 });
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#waiting) timer.cancel();
    this.#waiting.clear();
  }

  async #try(attempt: Attempt): Promise<void> {
    const { rule, target } = attempt.handover;
    try {
      await deliver(attempt.handover, this.#cloud, this.#forward);
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error));
      const message = `Rule ${rule.name} could not deliver to ${target.arn}: ${failure.message}`;
      this.#cloud.log({ kind: "warning", source: "events", message });
      await this.#afterFailure(attempt, failure);
    }
  }

  async #afterFailure(attempt: Attempt, failure: Error): Promise<void> {
    if (this.#stopped) return;
    const { target } = attempt.handover;
    const delay = Math.min(FIRST_DELAY_MILLISECONDS * 2 ** attempt.retries, LONGEST_DELAY_MILLISECONDS);
    const age = this.#cloud.clock.now() + delay - attempt.firstTriedAt;
    const isFinal = failure instanceof AwsError && Object.hasOwn(FINAL_ERRORS, failure.code);
    if (isFinal) return this.#giveUp(attempt, failure, undefined);
    if (attempt.retries >= target.maximumRetryAttempts) {
      return this.#giveUp(attempt, failure, "MaximumRetryAttempts");
    }
    if (age > target.maximumEventAgeInSeconds * 1000) {
      return this.#giveUp(attempt, failure, "MaximumEventAgeInSeconds");
    }
    const timer = this.#cloud.clock.after(delay, () => {
      this.#waiting.delete(timer);
      void this.#try({ ...attempt, retries: attempt.retries + 1 });
    });
    this.#waiting.add(timer);
  }

  async #giveUp(attempt: Attempt, failure: Error, exhausted: string | undefined): Promise<void> {
    const { rule, target, event } = attempt.handover;
    const lost = `The event ${event.id} (${event["detail-type"]}) for ${target.arn}`;
    if (target.deadLetterArn === undefined) {
      this.#warn(`${lost} is dropped: the target has no dead-letter queue.`);
      return;
    }
    try {
      authorizeAsEvents(this.#cloud, "sqs:SendMessage", target.deadLetterArn, rule);
      const messageAttributes = deadLetterAttributes(attempt, failure, exhausted);
      await this.#cloud.services.sqs.send(target.deadLetterArn, JSON.stringify(event), { messageAttributes });
      this.#warn(`${lost} is in the dead-letter queue ${target.deadLetterArn}.`);
    } catch (error) {
      this.#warn(`${lost} is dropped: the dead-letter queue did not take it (${String(error)}).`);
    }
  }

  #warn(message: string): void {
    this.#cloud.log({ kind: "warning", source: "events", message });
  }
}

function deadLetterAttributes(
  { handover, retries }: Attempt,
  failure: Error,
  exhausted: string | undefined,
): Record<string, MessageAttribute> {
  const code =
    failure instanceof AwsError ? (FINAL_ERRORS[failure.code] ?? failure.code) : "SDK_CLIENT_ERROR";
  const attributes = {
    RULE_ARN: handover.rule.arn,
    TARGET_ARN: handover.target.arn,
    ERROR_CODE: code,
    ERROR_MESSAGE: failure.message || code,
    ...(exhausted === undefined
      ? {}
      : { EXHAUSTED_RETRY_CONDITION: exhausted, RETRY_ATTEMPTS: String(retries) }),
  };
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, { DataType: "String", StringValue: value }]),
  );
}
