/** What AWS would return for Step Functions' resources. */
import type { RegisteredResource } from "../../core/graph.ts";
import { arn, hexToken, physicalName } from "../../core/names.ts";
import type { Outputs, OutputsOf, World } from "../../core/service.ts";

/** Any fixed time will do: it only has to be the same at each evaluation. */
const CREATED_AT = "2025-01-01T00:00:00Z";

function stateMachine(resource: RegisteredResource, world: World): Outputs {
  const name = physicalName(resource);
  const machineArn = arn(world, "states", `stateMachine:${name}`);
  return {
    type: "STANDARD",
    id: machineArn,
    arn: machineArn,
    name,
    creationDate: CREATED_AT,
    description: "",
    revisionId: hexToken(`${resource.urn}${String(resource.inputs.definition)}`, 32),
    stateMachineVersionArn: `${machineArn}:1`,
    status: "ACTIVE",
    versionDescription: "",
  };
}

function alias(resource: RegisteredResource, world: World): Outputs {
  const name = physicalName(resource);
  const [route] = (resource.inputs.routingConfigurations ?? []) as readonly {
    stateMachineVersionArn?: string;
  }[];
  const machineArn = machineArnOf(
    route?.stateMachineVersionArn ?? arn(world, "states", "stateMachine:unknown"),
  );
  const aliasArn = `${machineArn}:${name}`;
  return { id: aliasArn, arn: aliasArn, name, creationDate: CREATED_AT };
}

const activity: OutputsOf = (resource, world) => {
  const name = physicalName(resource);
  const activityArn = arn(world, "states", `activity:${name}`);
  return { id: activityArn, arn: activityArn, name, creationDate: CREATED_AT };
};

/** `arn:aws:states:<region>:<account>:stateMachine:<name>` has seven parts; what follows names a version or an alias. */
const MACHINE_ARN_PARTS = 7;

/** The machine that a version's or an alias's ARN belongs to. */
export function machineArnOf(qualifiedArn: string): string {
  return qualifiedArn.split(":").slice(0, MACHINE_ARN_PARTS).join(":");
}

export const outputs: Readonly<Record<string, OutputsOf>> = {
  "aws:sfn/activity:Activity": activity,
  "aws:sfn/alias:Alias": alias,
  "aws:sfn/stateMachine:StateMachine": stateMachine,
};
