/**
 * Delivering to targets: again after a failure, and into the dead-letter queue when that does not help.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
 */
import type { MessageAttribute } from "../../core/apis.ts";
import { AwsError } from "../../core/errors.ts";
import { type Defeat, FINAL_ERRORS, Retries } from "../../core/retries.ts";
import type { Cloud } from "../../core/service.ts";
import { recordMetrics } from "./metrics.ts";
import { authorizeAsEvents, deliver, type Handover, isDestination, type Ways } from "./targets.ts";

export class Deliverer {
  readonly #cloud: Cloud;
  readonly #ways: Ways;
  readonly #retries: Retries;

  constructor(cloud: Cloud, ways: Ways) {
    this.#cloud = cloud;
    this.#ways = ways;
    this.#retries = new Retries(cloud);
  }

  get busy(): boolean {
    return this.#retries.busy;
  }

  /** Starts a delivery. It goes on by itself; a failure that lasts ends in the dead-letter queue or the log. */
  start(handover: Handover): void {
    const { rule, target } = handover;
    this.#retries.start({
      limits: target,
      ...(isDestination(target.arn) ? { turn: () => this.#ways.destinations.turn(target.arn) } : {}),
      attempt: async () => {
        const attempt = () => deliver(handover, this.#cloud, this.#ways);
        await this.#cloud.faults.deliver(rule.arn, target.arn, attempt);
        recordMetrics(this.#cloud, rule, "Invocations");
      },
      failed: ({ message }) => this.#warn(`Rule ${rule.name} could not deliver to ${target.arn}: ${message}`),
      giveUp: (defeat) => this.#giveUp(handover, defeat),
    });
  }

  stop(): void {
    this.#retries.stop();
  }

  /** Forgets the deliveries that wait. */
  reset(): void {
    this.#retries.reset();
  }

  async #giveUp(handover: Handover, defeat: Defeat): Promise<void> {
    const { rule, target, event } = handover;
    const lost = `The event ${event.id} (${event["detail-type"]}) for ${target.arn}`;
    recordMetrics(this.#cloud, rule, "Invocations");
    if (target.deadLetterArn === undefined) {
      recordMetrics(this.#cloud, rule, "FailedInvocations");
      this.#warn(`${lost} is dropped: the target has no dead-letter queue.`);
      return;
    }
    try {
      authorizeAsEvents(this.#cloud, "sqs:SendMessage", target.deadLetterArn, rule);
      const messageAttributes = deadLetterAttributes(handover, defeat);
      await this.#cloud.services.sqs.send(target.deadLetterArn, JSON.stringify(event), { messageAttributes });
      recordMetrics(this.#cloud, rule, "InvocationsSentToDlq");
      this.#warn(`${lost} is in the dead-letter queue ${target.deadLetterArn}.`);
    } catch (error) {
      recordMetrics(this.#cloud, rule, "FailedInvocations", "InvocationsFailedToBeSentToDlq");
      this.#warn(`${lost} is dropped: the dead-letter queue did not take it (${String(error)}).`);
    }
  }

  #warn(message: string): void {
    this.#cloud.log({ kind: "warning", source: "events", message });
  }
}

function deadLetterAttributes(
  handover: Handover,
  { failure, retries, exhausted }: Defeat,
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
