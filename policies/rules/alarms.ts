/** Amazon CloudWatch alarms: that there are those that are needed, and that somebody hears them. */
import { FAILING, isDeadLetterQueue } from "../dead-letters.ts";
import { statementsOf } from "../documents.ts";
import { functionsOf } from "../functions.ts";
import { ALWAYS, PRODUCTION, type Rule, type RuleText, resourceRule, stackRule, unless } from "../rule.ts";
import type { Stack, Subject } from "../stack.ts";
import {
  ALARM,
  ALIAS,
  API,
  ASYNC,
  BUDGET,
  CLUSTER,
  FUNCTION,
  MAPPING,
  QUEUE,
  STATE_MACHINE,
  SUBSCRIPTION,
  TABLE,
  TOPIC,
  TOPIC_POLICY,
} from "./types.ts";

const STAGE = "aws:apigateway/stage:Stage";

/** Who tells topics something, by which property, and as which service. */
const SOURCES = [
  [ALARM, "alarmActions", "cloudwatch.amazonaws.com"],
  [BUDGET, "notifications", "budgets.amazonaws.com"],
] as const;

const behaviour: readonly Rule[] = [
  resourceRule(
    {
      id: "alarms-act",
      what: "An alarm tells somebody.",
      why: "One that only turns red on a page is not seen at night.",
      remedy: "Set alarmActions and leave actionsEnabled on: andamio:alertEmails of the stack.",
      origin: "CloudWatch.15, CloudWatch.17, CKV_AWS_319",
      ...PRODUCTION,
      types: [ALARM],
    },
    (alarm) =>
      unless(
        alarm.list("alarmActions").length > 0 && alarm.at("actionsEnabled") !== false,
        "tells nobody when it goes off",
      ),
  ),
  resourceRule(
    {
      id: "alarms-silence",
      what: "An alarm says what it means when there are no data.",
      why: "By default it keeps its state: most metrics have values only when something happens, and it would never end.",
      remedy: 'Set treatMissingData: "breaching" where silence is the failure, else "notBreaching".',
      ...ALWAYS,
      types: [ALARM],
    },
    (alarm) =>
      unless(
        ["breaching", "notBreaching"].includes(alarm.text("treatMissingData")),
        "does not say what silence means",
      ),
  ),
];

const listeners: readonly Rule[] = [
  stackRule(
    {
      id: "alarms-permitted",
      what: "A topic lets those publish that alarms and budgets tell it through.",
      why: "The alarm goes off and CloudWatch is refused: it shows in the alarm's history only.",
      remedy:
        "Allow cloudwatch.amazonaws.com, for budgets budgets.amazonaws.com, sns:Publish in the TopicPolicy.",
      ...ALWAYS,
      types: [TOPIC],
      reads: [...SOURCES.map(([type]) => type), TOPIC_POLICY],
    },
    (topic, stack) => {
      const admitted = stack
        .referring(topic, TOPIC_POLICY, "arn")
        .flatMap((policy) => statementsOf(policy, "policy"))
        .filter(({ effect, actions }) => effect === "Allow" && actions.includes("sns:Publish"))
        .flatMap(({ services }) => services);
      return SOURCES.filter(([type, property]) => stack.referring(topic, type, property).length > 0)
        .filter(([, , service]) => !admitted.includes(service))
        .map(([, , service]) => `refuses ${service}`);
    },
  ),
  stackRule(
    {
      id: "alarms-heard",
      what: "Somebody listens to the topic that alarms and budgets tell.",
      why: "SNS takes a message for nobody without a word.",
      remedy: "Add a TopicSubscription: andamio:alertEmails of the stack.",
      ...PRODUCTION,
      types: [TOPIC],
      reads: [...SOURCES.map(([type]) => type), SUBSCRIPTION],
    },
    (topic, stack) =>
      unless(
        !SOURCES.some(([type, property]) => stack.referring(topic, type, property).length > 0) ||
          stack.referring(topic, SUBSCRIPTION, "topic").length > 0,
        "is heard by nobody",
      ),
  ),
];

