/** All state machines and their executions. */
import { randomUUID } from "node:crypto";
import { AwsError } from "../../core/errors.ts";
import type { Cloud } from "../../core/service.ts";
import { Execution, type Status } from "./execution.ts";
import type { Machine } from "./machine.ts";
import { machineArnOf } from "./outputs.ts";
import { sendTrace } from "./telemetry.ts";

/** Ended executions that can still be described; AWS keeps them for 90 days. */
const KEPT_EXECUTIONS = 1_000;
/** Ended executions whose history is kept too. */
const KEPT_HISTORIES = 20;
const MAX_INPUT_BYTES = 262_144;

/** https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html */
const METRICS: Readonly<Record<Status, string>> = {
  RUNNING: "ExecutionsStarted",
  SUCCEEDED: "ExecutionsSucceeded",
  FAILED: "ExecutionsFailed",
  TIMED_OUT: "ExecutionsTimedOut",
  ABORTED: "ExecutionsAborted",
};

export class Executions {
  readonly #cloud: Cloud;
  readonly #machines = new Map<string, Machine>();
  /** By ARN, oldest first. */
  readonly #executions = new Map<string, Execution>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  addMachine(machine: Machine): void {
    this.#machines.set(machine.arn, machine);
  }

  removeMachine(arn: string): void {
    this.#machines.delete(arn);
  }

  /**
   * The machine with this ARN, or with this version or alias; there is only one version here, the newest.
   * @throws AwsError StateMachineDoesNotExist
   */
  machine(arn: string): Machine {
    const machine = this.#machines.get(machineArnOf(arn));
    if (machine) return machine;
    throw new AwsError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${arn}'`);
  }

  /** All machines, by name. */
  machines(): Machine[] {
    return [...this.#machines.values()].sort((left, right) => left.name.localeCompare(right.name));
  }

  /** @throws AwsError ExecutionDoesNotExist */
  execution(arn: string): Execution {
    const execution = this.#executions.get(arn);
    if (execution) return execution;
    throw new AwsError("ExecutionDoesNotExist", `Execution Does Not Exist: '${arn}'`);
  }

  /** Executions of a machine, newest first. */
  of(machineArn: string): Execution[] {
    return [...this.#executions.values()].filter(({ machine }) => machine.arn === machineArn).reverse();
  }

  /**
   * Starts an execution. The name of a standard execution may be used once, except again with the same input while
   * it runs: then it is the answer.
   * @param input JSON text
   * @throws AwsError StateMachineDoesNotExist, ExecutionAlreadyExists, InvalidExecutionInput, InvalidName
   */
  start(machineArn: string, input: string, name = randomUUID() as string): Execution {
    const machine = this.machine(machineArn);
    checkInput(input);
    if (!/^[^\s<>{}[\]?*"#%\\^|~`$&,;:/]{1,80}$/.test(name)) {
      throw new AwsError("InvalidName", `Invalid Name: '${name}'`);
    }
    const isExpress = machine.type === "EXPRESS";
    const kind = isExpress ? "express" : "execution";
    const unique = isExpress ? `${name}:${randomUUID()}` : name;
    const arn = `${machine.arn.replace(":stateMachine:", `:${kind}:`)}:${unique}`;
    const known = this.#executions.get(arn);
    if (known?.status === "RUNNING" && known.input === input) return known;
    if (known) throw new AwsError("ExecutionAlreadyExists", `Execution Already Exists: '${arn}'`);
    const execution = new Execution({ arn, name, machine, input }, this.#cloud);
    this.#executions.set(arn, execution);
    this.#count(machine, "ExecutionsStarted");
    if (machine.isTraced) sendTrace(machine.roleArn, machine.name, this.#cloud);
    void execution.ended.then(() => this.#afterEnd(execution));
    return execution;
  }

  /** Ends and forgets all executions. */
  async reset(): Promise<void> {
    await this.stop();
    this.#executions.clear();
  }

  /** Whether any of them does something at this moment, rather than wait for a time. */
  get busy(): boolean {
    return [...this.#executions.values()].some((execution) => execution.busy);
  }

  async stop(): Promise<void> {
    const running = [...this.#executions.values()].filter(({ status }) => status === "RUNNING");
    for (const execution of running) execution.stop(undefined, "The local cloud was stopped.");
    await Promise.all(running.map(({ ended }) => ended));
  }

  #count({ arn: StateMachineArn }: Machine, metric: string): void {
    this.#cloud.services.cloudwatch.record("AWS/States", metric, { StateMachineArn }, 1, "Count");
  }

  #afterEnd(execution: Execution): void {
    const { machine, name, status, error, cause, startedAt, endedAt, history } = execution;
    this.#count(machine, METRICS[status]);
    const dimensions = { StateMachineArn: machine.arn };
    const milliseconds = (endedAt ?? startedAt) - startedAt;
    const { cloudwatch } = this.#cloud.services;
    cloudwatch.record("AWS/States", "ExecutionTime", dimensions, milliseconds, "Milliseconds");
    const outcome = status === "SUCCEEDED" ? "" : ` with ${error ?? "no error"}: ${cause ?? ""}`;
    this.#cloud.log({
      kind: status === "SUCCEEDED" || status === "ABORTED" ? "event" : "warning",
      source: "states",
      message: `${machine.name} execution ${name} ${status}${outcome} (${history.count} history events)`,
      duration: milliseconds,
    });
    const ended = [...this.#executions.values()].filter((other) => other.status !== "RUNNING");
    for (const old of ended.slice(0, -KEPT_HISTORIES)) old.history.clear();
    for (const old of ended.slice(0, -KEPT_EXECUTIONS)) this.#executions.delete(old.arn);
  }
}

function checkInput(input: string): void {
  if (Buffer.byteLength(input) > MAX_INPUT_BYTES) {
    throw new AwsError(
      "InvalidExecutionInput",
      "The input is larger than the 262144 bytes that are allowed.",
    );
  }
  try {
    JSON.parse(input);
  } catch {
    throw new AwsError(
      "InvalidExecutionInput",
      "Invalid State Machine Execution Input: it is not valid JSON.",
    );
  }
}
