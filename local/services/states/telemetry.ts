/** What Step Functions does with a state machine's role beside running it: it delivers logs, and sends traces. */
import type { Properties, Resource } from "../../core/graph.ts";
import { isPermitted } from "../../core/permitted.ts";
import type { Cloud, Permission } from "../../core/service.ts";

/** https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy */
const LOG_ACTIONS = [
  "logs:CreateLogDelivery",
  "logs:GetLogDelivery",
  "logs:UpdateLogDelivery",
  "logs:DeleteLogDelivery",
  "logs:ListLogDeliveries",
  "logs:PutResourcePolicy",
  "logs:DescribeResourcePolicies",
  "logs:DescribeLogGroups",
];

/** https://docs.aws.amazon.com/step-functions/latest/dg/xray-iam.html */
const TRACE_ACTIONS = [
  "xray:PutTraceSegments",
  "xray:PutTelemetryRecords",
  "xray:GetSamplingRules",
  "xray:GetSamplingTargets",
];

/** AWS refuses a machine that has a log and a role without the permissions to deliver it; here a warning says so. */
export function checkLogging({ outputs, name }: Resource, cloud: Cloud): void {
  const { level = "OFF" } = membersOf(outputs.loggingConfiguration);
  if (level === "OFF") return;
  const role = { kind: "role", arn: String(outputs.roleArn) } as const;
  if (isPermitted(cloud, role, onEverything(LOG_ACTIONS))) return;
  const message = `AWS refuses the state machine ${name}: its role lacks permissions to deliver logs.`;
  cloud.log({ kind: "warning", source: "states", message });
}

export function tracesExecutions({ outputs }: Resource): boolean {
  return membersOf(outputs.tracingConfiguration).enabled === true;
}

/** Sends the trace of an execution; there is nobody here who keeps it. */
export function sendTrace(roleArn: string, machineName: string, cloud: Cloud): void {
  const role = { kind: "role", arn: roleArn, functionName: machineName } as const;
  isPermitted(cloud, role, onEverything(TRACE_ACTIONS));
}

function onEverything(actions: readonly string[]): Permission[] {
  return actions.map((action) => ({ action, resource: "*" }));
}

function membersOf(value: unknown): Properties {
  return typeof value === "object" && value !== null ? (value as Properties) : {};
}
