/** Amazon SNS. */
import { type Mutation, replacing } from "./mutation.ts";

const TOPIC = "aws:sns/topic:Topic";
const POLICY = "aws:sns/topicPolicy:TopicPolicy";
const SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription";

export const sns: readonly Mutation[] = [
  { rule: "sns-tls-only", type: POLICY, name: "tasks-reports", remove: true },
  {
    rule: "sns-closed",
    type: POLICY,
    name: "alerts",
    document: { property: "policy", change: replacing("aws:SourceAccount", "aws:RequestedRegion") },
  },
  {
    rule: "sns-closed",
    type: POLICY,
    name: "tasks-reports",
    document: { property: "policy", change: replacing(/"AWS":"[^"]*"/, '"AWS":"*"') },
  },
  { rule: "sns-service-key", type: TOPIC, set: { kmsMasterKeyId: "alias/aws/sns" } },
  { rule: "sns-encryption", type: TOPIC, rename: "topic-without-waiver" },
  { rule: "sns-dead-letters", type: SUBSCRIPTION, name: "tasks-work", set: { redrivePolicy: undefined } },
  {
    rule: "sns-may-deliver",
    type: "aws:sqs/queuePolicy:QueuePolicy",
    name: "tasks-work-dead-letters",
    document: { property: "policy", change: replacing("sns.amazonaws.com", "s3.amazonaws.com") },
  },
  {
    rule: "sns-may-deliver",
    type: "aws:sqs/queuePolicy:QueuePolicy",
    name: "tasks-work-policy",
    document: { property: "policy", change: replacing("sqs:SendMessage", "sqs:ReceiveMessage") },
  },
  { rule: "sns-https", type: SUBSCRIPTION, add: { protocol: "http", redrivePolicy: "{}" } },
];
