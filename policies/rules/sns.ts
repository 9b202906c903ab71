/** Amazon SNS: topics and who hears of them. */
import { statementsOf } from "../documents.ts";
import { letsInvoke, letsSend, openings, refusesPlainText } from "../resource-policies.ts";
import { ALWAYS, PRODUCTION, type Rule, resourceRule, stackRule, unless } from "../rule.ts";
import { ALIAS, PERMISSION, QUEUE, QUEUE_POLICY, SUBSCRIPTION, TOPIC, TOPIC_POLICY } from "./types.ts";

const SNS = "sns.amazonaws.com";

/** Others are people: a message to an address that is wrong stays wrong. */
const PROGRAMS = ["sqs", "lambda", "firehose", "http", "https"];

const topics: readonly Rule[] = [
  stackRule(
    {
      id: "sns-tls-only",
      what: "Topics refuse messages that do not come over TLS.",
      why: "They would cross the network in plain text.",
      remedy: "Add a TopicPolicy that denies everybody where aws:SecureTransport is false.",
      origin: "SNS3, cdk-nag SNS3",
      ...ALWAYS,
      types: [TOPIC],
      reads: [TOPIC_POLICY],
    },
    (topic, stack) =>
      unless(
        stack
          .referring(topic, TOPIC_POLICY, "arn")
          .some((policy) => statementsOf(policy, "policy").some(refusesPlainText)),
        "takes messages without TLS",
      ),
  ),
  resourceRule(
    {
      id: "sns-closed",
      what: "A topic's policy names who may do what, and services only for the account.",
      why: "Anybody could tell all subscribers anything, or subscribe.",
      remedy:
        "Name principals and actions; on services put a condition on aws:SourceAccount or aws:SourceArn.",
      origin: "SNS.4, CKV_AWS_169, CKV_AWS_385",
      ...ALWAYS,
      types: [TOPIC_POLICY],
    },
    (policy) => statementsOf(policy, "policy").flatMap(openings),
  ),
  resourceRule(
    {
      id: "sns-service-key",
      what: "A topic is not encrypted with AWS's key aws/sns.",
      why: "CloudWatch and EventBridge cannot use it: alarms would reach nobody.",
      remedy: "Leave kmsMasterKeyId out, or name a key whose policy lets these services use it.",
      ...ALWAYS,
      types: [TOPIC],
    },
    (topic) => unless(topic.text("kmsMasterKeyId") !== "alias/aws/sns", "has a key that services cannot use"),
  ),
  resourceRule(
    {
      id: "sns-encryption",
      what: "Messages are encrypted with a key of the customer's.",
      why: "AWS encrypts its disks; with a key of one's own a leaked permission on the topic is not enough to read.",
      remedy:
        "Set kmsMasterKeyId to a key of the stack, or write a waiver: a key costs $1 a month and by use.",
      origin: "SNS.1, CKV_AWS_26",
      ...PRODUCTION,
      types: [TOPIC],
    },
    (topic) => unless(topic.at("kmsMasterKeyId") !== undefined, "has no key of its own"),
  ),
];

const subscriptions: readonly Rule[] = [
  resourceRule(
    {
      id: "sns-dead-letters",
      what: "What cannot be delivered to a program is kept.",
      why: "SNS gives up after its retries, at once when permissions are wrong, and the message is gone.",
      remedy: "Set redrivePolicy with the ARN of a queue.",
      origin: "serverless-rules SNSRedrivePolicy",
      ...ALWAYS,
      types: [SUBSCRIPTION],
    },
    (subscription) =>
      unless(
        !PROGRAMS.includes(subscription.text("protocol")) || subscription.text("redrivePolicy") !== "",
        "drops what it cannot deliver",
      ),
  ),
  stackRule(
    {
      id: "sns-may-deliver",
      what: "What a subscription delivers to lets SNS: queues, those for what failed too, and functions.",
      why: "Nothing would arrive, and no error shows at the deployment.",
      remedy:
        "Allow sns.amazonaws.com sqs:SendMessage in the QueuePolicy, or lambda:InvokeFunction in a Permission, where the source is the topic.",
      ...ALWAYS,
      types: [SUBSCRIPTION],
      reads: [TOPIC, QUEUE, QUEUE_POLICY, ALIAS, PERMISSION],
    },
    (subscription, stack) => {
      const topicsOf = stack.targets(subscription, "topic", TOPIC);
      const queues = ["endpoint", "redrivePolicy"].flatMap((property) =>
        stack.targets(subscription, property, QUEUE),
      );
      const refusing = [
        ...queues.filter((queue) => !topicsOf.every((topic) => letsSend(queue, SNS, topic, stack))),
        ...stack
          .targets(subscription, "endpoint", ALIAS)
          .filter((alias) => !topicsOf.every((topic) => letsInvoke(alias, SNS, topic, stack))),
      ];
      return refusing.map(({ name }) => `may not deliver to ${name}`);
    },
  ),
  resourceRule(
    {
      id: "sns-https",
      what: "Web addresses are told over TLS.",
      why: "Messages would cross the internet in plain text.",
      remedy: 'Use the protocol "https".',
      ...ALWAYS,
      types: [SUBSCRIPTION],
    },
    (subscription) => unless(subscription.text("protocol") !== "http", "sends in plain text"),
  ),
];

export const sns: readonly Rule[] = [...topics, ...subscriptions];
