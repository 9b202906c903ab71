/** Event source mappings: how Lambda reads queues and streams, and where failures go. */
import { functionsOf } from "../functions.ts";
import { mayDo } from "../resource-policies.ts";
import { ALWAYS, PRODUCTION, type Rule, resourceRule, stackRule, unless } from "../rule.ts";
import type { Subject } from "../stack.ts";
import { ALIAS, ASYNC, BUCKET, FUNCTION, MAPPING, QUEUE, ROLE, ROLE_POLICY } from "./types.ts";

/** How many times the function's time a message stays hidden, as AWS advises. */
const ATTEMPTS_HIDDEN = 6;

/** A queue has no position to start at, and AWS takes no stream without one. It is known before anything is made. */
function isStream(mapping: Subject): boolean {
  return mapping.at("startingPosition") !== undefined;
}

const both: readonly Rule[] = [
  resourceRule(
    {
      id: "source-partial-batches",
      what: "A function reports which records of a batch failed.",
      why: "Otherwise one bad record brings back the whole batch; and a report that nobody asked for is not read, so that failed messages are deleted.",
      remedy: 'Set functionResponseTypes ["ReportBatchItemFailures"].',
      ...ALWAYS,
      types: [MAPPING],
    },
    (mapping) =>
      unless(
        mapping.list("functionResponseTypes").includes("ReportBatchItemFailures"),
        "takes a batch for done or failed as a whole",
      ),
  ),
  stackRule(
    {
      id: "source-may-report",
      what: "A function may send to the queue that its failures go to.",
      why: "Lambda sends with the function's role: the failure would be lost, and no error shows at the deployment.",
      remedy: "Allow the function's role sqs:SendMessage on the queue.",
      ...ALWAYS,
      types: [MAPPING, ASYNC],
      reads: [QUEUE, ALIAS, FUNCTION, ROLE, ROLE_POLICY],
    },
    (source, stack) => {
      const roles = functionsOf(source, stack).flatMap((fn) => stack.targets(fn, "role", ROLE));
      return stack
        .targets(source, "destinationConfig", QUEUE)
        .filter((queue) => !roles.every((role) => mayDo(role, "sqs:SendMessage", queue, stack)))
        .map(({ name }) => `may not send to ${name}`);
    },
  ),
];

const queues: readonly Rule[] = [
  stackRule(
    {
      id: "source-visibility",
      what: `A message stays hidden for ${ATTEMPTS_HIDDEN} times the time of the function that reads it, and the time a batch may wait.`,
      why: "It would come back while it is still worked on, and be done twice.",
      remedy: `Set the queue's visibilityTimeoutSeconds to ${ATTEMPTS_HIDDEN} × the function's timeout + maximumBatchingWindowInSeconds.`,
      origin: "cdk-nag LambdaEventSourceSQSVisibilityTimeout",
      ...ALWAYS,
      types: [MAPPING],
      reads: [QUEUE, ALIAS, FUNCTION],
    },
    (mapping, stack) => {
      const window = mapping.number("maximumBatchingWindowInSeconds", 0);
      const timeouts = functionsOf(mapping, stack).map((fn) => fn.number("timeout", 3));
      const needed = ATTEMPTS_HIDDEN * Math.max(0, ...timeouts) + window;
      return stack.targets(mapping, "eventSourceArn", QUEUE).flatMap((queue) => {
        const hidden = queue.number("visibilityTimeoutSeconds", 30);
        return unless(hidden >= needed, `hides messages for ${hidden} s where ${needed} s are needed`);
      });
    },
  ),
  resourceRule(
    {
      id: "source-concurrency",
      what: "A queue invokes a bounded number of functions at once.",
      why: "A full queue would take the account's whole concurrency, and the database's connections.",
      remedy: "Set scalingConfig.maximumConcurrency (2 to 1000).",
      origin: "Well-Architected Serverless Lens",
      ...ALWAYS,
      types: [MAPPING],
    },
    (mapping) =>
      unless(
        isStream(mapping) || mapping.number("scalingConfig.maximumConcurrency", 0) >= 2,
        "invokes any number of functions at once",
      ),
  ),
  resourceRule(
    {
      id: "source-queue-filter",
      what: "What reads a queue does not filter.",
      why: "Lambda deletes the messages that no filter lets through; nobody sees them again.",
      remedy: "Filter where messages come from (filterPolicy of the subscription, pattern of the rule).",
      ...ALWAYS,
      types: [MAPPING],
    },
    (mapping) =>
      unless(
        isStream(mapping) || mapping.list("filterCriteria.filters").length === 0,
        "deletes what its filter does not let through",
      ),
  ),
];

const streams: readonly Rule[] = [
  resourceRule(
    {
      id: "source-stream-retries",
      what: "A failing record of a stream is isolated, tried at most 10 times and for at most 6 hours.",
      why: "The default is to try for ever: one bad record blocks its shard for a day, and then the rest is lost.",
      remedy:
        "Set bisectBatchOnFunctionError, maximumRetryAttempts (1 to 10) and maximumRecordAgeInSeconds (60 to 21600).",
      ...ALWAYS,
      types: [MAPPING],
    },
    (mapping) => {
      if (!isStream(mapping)) return [];
      const retries = mapping.number("maximumRetryAttempts", -1);
      const age = mapping.number("maximumRecordAgeInSeconds", -1);
      return [
        ...unless(mapping.at("bisectBatchOnFunctionError") === true, "does not isolate a bad record"),
        ...unless(
          retries >= 1 && retries <= 10,
          `tries a bad record ${retries < 0 ? "for ever" : retries + 1} times`,
        ),
        ...unless(age >= 60 && age <= 21_600, "does not give up on old records"),
      ];
    },
  ),
  resourceRule(
    {
      id: "source-stream-failures",
      what: "What a stream gives up on is told to somebody.",
      why: "The record would be gone without a trace.",
      remedy: "Set destinationConfig.onFailure. (A queue's failures go to its own dead-letter queue.)",
      origin: "cdk-nag LambdaEventSourceMappingDestination, for streams only",
      ...ALWAYS,
      types: [MAPPING],
    },
    (mapping) =>
      unless(
        !isStream(mapping) || mapping.at("destinationConfig.onFailure") !== undefined,
        "drops what it gives up on",
      ),
  ),
  stackRule(
    {
      id: "source-stream-records",
      what: "What a stream gives up on is kept as a whole.",
      why: "A queue or topic is told where the record was, and the stream forgets it after 24 hours.",
      remedy: "Send failures to a bucket: its objects hold the records. Or be sure to be there within a day.",
      ...PRODUCTION,
      types: [MAPPING],
      reads: [BUCKET],
    },
    (mapping, stack) =>
      unless(
        !isStream(mapping) || stack.targets(mapping, "destinationConfig", BUCKET).length > 0,
        "keeps only where a failed record was",
      ),
  ),
  resourceRule(
    {
      id: "source-stream-start",
      what: "A stream is read from its beginning.",
      why: "LATEST loses what is written while the mapping is being made.",
      remedy: 'Set startingPosition "TRIM_HORIZON".',
      ...ALWAYS,
      types: [MAPPING],
    },
    (mapping) =>
      unless(
        !isStream(mapping) || mapping.text("startingPosition") === "TRIM_HORIZON",
        "begins in the middle",
      ),
  ),
];

export const eventSources: readonly Rule[] = [...both, ...queues, ...streams];
