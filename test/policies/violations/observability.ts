import { ALARM, LOG_GROUP, SUBSCRIPTION } from "../../../policies/rules/types.ts";
import { type Mutation, replacing } from "./mutation.ts";

export const observability: readonly Mutation[] = [
  { rule: "logs-expire", type: LOG_GROUP, set: { retentionInDays: undefined } },
  { rule: "logs-for-a-year", type: LOG_GROUP, set: { retentionInDays: 30 } },
  {
    rule: "logs-vended-name",
    type: LOG_GROUP,
    name: "tasks-import-log",
    set: { name: "/states/tasks-import", namePrefix: undefined },
  },
  { rule: "alarms-act", type: ALARM, set: { alarmActions: [] } },
  { rule: "alarms-act", type: ALARM, set: { actionsEnabled: false } },
  { rule: "alarms-silence", type: ALARM, set: { treatMissingData: undefined } },
  {
    rule: "alarms-permitted",
    type: "aws:sns/topicPolicy:TopicPolicy",
    name: "alerts",
    document: { property: "policy", change: replacing('"cloudwatch.amazonaws.com",', "") },
  },
  { rule: "alarms-heard", type: SUBSCRIPTION, name: "alerts", remove: true },
  { rule: "alarms-functions", type: ALARM, name: "tasks-create-duration", set: { threshold: 10_000 } },
  { rule: "alarms-functions", type: ALARM, name: "tasks-create-throttles", remove: true },
  { rule: "alarms-lost-events", type: ALARM, name: "-lost-events", remove: true },
  { rule: "alarms-streams", type: ALARM, name: "-iterator-age", remove: true },
  { rule: "alarms-dead-letters", type: ALARM, name: "-dead-letters-not-empty", set: { threshold: 10 } },
  { rule: "alarms-dead-letters", type: ALARM, name: "moves-outbox-dead-letters-not-empty", remove: true },
  { rule: "alarms-queues", type: ALARM, name: "tasks-work-age", remove: true },
  { rule: "alarms-apis", type: ALARM, name: "-server-errors", remove: true },
  { rule: "alarms-workflows", type: ALARM, name: "-timed-out", remove: true },
  { rule: "alarms-databases", type: ALARM, name: "fleet-capacity", remove: true },
  { rule: "budget-alerts", type: "aws:budgets/budget:Budget", remove: true },
  { rule: "budget-alerts", type: "aws:budgets/budget:Budget", set: { timeUnit: "ANNUALLY" } },
  {
    rule: "budget-alerts",
    type: "aws:budgets/budget:Budget",
    set: { "notifications.3.notificationType": "ACTUAL" },
  },
];
