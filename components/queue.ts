import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { createAlarm } from "./alarms.ts";
import type { StackDefaults } from "./base.ts";
import { Component } from "./base.ts";
import { DeadLetterQueue } from "./dead-letter-queue.ts";
import type { Link } from "./link.ts";
import type { QueueWriter } from "./queue-policy.ts";
import { queuePolicy } from "./queue-policy.ts";
import type { Transform } from "./transform.ts";
import { transformed } from "./transform.ts";

/** AWS's advice for queues that Lambda reads: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const VISIBILITY_PER_TIMEOUT = 6;

const DEFAULTS = Object.freeze({
  // Fewer, and a burst of throttled invocations sends good messages to the dead-letter queue.
  maxReceiveCount: 5,
  backlogAlarm: 100,
  // SQS's own default, shorter than what the dead-letter queue keeps.
  retentionSeconds: 4 * 24 * 60 * 60,
  // An hour: whoever waits for background work has given up by then.
  oldestMessageSeconds: 3_600,
});

export interface QueueArgs {
  readonly defaults: StackDefaults;
  /** Time-out of the function that reads the queue, in seconds. */
  readonly consumerTimeoutSeconds: number;
  /** How long the reader gathers messages for a batch, in seconds. @default 0 */
  readonly batchingWindowSeconds?: number;
  /** Services that put messages in. @default none; functions write through `link("send")` */
  readonly writers?: readonly QueueWriter[];
  /** Services that put what they could not deliver into the dead-letter queue. @default none */
  readonly deadLetterWriters?: readonly QueueWriter[];
  /** Times that a message is tried. @default 5 */
  readonly maxReceiveCount?: number;
  /** Waiting messages above which an alarm goes off. @default 100 */
  readonly backlogAlarm?: number;
  /** Whether a stack with essential alarms only has the one on the backlog. @default true */
  readonly essential?: boolean;
  /** Age in seconds of the oldest message above which an alarm goes off. @default 3600 */
  readonly oldestMessageSeconds?: number;
  readonly transform?: { readonly queue?: Transform<aws.sqs.QueueArgs> };
}

/**
 * A queue that a function reads, and the dead-letter queue behind it.
 *
 * Creates: an encrypted queue with long polling whose messages stay hidden for six time-outs of their reader, its
 * policy, its dead-letter queue, which takes messages of this queue alone, and alarms on backlog and age.
 */
export class Queue extends Component {
  readonly queue: aws.sqs.Queue;
  readonly deadLetterQueue: DeadLetterQueue;

  constructor(name: string, args: QueueArgs, opts?: pulumi.ComponentResourceOptions) {
    super("Queue", name, {}, opts);
    const parent = { parent: this };
    this.deadLetterQueue = new DeadLetterQueue(
      `${name}-dead-letters`,
      { defaults: args.defaults, ...(args.deadLetterWriters && { writers: args.deadLetterWriters }) },
      parent,
    );
    this.queue = createQueue(name, args, this.deadLetterQueue.queue, parent);
    new aws.sqs.QueuePolicy(
      `${name}-policy`,
      { queueUrl: this.queue.id, policy: queuePolicy(this.queue.arn, args.writers ?? []) },
      parent,
    );
    createAlarms(name, args, this.queue, parent);
    this.registerOutputs({ queue: this.queue, deadLetterQueue: this.deadLetterQueue });
  }

  /** What a sender needs: the queue's URL, and the permission to send to it. */
  link(_access: "send"): Link {
    const statement = { Effect: "Allow", Action: ["sqs:SendMessage"], Resource: this.queue.arn } as const;
    return { value: this.queue.id, statements: [statement] };
  }
}

function createQueue(
  name: string,
  args: QueueArgs,
  deadLetterQueue: aws.sqs.Queue,
  parent: { readonly parent: Queue },
): aws.sqs.Queue {
  const redrivePolicy = pulumi.jsonStringify({
    deadLetterTargetArn: deadLetterQueue.arn,
    maxReceiveCount: args.maxReceiveCount ?? DEFAULTS.maxReceiveCount,
  });
  const queueArgs: aws.sqs.QueueArgs = {
    visibilityTimeoutSeconds:
      VISIBILITY_PER_TIMEOUT * args.consumerTimeoutSeconds + (args.batchingWindowSeconds ?? 0),
    messageRetentionSeconds: DEFAULTS.retentionSeconds,
    receiveWaitTimeSeconds: 20,
    sqsManagedSseEnabled: true,
    redrivePolicy,
  };
  const queue = new aws.sqs.Queue(
    `${name}-queue`,
    transformed(queueArgs, args.transform?.queue, { redrivePolicy }),
    parent,
  );
  // A resource of its own, because the two queues name each other.
  new aws.sqs.RedriveAllowPolicy(
    `${name}-redrive-allow`,
    {
      queueUrl: deadLetterQueue.id,
      redriveAllowPolicy: pulumi.jsonStringify({
        redrivePermission: "byQueue",
        sourceQueueArns: [queue.arn],
      }),
    },
    parent,
  );
  return queue;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
function createAlarms(
  name: string,
  args: QueueArgs,
  queue: aws.sqs.Queue,
  parent: { readonly parent: Queue },
): void {
  const metric = {
    namespace: "AWS/SQS",
    dimensions: { QueueName: queue.name },
    statistic: "Maximum",
  } as const;
  const backlog = args.backlogAlarm ?? DEFAULTS.backlogAlarm;
  createAlarm(
    `${name}-backlog`,
    args.defaults,
    {
      ...metric,
      description: `More than ${backlog} messages are waiting in ${name}.`,
      metricName: "ApproximateNumberOfMessagesVisible",
      threshold: backlog,
      essential: args.essential ?? true,
    },
    parent,
  );
  const age = args.oldestMessageSeconds ?? DEFAULTS.oldestMessageSeconds;
  createAlarm(
    `${name}-age`,
    args.defaults,
    {
      ...metric,
      description: `The oldest message of ${name} has been waiting for more than ${age} seconds.`,
      metricName: "ApproximateAgeOfOldestMessage",
      threshold: age,
    },
    parent,
  );
}
