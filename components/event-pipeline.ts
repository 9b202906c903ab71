import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AlarmedFunction } from "./alarmed-function.ts";
import { createAlarm } from "./alarms.ts";
import type { StackDefaults } from "./base.ts";
import { Component } from "./base.ts";
import { DeadLetterQueue } from "./dead-letter-queue.ts";
import type { BatchArgs } from "./event-mappings.ts";
import { consumeQueue, consumeStream } from "./event-mappings.ts";
import type { EventSource, RuledSource, TopicSource } from "./event-sources.ts";
import { createRule, retryPolicy } from "./event-sources.ts";
import type { Mistake } from "./mistakes.ts";
import { refuseMistakes } from "./mistakes.ts";
import type { QueueArgs } from "./queue.ts";
import { Queue } from "./queue.ts";
import type { QueueWriter } from "./queue-policy.ts";

export interface EventPipelineArgs {
  readonly defaults: StackDefaults;
  readonly source: EventSource;
  /** The function that handles what comes. It reports failed items one by one when it reads a queue or a stream. */
  readonly consumer: AlarmedFunction;
  /** Puts a queue between source and consumer, which evens out bursts. @default false; a stream needs none, messages that are sent always have one */
  readonly queue?:
    | boolean
    | Pick<QueueArgs, "maxReceiveCount" | "backlogAlarm" | "essential" | "oldestMessageSeconds">;
  /** How a queue or a stream is read. */
  readonly batch?: BatchArgs;
  /** Milliseconds; an alarm goes off when the oldest unread record of a stream is older. @default 60000, and the batching window */
  readonly iteratorAgeMilliseconds?: number;
}

const ITERATOR_AGE_MILLISECONDS = 60_000;

/**
 * Brings events from a source to a function, so that none is lost unseen: what cannot be delivered or handled ends in
 * a dead-letter queue, whose first message raises an alarm.
 *
 * Creates, as the source asks: a rule and its target, a subscription or a stream's mapping; a dead-letter queue; with
 * `queue`, a queue and its mapping; the permissions that go with them; alarms on backlog, age and dead letters.
 *
 *     new EventPipeline("work", { defaults, source: { topic: created.topic }, queue: true, consumer: worker });
 */
export class EventPipeline extends Component {
  readonly deadLetterQueue: DeadLetterQueue;
  /** Undefined without `queue`. */
  readonly queue: Queue | undefined;
  /** Undefined for sources that EventBridge does not deliver. */
  readonly rule: aws.cloudwatch.EventRule | undefined;
  /** Function that reads a stream; undefined for other sources. */
  readonly streamConsumer: AlarmedFunction | undefined;

  /** @throws pulumi.InputPropertiesError naming every mistake in the arguments */
  constructor(name: string, args: EventPipelineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("EventPipeline", name, {}, opts);
    refuseMistakes(`EventPipeline "${name}"`, mistakesIn(args));
    const parent = { parent: this };
    const { source, consumer, defaults } = args;

    if ("stream" in source) {
      this.streamConsumer = consumer;
      this.deadLetterQueue = new DeadLetterQueue(`${name}-dead-letters`, { defaults }, parent);
      consumeStream(name, source, this.deadLetterQueue, consumer, args.batch ?? {}, parent);
      createIteratorAgeAlarm(name, args, parent);
    } else if ("sent" in source) {
      this.queue = createQueue(name, args, [], parent);
      this.deadLetterQueue = this.queue.deadLetterQueue;
      consumeQueue(name, this.queue, consumer, args.batch ?? {}, parent);
    } else {
      const origin = createOrigin(name, source, parent);
      this.rule = origin.rule;
      this.queue = args.queue ? createQueue(name, args, [origin.writer], parent) : undefined;
      this.deadLetterQueue =
        this.queue?.deadLetterQueue ??
        new DeadLetterQueue(`${name}-dead-letters`, { defaults, writers: [origin.writer] }, parent);
      if (this.queue) consumeQueue(name, this.queue, consumer, args.batch ?? {}, parent);
      connect(name, args, origin, targetOf(name, args, origin, this.queue), this.deadLetterQueue, parent);
    }
    this.registerOutputs({ deadLetterQueue: this.deadLetterQueue, queue: this.queue, rule: this.rule });
  }

  /**
   * The queue of a pipeline whose messages are sent.
   * @throws Error for a pipeline without a queue
   */
  get sentQueue(): Queue {
    if (!this.queue) throw new Error(`EventPipeline "${this.name}" has no queue`);
    return this.queue;
  }
}

type Parent = { readonly parent: pulumi.Resource };

/** What emits the events, and as whom it delivers them. */
interface Origin {
  readonly rule: aws.cloudwatch.EventRule | undefined;
  readonly topic: TopicSource | undefined;
  readonly writer: QueueWriter;
}

function createOrigin(name: string, source: TopicSource | RuledSource, parent: Parent): Origin {
  if ("topic" in source) {
    const writer: QueueWriter = { service: "sns.amazonaws.com", sourceArn: source.topic.arn };
    return { rule: undefined, topic: source, writer };
  }
  const rule = createRule(name, source, parent);
  return { rule, topic: undefined, writer: { service: "events.amazonaws.com", sourceArn: rule.arn } };
}

