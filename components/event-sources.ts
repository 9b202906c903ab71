import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { EventPattern, ObjectFilter } from "./event-patterns.ts";
import { objectPattern } from "./event-patterns.ts";
import type { SecureBucket } from "./secure-bucket.ts";
import type { SecureTable } from "./secure-table.ts";

/** Changes of a table's items. The function gets them in order, per partition key. */
export interface StreamSource {
  readonly stream: SecureTable;
  /** Records that match none of these are skipped. @default every record */
  readonly filter?: readonly EventPattern[];
}

/** Messages of a topic. */
export interface TopicSource {
  readonly topic: aws.sns.Topic;
  /** https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html @default every message */
  readonly filterPolicy?: Readonly<Record<string, unknown>>;
  /** What the policy looks at. @default "MessageAttributes" */
  readonly filterPolicyScope?: "MessageAttributes" | "MessageBody";
  /** The queue gets the message alone, without SNS's envelope; for pipelines with a queue. @default false */
  readonly rawMessageDelivery?: boolean;
}

/** Events of a bus. */
export interface RuleSource {
  readonly rule: {
    readonly pattern: EventPattern;
    /** Name of the bus. @default the default bus */
    readonly bus?: pulumi.Input<string>;
  };
}

/** Objects that appear in a bucket. */
export interface BucketSource extends ObjectFilter {
  readonly bucket: SecureBucket;
}

/** Times: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html (UTC). */
export interface ScheduleSource {
  readonly schedule: `rate(${string})` | `cron(${string})`;
}

/** Messages that whoever is granted it puts into the pipeline's own queue, such as a route of a RestApi. */
export interface SentSource {
  readonly sent: true;
}

/** Sources that EventBridge delivers. */
export type RuledSource = RuleSource | BucketSource | ScheduleSource;

export type EventSource = StreamSource | TopicSource | SentSource | RuledSource;

/** How long EventBridge tries, in production as long as it can. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html */
export function retryPolicy(production: boolean): aws.types.input.cloudwatch.EventTargetRetryPolicy {
  return production
    ? { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 }
    : { maximumEventAgeInSeconds: 3_600, maximumRetryAttempts: 10 };
}

/** The rule that catches what a source emits. */
export function createRule(
  name: string,
  source: RuledSource,
  parent: { readonly parent: pulumi.Resource },
): aws.cloudwatch.EventRule {
  return new aws.cloudwatch.EventRule(`${name}-rule`, ruleArgs(source), parent);
}

function ruleArgs(source: RuledSource): aws.cloudwatch.EventRuleArgs {
  if ("schedule" in source) return { scheduleExpression: source.schedule };
  if ("rule" in source) {
    const { pattern, bus } = source.rule;
    return { eventPattern: JSON.stringify(pattern), ...(bus !== undefined && { eventBusName: bus }) };
  }
  const pattern = pulumi
    .output(source.bucket.bucket.bucket)
    .apply((bucketName) => JSON.stringify(objectPattern(bucketName, source)));
  return { eventPattern: pattern };
}
