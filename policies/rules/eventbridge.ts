/** Amazon EventBridge: buses, rules, targets, archives, and EventBridge Scheduler. */
import { statementsOf } from "../documents.ts";
import { letsInvoke, letsSend, mayDo, openings } from "../resource-policies.ts";
import { ALWAYS, PRODUCTION, type Rule, resourceRule, stackRule, unless } from "../rule.ts";
import { isRecord, type Subject } from "../stack.ts";
import {
  ALIAS,
  EVENT_RULE,
  EVENT_TARGET,
  PERMISSION,
  QUEUE,
  QUEUE_POLICY,
  ROLE,
  ROLE_POLICY,
  SCHEDULE,
  STATE_MACHINE,
} from "./types.ts";

const BUS = "aws:cloudwatch/eventBus:EventBus";
const BUS_POLICY = "aws:cloudwatch/eventBusPolicy:EventBusPolicy";
const ARCHIVE = "aws:cloudwatch/eventArchive:EventArchive";
const SCHEDULE_GROUP = "aws:scheduler/scheduleGroup:ScheduleGroup";

const EVENTS = "events.amazonaws.com";

/** What is wrong with how a delivery is tried; `path` is where that stands, with a dot, or empty. */
function attempts(subject: Subject, path: string): readonly string[] {
  const tried =
    subject.at(`${path}retryPolicy.maximumEventAgeInSeconds`) !== undefined &&
    subject.at(`${path}retryPolicy.maximumRetryAttempts`) !== undefined;
  return [
    ...unless(subject.at(`${path}deadLetterConfig.arn`) !== undefined, "drops what it cannot deliver"),
    ...unless(tried, "does not say how long it tries"),
  ];
}

const buses: readonly Rule[] = [
  stackRule(
    {
      id: "events-bus-policy",
      what: "A bus of one's own has a policy.",
      why: "Who may say what on it would stand in the policies of all others.",
      remedy: "Add an EventBusPolicy that lets the account's own principals put known events.",
      origin: "EVB1, EventBridge.3",
      ...ALWAYS,
      types: [BUS],
      reads: [BUS_POLICY],
    },
    (bus, stack) =>
      unless(stack.referring(bus, BUS_POLICY, "eventBusName").length > 0, "has no policy of its own"),
  ),
  resourceRule(
    {
      id: "events-bus-closed",
      what: "A bus's policy lets nobody in from outside.",
      why: "Anybody could make the consumers act.",
      remedy: "Name principals and actions, or put a condition on aws:PrincipalOrgID.",
      origin: "EVB1, EventBridge.3",
      ...ALWAYS,
      types: [BUS_POLICY],
    },
    (policy) => statementsOf(policy, "policy").flatMap(openings),
  ),
  stackRule(
    {
      id: "events-archive",
      what: "What was said on a bus of one's own is archived for a bounded time.",
      why: "A consumer that was wrong for a day could not be given the day again; without a bound it costs more every month.",
      remedy: "Add an EventArchive of the bus with retentionDays.",
      ...PRODUCTION,
      types: [BUS],
      reads: [ARCHIVE],
    },
    (bus, stack) =>
      unless(
        stack
          .referring(bus, ARCHIVE, "eventSourceArn")
          .some((archive) => archive.number("retentionDays", 0) > 0),
        "is not archived for a bounded time",
      ),
  ),
];

const rules: readonly Rule[] = [
  resourceRule(
    {
      id: "events-rule-pattern",
      what: "A rule says which kinds of events it is for, or when it fires.",
      why: "A rule for everything is fed whatever others begin to say, also what its own target causes.",
      remedy: "Name detail-type or source in eventPattern, or set scheduleExpression.",
      ...ALWAYS,
      types: [EVENT_RULE],
    },
    (rule) => {
      const pattern = rule.json("eventPattern");
      const named = isRecord(pattern) && ("detail-type" in pattern || "source" in pattern);
      return unless(named || rule.at("scheduleExpression") !== undefined, "is for every event");
    },
  ),
  resourceRule(
    {
      id: "events-dead-letters",
      what: "A target has a queue for what cannot be delivered, and says how long it tries.",
      why: "After 24 hours the event is gone, and at once when the target refuses it.",
      remedy: "Set deadLetterConfig.arn and retryPolicy with age and attempts.",
      origin: "serverless-rules EventBusDLQ",
      ...ALWAYS,
      types: [EVENT_TARGET],
    },
    (target) => attempts(target, ""),
  ),
  stackRule(
    {
      id: "events-may-deliver",
      what: "What EventBridge delivers to for a rule lets it: queues, those for what failed too, functions and state machines.",
      why: "Nothing would arrive, and no error shows at the deployment.",
      remedy:
        "Allow events.amazonaws.com sqs:SendMessage in the QueuePolicy, or lambda:InvokeFunction in a Permission, where the source is the rule; for a state machine let the target's role start it.",
      ...ALWAYS,
      types: [EVENT_TARGET],
      reads: [EVENT_RULE, QUEUE, QUEUE_POLICY, ALIAS, PERMISSION, STATE_MACHINE, ROLE, ROLE_POLICY],
    },
    (target, stack) => {
      const rulesOfTarget = stack.targets(target, "rule", EVENT_RULE);
      const roles = stack.targets(target, "roleArn", ROLE);
      const queues = ["arn", "deadLetterConfig"].flatMap((property) =>
        stack.targets(target, property, QUEUE),
      );
      const refusing = [
        ...queues.filter((queue) => !rulesOfTarget.every((rule) => letsSend(queue, EVENTS, rule, stack))),
        ...stack
          .targets(target, "arn", ALIAS)
          .filter((alias) => !rulesOfTarget.every((rule) => letsInvoke(alias, EVENTS, rule, stack))),
        ...stack
          .targets(target, "arn", STATE_MACHINE)
          .filter((machine) => !roles.some((role) => mayDo(role, "states:StartExecution", machine, stack))),
      ];
      return refusing.map(({ name }) => `may not deliver to ${name}`);
    },
  ),
];

