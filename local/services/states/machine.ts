/** A state machine, ready to run: its definition checked, its tasks found. */
import { UserError } from "../../core/errors.ts";
import type { Resource } from "../../core/graph.ts";
import type { Cloud } from "../../core/service.ts";
import { type Definition, readDefinition } from "./definition.ts";
import { StateMachine } from "./interpreter.ts";
import { type Task, taskOf } from "./tasks.ts";
import { tracesExecutions } from "./telemetry.ts";

export interface Machine {
  readonly arn: string;
  readonly name: string;
  readonly roleArn: string;
  readonly type: "STANDARD" | "EXPRESS";
  /** Whether executions are traced. */
  readonly isTraced: boolean;
  /** JSON text, as the program wrote it. */
  readonly text: string;
  readonly definition: Definition;
  /** By the name of the Task state. */
  readonly tasks: ReadonlyMap<string, Task>;
}

/** Express executions end after five minutes. https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html */
const EXPRESS_SECONDS = 300;

/** @throws UserError naming the state and what is wrong with it, or not supported here */
export function readMachine(resource: Resource, cloud: Cloud): Machine {
  const { arn, name, roleArn, type, definition: text } = resource.outputs;
  const machineName = String(name);
  const isExpress = type === "EXPRESS";
  const definition = readDefinition(machineName, String(text), isExpress ? EXPRESS_SECONDS : undefined);
  const tasks = new Map(definition.tasks.map((state) => [state.name, taskOf(state, machineName, cloud)]));
  checkSyntax(machineName, String(text));
  return {
    arn: String(arn),
    name: machineName,
    roleArn: String(roleArn),
    isTraced: tracesExecutions(resource),
    type: isExpress ? "EXPRESS" : "STANDARD",
    text: String(text),
    definition,
    tasks,
  };
}

/** The interpreter's own validation against the schema of the language, paths and ARNs among it. */
function checkSyntax(machineName: string, text: string): void {
  try {
    new StateMachine(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`The definition of state machine "${machineName}" is not valid. ${reason}`);
  }
}
