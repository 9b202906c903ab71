/** Amazon SQS: queues, and the queues for what could not be delivered or handled. */
import { FAILING, isDeadLetterQueue } from "../dead-letters.ts";
import { statementsOf } from "../documents.ts";
import { openings, refusesPlainText } from "../resource-policies.ts";
import { ALWAYS, type Rule, resourceRule, stackRule, unless } from "../rule.ts";
import { textOf, valueAt } from "../stack.ts";
import { QUEUE, QUEUE_POLICY } from "./types.ts";

const REDRIVE_ALLOW = "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy";

/** SQS's own limit, in seconds. */
const LONGEST_RETENTION = 1_209_600;

/** SQS's default, in seconds. */
const USUAL_RETENTION = 345_600;

const deadLetters: readonly Rule[] = [
  stackRule(
    {
      id: "sqs-dead-letters",
      what: "A message that cannot be handled goes to another queue after 5 or more attempts.",
      why: "It would come back until it expires, and be gone; with fewer attempts a throttled consumer loses good messages.",
      remedy: "Set redrivePolicy with deadLetterTargetArn and maxReceiveCount of at least 5.",
      origin: "SQS3, serverless-rules SQSRedrivePolicy",
      ...ALWAYS,
      types: [QUEUE],
      reads: FAILING,
    },
    (queue, stack) => {
      if (isDeadLetterQueue(queue, stack)) return [];
      const policy = queue.json("redrivePolicy");
      const attempts = valueAt(policy, "maxReceiveCount");
      if (textOf(valueAt(policy, "deadLetterTargetArn")) === "") return ["has no dead-letter queue"];
      return unless(Number(attempts) >= 5, `gives up after ${String(attempts)} attempts`);
    },
  ),
  stackRule(
    {
      id: "sqs-dead-letters-door",
      what: "A dead-letter queue says whose it is.",
      why: "Any queue of the account could put its failures there, and a redrive would send them to the wrong consumer.",
      remedy: 'Add a RedriveAllowPolicy "byQueue" that names the source.',
      ...ALWAYS,
      types: [QUEUE],
      reads: [REDRIVE_ALLOW],
    },
    (queue, stack) => {
      const sources = stack.referring(queue, QUEUE, "redrivePolicy");
      const allowed = stack
        .referring(queue, REDRIVE_ALLOW, "queueUrl")
        .map((allow) => allow.json("redriveAllowPolicy"));
      return unless(
        sources.length === 0 || allowed.some((allow) => valueAt(allow, "redrivePermission") === "byQueue"),
        "takes the failures of any queue",
      );
    },
  ),
  stackRule(
    {
      id: "sqs-dead-letters-retention",
      what: "A dead-letter queue keeps messages for 14 days, and longer than the queue that they come from.",
      why: "A message keeps the age that it has: it would expire on arrival.",
      remedy: `Set messageRetentionSeconds ${LONGEST_RETENTION} on the dead-letter queue, less on its source.`,
      ...ALWAYS,
      types: [QUEUE],
      reads: FAILING,
    },
    (queue, stack) => {
      const kept = queue.number("messageRetentionSeconds", USUAL_RETENTION);
      const longest = Math.max(
        0,
        ...stack
          .referring(queue, QUEUE, "redrivePolicy")
          .map((source) => source.number("messageRetentionSeconds", USUAL_RETENTION)),
      );
      if (!isDeadLetterQueue(queue, stack)) return [];
      return unless(kept === LONGEST_RETENTION && longest < kept, `keeps messages for ${kept} s only`);
    },
  ),
];

const access: readonly Rule[] = [
  resourceRule(
    {
      id: "sqs-encryption",
      what: "Queues are encrypted with SQS's own key, or with one of the customer's.",
      why: "AWS's key aws/sqs cannot be used by SNS, S3 and EventBridge: their deliveries would fail.",
      remedy: "Set sqsManagedSseEnabled.",
      origin: "SQS2, SQS.1, CKV_AWS_27",
      ...ALWAYS,
      types: [QUEUE],
    },
    (queue) => {
      const key = queue.text("kmsMasterKeyId");
      return unless(
        (queue.at("sqsManagedSseEnabled") === true && key === "") || (key !== "" && key !== "alias/aws/sqs"),
        "is not encrypted with a key that services can use",
      );
    },
  ),
  stackRule(
    {
      id: "sqs-tls-only",
      what: "Queues refuse calls without TLS.",
      why: "Messages would cross the network in plain text.",
      remedy: "Add a QueuePolicy that denies everybody where aws:SecureTransport is false.",
      origin: "SQS4, cdk-nag SQS4",
      ...ALWAYS,
      types: [QUEUE],
      reads: [QUEUE_POLICY],
    },
    (queue, stack) =>
      unless(
        stack
          .referring(queue, QUEUE_POLICY, "queueUrl")
          .some((policy) => statementsOf(policy, "policy").some(refusesPlainText)),
        "takes calls without TLS",
      ),
  ),
  resourceRule(
    {
      id: "sqs-closed",
      what: "A queue's policy names who may do what, and services only for a resource of the account.",
      why: "Anybody could read or fill the queue; a service acts for every account that asks it.",
      remedy: "Name principals and actions; on services put a condition on aws:SourceArn.",
      origin: "SQS.3, CKV_AWS_168, CKV_AWS_387, CKV_AWS_72",
      ...ALWAYS,
      types: [QUEUE_POLICY],
    },
    (policy) => statementsOf(policy, "policy").flatMap(openings),
  ),
];

const polling: readonly Rule[] = [
  stackRule(
    {
      id: "sqs-long-polling",
      what: "Who asks an empty queue waits 20 s for an answer.",
      why: "Every answer costs, empty ones too, and short ones miss messages.",
      remedy: "Set receiveWaitTimeSeconds 20.",
      ...ALWAYS,
      types: [QUEUE],
      reads: FAILING,
    },
    (queue, stack) =>
      unless(
        isDeadLetterQueue(queue, stack) || queue.number("receiveWaitTimeSeconds", 0) === 20,
        "answers at once that it is empty",
      ),
  ),
];

export const sqs: readonly Rule[] = [...deadLetters, ...access, ...polling];
