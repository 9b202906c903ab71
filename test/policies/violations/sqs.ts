/** Amazon SQS. */
import type { Mutation } from "./mutation.ts";

const QUEUE = "aws:sqs/queue:Queue";
const POLICY = "aws:sqs/queuePolicy:QueuePolicy";

const open = { Statement: [{ Effect: "Allow", Principal: "*", Action: "sqs:SendMessage" }] };

export const sqs: readonly Mutation[] = [
  { rule: "sqs-dead-letters", type: QUEUE, name: "tasks-work-queue", set: { redrivePolicy: undefined } },
  { rule: "sqs-dead-letters-door", type: "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy", remove: true },
  {
    rule: "sqs-dead-letters-retention",
    type: QUEUE,
    name: "tasks-work-dead-letters",
    set: { messageRetentionSeconds: 345_600 },
  },
  { rule: "sqs-encryption", type: QUEUE, set: { sqsManagedSseEnabled: false } },
  { rule: "sqs-tls-only", type: POLICY, name: "records-track-prices", remove: true },
  { rule: "sqs-closed", type: POLICY, add: { policy: JSON.stringify(open) } },
  { rule: "sqs-long-polling", type: QUEUE, name: "tasks-work-queue", set: { receiveWaitTimeSeconds: 0 } },
];