function createQueue(
  name: string,
  args: EventPipelineArgs,
  writers: readonly QueueWriter[],
  parent: Parent,
): Queue {
  return new Queue(
    name,
    {
      ...(typeof args.queue === "object" ? args.queue : {}),
      defaults: args.defaults,
      consumerTimeoutSeconds: args.consumer.timeoutSeconds,
      batchingWindowSeconds: args.batch?.batchingWindowSeconds ?? 0,
      writers,
      deadLetterWriters: writers,
    },
    parent,
  );
}

/** Where the source delivers to, and what must be in place before it does. */
interface Target {
  readonly arn: pulumi.Output<string>;
  readonly protocol: "lambda" | "sqs";
  readonly ready: pulumi.Resource;
}

function targetOf(
  name: string,
  { consumer }: EventPipelineArgs,
  { writer }: Origin,
  queue: Queue | undefined,
): Target {
  if (queue) return { arn: queue.queue.arn, protocol: "sqs", ready: queue };
  const permission = consumer.allowInvocation(name, {
    principal: writer.service,
    sourceArn: writer.sourceArn,
    async: true,
  });
  return { arn: consumer.alias.arn, protocol: "lambda", ready: permission };
}

function connect(
  name: string,
  args: EventPipelineArgs,
  { rule, topic }: Origin,
  target: Target,
  deadLetterQueue: DeadLetterQueue,
  parent: Parent,
): void {
  const opts = { ...parent, dependsOn: [target.ready, deadLetterQueue] };
  const deadLetterArn = deadLetterQueue.queue.arn;
  if (rule) {
    new aws.cloudwatch.EventTarget(
      `${name}-target`,
      {
        rule: rule.name,
        eventBusName: rule.eventBusName,
        arn: target.arn,
        deadLetterConfig: { arn: deadLetterArn },
        retryPolicy: retryPolicy(args.defaults.production),
      },
      opts,
    );
  }
  if (topic) {
    new aws.sns.TopicSubscription(
      `${name}-subscription`,
      {
        topic: topic.topic.arn,
        protocol: target.protocol,
        endpoint: target.arn,
        redrivePolicy: pulumi.jsonStringify({ deadLetterTargetArn: deadLetterArn }),
        ...(topic.rawMessageDelivery && { rawMessageDelivery: true }),
        ...(topic.filterPolicy && {
          filterPolicy: JSON.stringify(topic.filterPolicy),
          filterPolicyScope: topic.filterPolicyScope ?? "MessageAttributes",
        }),
      },
      opts,
    );
  }
}

function createIteratorAgeAlarm(name: string, args: EventPipelineArgs, parent: Parent): void {
  const { batchingWindowSeconds = 0 } = args.batch ?? {};
  const threshold = args.iteratorAgeMilliseconds ?? ITERATOR_AGE_MILLISECONDS + batchingWindowSeconds * 1000;
  createAlarm(
    `${name}-iterator-age`,
    args.defaults,
    {
      description: `The function behind ${name} reads its stream more than ${threshold} ms late.`,
      namespace: "AWS/Lambda",
      metricName: "IteratorAge",
      dimensions: { FunctionName: args.consumer.function.name },
      statistic: "Maximum",
      threshold,
    },
    parent,
  );
}

function mistakesIn(args: EventPipelineArgs): Mistake[] {
  const { source, queue, batch = {} } = args;
  const mistakes: Mistake[] = [];
  const refuse = (wrong: boolean, propertyPath: string, reason: string) => {
    if (wrong) mistakes.push({ propertyPath, reason });
  };
  const { maximumConcurrency, batchingWindowSeconds = 0, batchSize = 1 } = batch;
  const isStream = "stream" in source;
  const hasQueue = "sent" in source || Boolean(queue);
  refuse(
    isStream && queue !== undefined && queue !== false,
    "queue",
    "cannot stand behind a stream; leave it out",
  );
  refuse(
    !isStream && !hasQueue && args.batch !== undefined,
    "batch",
    "is for queues and streams; this source invokes the function event by event",
  );
  refuse(
    "topic" in source && source.rawMessageDelivery === true && !queue,
    "source.rawMessageDelivery",
    "is for pipelines with a queue; SNS always hands functions its envelope",
  );
  refuse(
    maximumConcurrency !== undefined && (maximumConcurrency < 2 || maximumConcurrency > 1_000),
    "batch.maximumConcurrency",
    `is ${maximumConcurrency}; Lambda takes 2 to 1,000`,
  );
  refuse(
    batchingWindowSeconds < 0 || batchingWindowSeconds > 300,
    "batch.batchingWindowSeconds",
    `is ${batchingWindowSeconds}; Lambda takes 0 to 300`,
  );
  refuse(batchSize < 1 || batchSize > 10_000, "batch.batchSize", `is ${batchSize}; Lambda takes 1 to 10,000`);
  refuse(
    !isStream && batchSize > 10 && batchingWindowSeconds < 1,
    "batch.batchSize",
    `is ${batchSize}; above 10, Lambda wants a batchingWindowSeconds of at least 1 for a queue`,
  );
  refuse(
    "schedule" in source && !/^(rate|cron)\(.+\)$/.test(source.schedule),
    "source.schedule",
    "is neither rate(…) nor cron(…)",
  );
  return mistakes;
}
