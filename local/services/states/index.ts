/**
 * AWS Step Functions, run by aws-local-stepfunctions. What is not supported (JSONata, distributed Map, callbacks,
 * activities, `.sync` integrations …) is refused by name when the machine is realized.
 * https://docs.aws.amazon.com/step-functions/latest/dg/
 */
import type { StatesApi } from "../../core/apis.ts";
import { UserError } from "../../core/errors.ts";
import type { Resource } from "../../core/graph.ts";
import { answerJson, type JsonOperations } from "../../core/protocol.ts";
import type { Cloud, Service, ServiceDefinition } from "../../core/service.ts";
import { mayAssume } from "../iam/trust-policies.ts";
import type { Executions } from "./executions.ts";
import type { readMachine } from "./machine.ts";
import { operations } from "./operations.ts";
import { outputs } from "./outputs.ts";
import { checkLogging } from "./telemetry.ts";

export const states: ServiceDefinition = {
  name: "states",
  signingNames: ["states"],
  protocol: "json",
  outputs,
  create: createService,
};

function createService(cloud: Cloud): Service {
  let loading: Promise<Loaded> | undefined;
  const loaded = (): Promise<Loaded> => {
    loading ??= load(cloud);
    return loading;
  };
  const api: StatesApi = {
    start: async (stateMachineArn, input, options = {}) => {
      const { executions } = await loaded();
      const execution = executions.start(stateMachineArn, JSON.stringify(input ?? {}), options.name);
      const message = `${execution.machine.name} execution ${execution.name} started by ${options.source ?? "a service"}`;
      cloud.log({ kind: "event", source: "states", message });
      return { executionArn: execution.arn };
    },
  };
  const unchecked = new Set<Resource>();
  const realize = async (resource: Resource): Promise<void> => {
    checkRole(cloud, resource);
    const { executions, readMachine } = await loaded();
    executions.addMachine(readMachine(resource, cloud));
    unchecked.add(resource);
  };
  return {
    api,
    realize: {
      "aws:sfn/stateMachine:StateMachine": {
        create: realize,
        update: realize,
        delete: async (resource) => (await loaded()).executions.removeMachine(String(resource.outputs.arn)),
      },
    },
    ready: async () => {
      for (const machine of unchecked) checkLogging(machine, cloud);
      unchecked.clear();
    },
    call: async (call) => answerJson("states", (await loaded()).table, call),
    reset: async () => (await loading)?.executions.reset(),
    busy: async () => (await loading)?.executions.busy ?? false,
    stop: async () => (await loading)?.executions.stop(),
  };
}

/** @throws UserError as CreateStateMachine refuses it */
function checkRole(cloud: Cloud, { name, outputs }: Resource): void {
  const roleArn = String(outputs.roleArn ?? "");
  const services = ["states.amazonaws.com", `states.${cloud.world.region}.amazonaws.com`];
  const sourceArn = String(outputs.arn);
  if (services.some((service) => mayAssume(cloud, { roleArn, service, sourceArn }))) return;
  throw new UserError(
    `State machine "${name}": Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role ${roleArn}.`,
  );
}

interface Loaded {
  readonly executions: Executions;
  readonly table: JsonOperations;
  readonly readMachine: typeof readMachine;
}

/** The interpreter takes 0.1 s to load, which programs without state machines need not pay. */
async function load(cloud: Cloud): Promise<Loaded> {
  const [{ Executions }, { readMachine }] = await Promise.all([
    import("./executions.ts"),
    import("./machine.ts"),
  ]);
  const executions = new Executions(cloud);
  return { executions, readMachine, table: operations(cloud, executions) };
}
