import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { createAlarm } from "./alarms.ts";
import type { StackDefaults } from "./base.ts";
import { Component } from "./base.ts";
import type { QueueWriter } from "./queue-policy.ts";
import { queuePolicy } from "./queue-policy.ts";

/** The longest that SQS keeps a message. A message keeps the age it had before, so this must outlast its queue. */
export const DEAD_LETTER_RETENTION_SECONDS = 14 * 24 * 60 * 60;

export interface DeadLetterQueueArgs {
  readonly defaults: StackDefaults;
  /** Services that put what they could not deliver here. @default none */
  readonly writers?: readonly QueueWriter[];
}

/**
 * Where messages and events wait that could not be delivered or handled, until somebody looks.
 *
 * Creates: an encrypted queue that keeps messages for 14 days, its policy, and an alarm on the first message.
 */
export class DeadLetterQueue extends Component {
  readonly queue: aws.sqs.Queue;

  constructor(name: string, args: DeadLetterQueueArgs, opts?: pulumi.ComponentResourceOptions) {
    super("DeadLetterQueue", name, {}, opts);
    this.queue = new aws.sqs.Queue(
      `${name}-queue`,
      { messageRetentionSeconds: DEAD_LETTER_RETENTION_SECONDS, sqsManagedSseEnabled: true },
      { parent: this },
    );
    new aws.sqs.QueuePolicy(
      `${name}-policy`,
      { queueUrl: this.queue.id, policy: queuePolicy(this.queue.arn, args.writers ?? []) },
      { parent: this },
    );
    createAlarm(
      `${name}-not-empty`,
      args.defaults,
      {
        description: `Something could not be delivered or handled and waits in ${name}.`,
        namespace: "AWS/SQS",
        metricName: "ApproximateNumberOfMessagesVisible",
        dimensions: { QueueName: this.queue.name },
        statistic: "Maximum",
        threshold: 0,
      },
      { parent: this },
    );
    this.registerOutputs({ queue: this.queue });
  }
}
