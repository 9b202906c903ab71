/**
 * One run of a schedule: its input filled in, tried again after a failure, and at last into the dead-letter queue.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
 * Not confirmed by AWS's pages: a denial and a missing target are not tried again, as with EventBridge rules.
 */
import { randomUUID } from "node:crypto";
import type { MessageAttribute } from "../../core/apis.ts";
import { AwsError } from "../../core/errors.ts";
import { type Defeat, Retries } from "../../core/retries.ts";
import type { Cloud } from "../../core/service.ts";
import { trusts } from "../iam/trust-policies.ts";
import { groupArn, type Schedule } from "./schedule.ts";
import { callTarget, roleOf } from "./targets.ts";

const SCHEDULER = "scheduler.amazonaws.com";

/** An attempt of a run. */
interface Execution {
  readonly id: string;
  readonly input: string;
}

export class Deliverer {
  readonly #cloud: Cloud;
  readonly #retries: Retries;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    this.#retries = new Retries(cloud);
  }

  get busy(): boolean {
    return this.#retries.busy;
  }

  /**
   * Starts a run. It goes on by itself.
   * @param due when it was to be, in milliseconds since the epoch
   * @param ended called when the target has taken it or it is given up
   */
  start(schedule: Schedule, due: number, ended: () => void): void {
    const { Target } = schedule.definition;
    const source = `scheduler ${schedule.group}/${schedule.name}`;
    let execution: Execution;
    this.#cloud.log({
      kind: "event",
      source: "scheduler",
      message: `${schedule.group}/${schedule.name} → ${Target.Arn}`,
    });
    this.#retries.start({
      limits: {
        maximumEventAgeInSeconds: Target.RetryPolicy.MaximumEventAgeInSeconds,
        maximumRetryAttempts: Target.RetryPolicy.MaximumRetryAttempts,
      },
      attempt: async (retries) => {
        const id = randomUUID().replaceAll("-", "").slice(0, 16);
        execution = { id, input: inputOf(schedule, due, { id, attempt: retries + 1 }, this.#cloud) };
        checkTrust(schedule, this.#cloud);
        await callTarget({ target: Target, input: execution.input, source }, this.#cloud);
        ended();
      },
      failed: ({ message }) => this.#warn(`${source} could not call ${Target.Arn}: ${message}`),
      giveUp: async (defeat) => {
        await this.#giveUp(schedule, due, execution, defeat);
        ended();
      },
    });
  }

  /** Forgets the runs that wait for their repetition. */
  reset(): void {
    this.#retries.reset();
  }

  stop(): void {
    this.#retries.stop();
  }

  async #giveUp(schedule: Schedule, due: number, execution: Execution, defeat: Defeat): Promise<void> {
    const { Target } = schedule.definition;
    const queue = Target.DeadLetterConfig?.Arn;
    const lost = `The run of schedule ${schedule.group}/${schedule.name}`;
    if (queue === undefined) {
      this.#warn(`${lost} is dropped: the schedule has no dead-letter queue.`);
      return;
    }
    try {
      this.#cloud.authorize(roleOf(Target), [{ action: "sqs:SendMessage", resource: queue }]);
      const messageAttributes = deadLetterAttributes(schedule, due, execution, defeat);
      await this.#cloud.services.sqs.send(queue, execution.input, { messageAttributes });
      this.#warn(`${lost} is in the dead-letter queue ${queue}.`);
    } catch (error) {
      this.#warn(`${lost} is dropped: the dead-letter queue did not take it (${String(error)}).`);
    }
  }

  #warn(message: string): void {
    this.#cloud.log({ kind: "warning", source: "scheduler", message });
  }
}

/**
 * Scheduler must be able to assume the role. Trust policies name the schedule's group as their source.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
 * @throws AwsError ValidationException
 */
export function checkTrust(
  { group, definition }: Pick<Schedule, "group" | "definition">,
  { world, resources }: Cloud,
): void {
  const { RoleArn } = definition.Target;
  const sourceArn = groupArn(world, group);
  if (trusts(resources(), world, { roleArn: RoleArn, service: SCHEDULER, sourceArn })) return;
  throw new AwsError(
    "ValidationException",
    "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
  );
}

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
function inputOf(
  schedule: Schedule,
  due: number,
  { id, attempt }: { readonly id: string; readonly attempt: number },
  cloud: Cloud,
): string {
  const time = toSecond(due);
  const { Input } = schedule.definition.Target;
  if (Input === undefined) return JSON.stringify(scheduledEvent(schedule, time, id, cloud));
  return Input.replaceAll("<aws.scheduler.schedule-arn>", schedule.arn)
    .replaceAll("<aws.scheduler.scheduled-time>", time)
    .replaceAll("<aws.scheduler.execution-id>", id)
    .replaceAll("<aws.scheduler.attempt-number>", String(attempt));
}

/** What a target gets when the schedule has no input. */
function scheduledEvent({ arn }: Schedule, time: string, id: string, { world }: Cloud): object {
  return {
    version: "0",
    id,
    "detail-type": "Scheduled Event",
    source: "aws.scheduler",
    account: world.account,
    time,
    region: world.region,
    resources: [arn],
    detail: "{}",
  };
}

function deadLetterAttributes(
  { arn, definition }: Schedule,
  due: number,
  { id }: Execution,
  { failure, retries, exhausted }: Defeat,
): Record<string, MessageAttribute> {
  const code = failure instanceof AwsError ? failure.code : "AWS.Scheduler.InternalServerError";
  const attributes = {
    ERROR_CODE: code,
    ERROR_MESSAGE: failure.message || code,
    EXECUTION_ID: id,
    ...(exhausted === undefined ? {} : { EXHAUSTED_RETRY_CONDITION: exhausted }),
    IS_PAYLOAD_TRUNCATED: "false",
    RETRY_ATTEMPTS: String(retries),
    SCHEDULED_TIME: toSecond(due),
    SCHEDULE_ARN: arn,
    TARGET_ARN: definition.Target.Arn,
  };
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, { DataType: "String", StringValue: value }]),
  );
}

function toSecond(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, "Z");
}
