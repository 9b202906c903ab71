/** Amazon SQS. */
import { type Mutation, replacing } from "./mutation.ts";

const QUEUE = "aws:sqs/queue:Queue";
const POLICY = "aws:sqs/queuePolicy:QueuePolicy";

/** A policy that allows something to services for whomever, to everybody, or to more than it names. */
const allowing = (statement: object) => ({
  policy: JSON.stringify({ Statement: [{ Effect: "Allow", Principal: "*", ...statement }] }),
});
const sender = { Service: "sns.amazonaws.com" };
const anyTopic = { ArnLike: { "aws:SourceArn": ["arn:aws:sns:eu-west-1:0:one", "arn:aws:sns:*:*:*"] } };
const anyAccount = { "ForAllValues:StringEquals": { "aws:PrincipalOrgID": "o-1" } };
const account = { AWS: "arn:aws:iam::000000000000:root" };

export const sqs: readonly Mutation[] = [
  { rule: "sqs-dead-letters", type: QUEUE, name: "tasks-work-queue", set: { redrivePolicy: undefined } },
  {
    rule: "sqs-dead-letters",
    type: QUEUE,
    name: "tasks-work-queue",
    document: { property: "redrivePolicy", change: replacing('"maxReceiveCount":5', '"maxReceiveCount":4') },
  },
  { rule: "sqs-dead-letters-door", type: "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy", remove: true },
  {
    rule: "sqs-dead-letters-door",
    type: "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy",
    document: { property: "redriveAllowPolicy", change: replacing("byQueue", "allowAll") },
  },
  {
    rule: "sqs-dead-letters-retention",
    type: QUEUE,
    name: "tasks-work-dead-letters",
    set: { messageRetentionSeconds: 345_600 },
  },
  {
    rule: "sqs-dead-letters-retention",
    type: QUEUE,
    name: "tasks-work-queue",
    set: { messageRetentionSeconds: 1_209_600 },
  },
  { rule: "sqs-encryption", type: QUEUE, set: { sqsManagedSseEnabled: false } },
  { rule: "sqs-encryption", type: QUEUE, set: { kmsMasterKeyId: "alias/aws/sqs" } },
  { rule: "sqs-tls-only", type: POLICY, name: "records-track-prices", remove: true },
  {
    rule: "sqs-tls-only",
    type: POLICY,
    name: "records-track-prices",
    document: { property: "policy", change: replacing('"false"', '"true"') },
  },
  { rule: "sqs-closed", type: POLICY, add: allowing({ Action: "sqs:SendMessage" }) },
  { rule: "sqs-closed", type: POLICY, add: allowing({ Action: "sqs:SendMessage", Condition: anyAccount }) },
  { rule: "sqs-closed", type: POLICY, add: allowing({ Principal: sender, Action: "sqs:SendMessage" }) },
  {
    rule: "sqs-closed",
    type: POLICY,
    add: allowing({ Principal: sender, Action: "sqs:SendMessage", Condition: anyTopic }),
  },
  { rule: "sqs-closed", type: POLICY, add: allowing({ Principal: account, Action: "sqs:*" }) },
  { rule: "sqs-closed", type: POLICY, add: allowing({ Principal: account, NotAction: "sqs:DeleteQueue" }) },
  { rule: "sqs-long-polling", type: QUEUE, name: "tasks-work-queue", set: { receiveWaitTimeSeconds: 0 } },
];