/** EventBridge's own limits: a day, and 185 times. */
const tries: readonly Rule[] = [
  resourceRule(
    {
      id: "events-retries",
      what: "In production EventBridge tries a delivery for as long as it can: a day.",
      why: "An outage of some hours would fill the dead-letter queues, though all would have gone well by itself.",
      remedy: "Set maximumEventAgeInSeconds 86400 and maximumRetryAttempts 185 in the retryPolicy.",
      ...PRODUCTION,
      types: [EVENT_TARGET, SCHEDULE],
    },
    (subject) => {
      const policy = subject.type === SCHEDULE ? "target.retryPolicy" : "retryPolicy";
      return unless(
        subject.number(`${policy}.maximumEventAgeInSeconds`, 86_400) === 86_400 &&
          subject.number(`${policy}.maximumRetryAttempts`, 185) === 185,
        "gives up early",
      );
    },
  ),
];

const sources: readonly Rule[] = [
  resourceRule(
    {
      id: "events-from-buckets",
      what: "Buckets tell EventBridge what happens in them, and nobody else.",
      why: "A bucket has one configuration of notifications, which the next one replaces, and keeps nothing that it could not deliver.",
      remedy: "Set eventbridge in the BucketNotification, and let a rule choose.",
      ...ALWAYS,
      types: ["aws:s3/bucketNotification:BucketNotification"],
    },
    (notification) => {
      const direct = ["lambdaFunctions", "queues", "topics"].flatMap((kind) => notification.list(kind));
      return unless(direct.length === 0, "tells others than EventBridge");
    },
  ),
];

const schedules: readonly Rule[] = [
  resourceRule(
    {
      id: "schedule-dead-letters",
      what: "A schedule has a queue for what cannot be delivered, and says how long it tries.",
      why: "After 24 hours the invocation is gone, and nobody knows that it did not take place.",
      remedy: "Set target.deadLetterConfig.arn and target.retryPolicy with age and attempts.",
      ...ALWAYS,
      types: [SCHEDULE],
    },
    (schedule) => attempts(schedule, "target."),
  ),
  stackRule(
    {
      id: "schedule-may-deliver",
      what: "The role of a schedule may invoke its target, and send to the queue for what failed.",
      why: "Nothing would happen at the time, and no error shows at the deployment.",
      remedy:
        "Allow lambda:InvokeFunction on the alias and sqs:SendMessage on the queue in the role's policy.",
      ...ALWAYS,
      types: [SCHEDULE],
      reads: [QUEUE, ALIAS, ROLE, ROLE_POLICY],
    },
    (schedule, stack) => {
      const roles = stack.targets(schedule, "target", ROLE);
      const lacking = (type: string, action: string) =>
        stack
          .targets(schedule, "target", type)
          .filter((resource) => !roles.some((role) => mayDo(role, action, resource, stack)));
      return [...lacking(ALIAS, "lambda:InvokeFunction"), ...lacking(QUEUE, "sqs:SendMessage")].map(
        ({ name }) => `may not deliver to ${name}`,
      );
    },
  ),
  stackRule(
    {
      id: "schedule-group",
      what: "A schedule is in a group of the program's.",
      why: "Its role can be bound to the group only; whoever may write to the default group could use it.",
      remedy: "Add a ScheduleGroup and name it in groupName.",
      ...ALWAYS,
      types: [SCHEDULE],
      reads: [SCHEDULE_GROUP],
    },
    (schedule, stack) =>
      unless(stack.targets(schedule, "groupName", SCHEDULE_GROUP).length > 0, "is in the default group"),
  ),
  resourceRule(
    {
      id: "schedule-timezone",
      what: "A schedule says in which time zone it thinks.",
      why: "Who reads 03:00 does not know when that is, and an hour shifts twice a year.",
      remedy: "Set scheduleExpressionTimezone.",
      ...ALWAYS,
      types: [SCHEDULE],
    },
    (schedule) => unless(schedule.at("scheduleExpressionTimezone") !== undefined, "names no time zone"),
  ),
];

export const eventbridge: readonly Rule[] = [...buses, ...rules, ...tries, ...sources, ...schedules];
