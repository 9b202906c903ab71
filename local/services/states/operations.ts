/** The Step Functions API. https://docs.aws.amazon.com/step-functions/latest/apireference/ */
import { AwsError } from "../../core/errors.ts";
import type { JsonInput, JsonOperations } from "../../core/protocol.ts";
import type { AwsCall, Cloud } from "../../core/service.ts";
import type { Execution } from "./execution.ts";
import type { Executions } from "./executions.ts";

const DEFAULT_PAGE = 100;

/** Asks whether the caller may do this, and answers the execution that the call names. */
type Find = (action: string, input: JsonInput, call: AwsCall) => Execution;

export function operations(cloud: Cloud, executions: Executions): JsonOperations {
  const find: Find = (action, input, call) => {
    const executionArn = text(input, "executionArn");
    cloud.authorize(call.principal, [{ action: `states:${action}`, resource: executionArn }]);
    return executions.execution(executionArn);
  };
  return { ...executionOperations(cloud, find), ...machineOperations(cloud, executions) };
}

function executionOperations(cloud: Cloud, find: Find): JsonOperations {
  return {
    DescribeExecution: (input, call) => describe(find("DescribeExecution", input, call)),
    StopExecution: async (input, call) => {
      const execution = find("StopExecution", input, call);
      execution.stop(optional(input, "error"), optional(input, "cause"));
      await execution.ended;
      return { stopDate: (execution.endedAt ?? cloud.clock.now()) / 1000 };
    },
    GetExecutionHistory: (input, call) => {
      const { history } = find("GetExecutionHistory", input, call);
      const events = input.reverseOrder === true ? history.events.toReversed() : history.events;
      const { page, next } = paginate(events, input);
      return { events: page, ...next };
    },
  };
}

function machineOperations(cloud: Cloud, executions: Executions): JsonOperations {
  /** The ARN of the machine that a call names, once the caller may do this with it. */
  const allowed = (action: string, input: JsonInput, call: AwsCall): string => {
    const machineArn = text(input, "stateMachineArn");
    cloud.authorize(call.principal, [{ action: `states:${action}`, resource: machineArn }]);
    return machineArn;
  };
  const start = (machineArn: string, input: JsonInput): Execution =>
    executions.start(machineArn, String(input.input ?? "{}"), optional(input, "name"));
  return {
    StartExecution: (input, call) => {
      const { arn, startedAt } = start(allowed("StartExecution", input, call), input);
      return { executionArn: arn, startDate: startedAt / 1000 };
    },
    StartSyncExecution: async (input, call) => {
      const machineArn = allowed("StartSyncExecution", input, call);
      if (executions.machine(machineArn).type !== "EXPRESS") {
        const message = "This operation is not supported by this type of state machine";
        throw new AwsError("StateMachineTypeNotSupported", message);
      }
      const execution = start(machineArn, input);
      await execution.ended;
      return describe(execution);
    },
    ListExecutions: (input, call) => {
      const { arn } = executions.machine(allowed("ListExecutions", input, call));
      const wanted = executions.of(arn).filter(({ status }) => (input.statusFilter ?? status) === status);
      const { page, next } = paginate(wanted, input);
      return { executions: page.map(summary), ...next };
    },
    ListStateMachines: (input, call) => {
      cloud.authorize(call.principal, [{ action: "states:ListStateMachines", resource: "*" }]);
      const { page, next } = paginate(executions.machines(), input);
      const stateMachines = page.map(({ arn, name, type }) => ({
        stateMachineArn: arn,
        name,
        type,
        creationDate: 0,
      }));
      return { stateMachines, ...next };
    },
    DescribeStateMachine: (input, call) => {
      const machine = executions.machine(allowed("DescribeStateMachine", input, call));
      const { arn, name, type, roleArn, text: definition } = machine;
      return { stateMachineArn: arn, name, type, roleArn, definition, status: "ACTIVE", creationDate: 0 };
    },
  };
}

function summary({ arn, name, machine, status, startedAt, endedAt }: Execution): JsonInput {
  return {
    executionArn: arn,
    stateMachineArn: machine.arn,
    name,
    status,
    startDate: startedAt / 1000,
    ...(endedAt === undefined ? {} : { stopDate: endedAt / 1000 }),
  };
}

function describe(execution: Execution): JsonInput {
  const { input, output, error, cause } = execution;
  return {
    ...summary(execution),
    input,
    inputDetails: { included: true },
    ...(output === undefined ? {} : { output, outputDetails: { included: true } }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
  };
}

function paginate<Item>(
  items: readonly Item[],
  input: JsonInput,
): { page: readonly Item[]; next: JsonInput } {
  const start = Number(input.nextToken ?? 0);
  const end = start + Number(input.maxResults || DEFAULT_PAGE);
  return { page: items.slice(start, end), next: end < items.length ? { nextToken: String(end) } : {} };
}

function text(input: JsonInput, name: string): string {
  const value = optional(input, name);
  if (value) return value;
  throw new AwsError("ValidationException", `1 validation error detected: '${name}' must not be null.`);
}

function optional(input: JsonInput, name: string): string | undefined {
  const value = input[name];
  return typeof value === "string" ? value : undefined;
}
