/** Amazon EventBridge and EventBridge Scheduler. */
import { type Mutation, replacing } from "./mutation.ts";

const BUS_POLICY = "aws:cloudwatch/eventBusPolicy:EventBusPolicy";
const SCHEDULE = "aws:scheduler/schedule:Schedule";

export const eventbridge: readonly Mutation[] = [
  { rule: "events-bus-policy", type: BUS_POLICY, remove: true },
  {
    rule: "events-bus-closed",
    type: BUS_POLICY,
    document: { property: "policy", change: replacing(/"AWS":"[^"]*"/, '"AWS":"*"') },
  },
  { rule: "events-archive", type: "aws:cloudwatch/eventArchive:EventArchive", remove: true },
  {
    rule: "events-archive",
    type: "aws:cloudwatch/eventArchive:EventArchive",
    set: { retentionDays: 0 },
  },
  {
    rule: "events-rule-pattern",
    type: "aws:cloudwatch/eventRule:EventRule",
    set: { eventPattern: '{"account":["000000000000"]}' },
  },
  {
    rule: "events-dead-letters",
    type: "aws:cloudwatch/eventTarget:EventTarget",
    set: { retryPolicy: undefined },
  },
  {
    rule: "events-dead-letters",
    type: "aws:cloudwatch/eventTarget:EventTarget",
    set: { "deadLetterConfig.arn": undefined },
  },
  {
    rule: "events-may-deliver",
    type: "aws:sqs/queuePolicy:QueuePolicy",
    name: "fleet-moves-dead-letters",
    document: { property: "policy", change: replacing("rule/", "rule/another-") },
  },
  {
    rule: "events-may-deliver",
    type: "aws:sqs/queuePolicy:QueuePolicy",
    name: "fleet-moves-policy",
    document: { property: "policy", change: replacing("events.amazonaws.com", "sqs.amazonaws.com") },
  },
  {
    rule: "events-may-deliver",
    type: "aws:lambda/permission:Permission",
    name: "tasks-stored",
    set: { sourceArn: "arn:aws:events:eu-west-1:000000000000:rule/another" },
  },
  {
    rule: "events-may-deliver",
    type: "aws:iam/rolePolicy:RolePolicy",
    name: "tasks-import-start",
    document: { property: "policy", change: replacing("states:StartExecution", "states:StopExecution") },
  },
  {
    rule: "events-retries",
    type: "aws:cloudwatch/eventTarget:EventTarget",
    name: "moves-tracking",
    set: { "retryPolicy.maximumEventAgeInSeconds": 3600 },
  },
  {
    rule: "events-retries",
    type: SCHEDULE,
    name: "backup",
    set: { "target.retryPolicy.maximumRetryAttempts": 10 },
  },
  {
    rule: "events-from-buckets",
    type: "aws:s3/bucketNotification:BucketNotification",
    set: { queues: [{ events: ["s3:ObjectCreated:*"] }] },
  },
  { rule: "schedule-dead-letters", type: SCHEDULE, set: { "target.deadLetterConfig": undefined } },
  { rule: "schedule-dead-letters", type: SCHEDULE, set: { "target.retryPolicy": undefined } },
  {
    rule: "schedule-may-deliver",
    type: "aws:iam/rolePolicy:RolePolicy",
    name: "records-prices-policy",
    document: { property: "policy", change: replacing("sqs:SendMessage", "sqs:ReceiveMessage") },
  },
  {
    rule: "schedule-may-deliver",
    type: "aws:iam/rolePolicy:RolePolicy",
    name: "records-prices-policy",
    document: { property: "policy", change: replacing(":live", ":other") },
  },
  {
    rule: "schedule-group",
    type: "aws:scheduler/scheduleGroup:ScheduleGroup",
    name: "records",
    remove: true,
  },
  { rule: "schedule-group", type: SCHEDULE, set: { groupName: "default" } },
  { rule: "schedule-timezone", type: SCHEDULE, set: { scheduleExpressionTimezone: undefined } },
];
