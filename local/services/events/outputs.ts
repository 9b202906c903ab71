/** What AWS would return for EventBridge's resources. */
import type { RegisteredResource } from "../../core/graph.ts";
import { arn, hexToken, physicalName, token, uuid } from "../../core/names.ts";
import type { Outputs, OutputsOf, World } from "../../core/service.ts";

/** A bus may be named by its ARN too. */
export function busNameOf(nameOrArn: unknown): string {
  const name = typeof nameOrArn === "string" && nameOrArn !== "" ? nameOrArn : "default";
  return name.startsWith("arn:") ? name.slice(name.lastIndexOf("/") + 1) : name;
}

export function busArn(world: World, name: string): string {
  return arn(world, "events", `event-bus/${name}`);
}

export function ruleArn(world: World, bus: string, name: string): string {
  return arn(world, "events", bus === "default" ? `rule/${name}` : `rule/${bus}/${name}`);
}

function rule(resource: RegisteredResource, world: World): Outputs {
  const name = physicalName(resource);
  const bus = busNameOf(resource.inputs.eventBusName);
  const id = bus === "default" ? name : `${bus}/${name}`;
  return { id, name, eventBusName: bus, arn: ruleArn(world, bus, name) };
}

function target(resource: RegisteredResource): Outputs {
  const { targetId, rule: ruleName } = resource.inputs;
  const own = typeof targetId === "string" ? targetId : `target-${hexToken(resource.urn, 20)}`;
  const bus = busNameOf(resource.inputs.eventBusName);
  const prefix = bus === "default" ? "" : `${bus}-`;
  return { id: `${prefix}${String(ruleName)}-${own}`, targetId: own, eventBusName: bus };
}

function bus(resource: RegisteredResource, world: World): Outputs {
  const name = physicalName(resource);
  return { id: name, name, arn: busArn(world, name) };
}

/** Something with a name and an ARN of its kind, with an id of its own behind the name where AWS puts one. */
function named(kind: string, withToken: boolean): OutputsOf {
  return (resource, world) => {
    const name = physicalName(resource);
    const suffix = withToken ? `/${uuid(resource.urn)}` : "";
    return { id: name, name, arn: arn(world, "events", `${kind}/${name}${suffix}`) };
  };
}

/** Id and ARN end with a UUID; the secret with the parameters has one of its own. */
const connection: OutputsOf = (resource, world) => {
  const name = connectionSecretName(physicalName(resource), resource.urn);
  const secretArn = arn(world, "secretsmanager", `secret:${name}-${token(resource.urn, 6)}`);
  return { ...named("connection", true)(resource, world), secretArn };
};

function connectionSecretName(name: string, seed: string): string {
  return `events!connection/${name}/${uuid(`${seed} secret`)}`;
}

export const outputs: Readonly<Record<string, OutputsOf>> = {
  "aws:cloudwatch/eventApiDestination:EventApiDestination": named("api-destination", true),
  "aws:cloudwatch/eventArchive:EventArchive": named("archive", false),
  "aws:cloudwatch/eventBus:EventBus": bus,
  "aws:cloudwatch/eventBusPolicy:EventBusPolicy": (resource) => ({
    id: busNameOf(resource.inputs.eventBusName),
    eventBusName: busNameOf(resource.inputs.eventBusName),
  }),
  "aws:cloudwatch/eventConnection:EventConnection": connection,
  "aws:cloudwatch/eventPermission:EventPermission": (resource) => ({
    id: `${busNameOf(resource.inputs.eventBusName)}/${String(resource.inputs.statementId)}`,
    eventBusName: busNameOf(resource.inputs.eventBusName),
  }),
  "aws:cloudwatch/eventRule:EventRule": rule,
  "aws:cloudwatch/eventTarget:EventTarget": target,
};