const coverage: readonly Rule[] = [
  watched(
    {
      id: "alarms-functions",
      what: "A function has alarms on errors, on throttles, and on durations below its time-out.",
      why: "A function that nobody waits for fails unseen.",
      remedy: "Add alarms on Errors, Throttles and Duration of the function.",
      types: [FUNCTION],
    },
    (fn, stack) => [
      ...missing(fn, ["Errors", "Throttles", "Duration"], stack),
      ...alarmsOf(fn, "Duration", stack)
        .filter((alarm) => alarm.number("threshold") >= fn.number("timeout", 3) * 1000)
        .map(() => "has an alarm on durations that its time-out comes before"),
    ],
  ),
  watched(
    {
      id: "alarms-lost-events",
      what: "An alarm tells of events that a function could not handle and that could not be kept.",
      why: "They are gone, and nothing else says so.",
      remedy: "Add an alarm on DestinationDeliveryFailures of the function.",
      types: [ASYNC],
      reads: [FUNCTION],
    },
    (config, stack) =>
      stack
        .targets(config, "functionName", FUNCTION)
        .flatMap((fn) => missing(fn, ["DestinationDeliveryFailures"], stack)),
  ),
  watched(
    {
      id: "alarms-streams",
      what: "An alarm tells when a function reads its stream late.",
      why: "After a day the records are gone, unread.",
      remedy: "Add an alarm on IteratorAge of the function.",
      types: [MAPPING],
      reads: [ALIAS, FUNCTION, TABLE],
    },
    (mapping, stack) =>
      stack.targets(mapping, "eventSourceArn", TABLE).length === 0
        ? []
        : functionsOf(mapping, stack).flatMap((fn) => missing(fn, ["IteratorAge"], stack)),
  ),
  watched(
    {
      id: "alarms-dead-letters",
      what: "An alarm tells of the first message in a dead-letter queue.",
      why: "It waits there for two weeks, then it is gone.",
      remedy: "Add an alarm on ApproximateNumberOfMessagesVisible of the queue above 0.",
      types: [QUEUE],
      reads: FAILING,
    },
    (queue, stack) =>
      unless(
        !isDeadLetterQueue(queue, stack) ||
          alarmsOf(queue, "ApproximateNumberOfMessagesVisible", stack).some(
            (alarm) =>
              alarm.text("comparisonOperator") === "GreaterThanThreshold" && alarm.number("threshold") === 0,
          ),
        "has no alarm on its first message",
      ),
  ),
  watched(
    {
      id: "alarms-queues",
      what: "An alarm tells when messages wait for long.",
      why: "A consumer that is stopped or too slow makes no errors.",
      remedy: "Add an alarm on ApproximateAgeOfOldestMessage of the queue.",
      types: [QUEUE],
      reads: [MAPPING],
    },
    (queue, stack) =>
      stack.referring(queue, MAPPING, "eventSourceArn").length === 0
        ? []
        : missing(queue, ["ApproximateAgeOfOldestMessage"], stack),
  ),
  watched(
    {
      id: "alarms-apis",
      what: "An alarm tells when an API fails.",
      why: "Callers go elsewhere before they write.",
      remedy: "Add an alarm on 5XXError of the API.",
      types: [STAGE],
      reads: [API],
    },
    (stage, stack) =>
      stack.targets(stage, "restApi", API).flatMap((api) => missing(api, ["5XXError"], stack)),
  ),
  watched(
    {
      id: "alarms-workflows",
      what: "Alarms tell when a workflow fails or is stopped by its time-out.",
      why: "Nobody waits for its end.",
      remedy: "Add alarms on ExecutionsFailed and ExecutionsTimedOut of the state machine.",
      types: [STATE_MACHINE],
    },
    (machine, stack) => missing(machine, ["ExecutionsFailed", "ExecutionsTimedOut"], stack),
  ),
  watched(
    {
      id: "alarms-databases",
      what: "An alarm tells when a database needs all that it may have.",
      why: "It slows down for everybody, and scales no further.",
      remedy: "Add an alarm on ACUUtilization of the cluster.",
      types: [CLUSTER],
    },
    (cluster, stack) => missing(cluster, ["ACUUtilization"], stack),
  ),
];

/** A rule that wants alarms; they cost $0.10 a month each. */
function watched(
  text: Omit<RuleText, "dev" | "prod">,
  check: (resource: Subject, stack: Stack) => readonly string[],
): Rule {
  return stackRule({ ...text, ...PRODUCTION, reads: [ALARM, ...(text.reads ?? [])] }, check);
}

function alarmsOf(resource: Subject, metric: string, stack: Stack): readonly Subject[] {
  return stack
    .referring(resource, ALARM, "dimensions")
    .filter((alarm) => alarm.text("metricName") === metric);
}

function missing(resource: Subject, metrics: readonly string[], stack: Stack): readonly string[] {
  return metrics
    .filter((metric) => alarmsOf(resource, metric, stack).length === 0)
    .map((metric) => `has no alarm on ${metric} of ${resource.name}`);
}

export const alarms: readonly Rule[] = [...behaviour, ...listeners, ...coverage];
