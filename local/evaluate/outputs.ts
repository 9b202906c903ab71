/** What AWS would return for a resource: the services' own answers, and what all AWS resources have in common. */
import { UserError } from "../core/errors.ts";
import type { Properties, RegisteredResource, Resource, Value } from "../core/graph.ts";
import { arn, hexToken, physicalName } from "../core/names.ts";
import type { OutputsOf, ServiceDefinition, World } from "../core/service.ts";

/** Output functions of all services, by Pulumi type token. */
export type OutputTable = ReadonlyMap<string, OutputsOf>;

/** Services whose resources belong to no region. */
const GLOBAL_SERVICES: ReadonlySet<string> = new Set([
  "account",
  "budgets",
  "cloudfront",
  "globalaccelerator",
  "iam",
  "organizations",
  "route53",
]);

/** Gathers the services' tables. */
export function outputTable(definitions: readonly ServiceDefinition[]): OutputTable {
  return new Map(definitions.flatMap((definition) => Object.entries(definition.outputs)));
}

/**
 * Completes a custom resource with its id and outputs.
 * A type that no service knows gets outputs that are plausible: id, name, and an ARN when it is AWS's.
 * @param world with the region that the resource is in
 * @param defaultTags tags that the provider adds to every resource
 * @throws UserError naming the resource, when its service refuses it
 */
export function complete(
  resource: RegisteredResource,
  world: World,
  table: OutputTable,
  defaultTags: Properties,
): Resource {
  const outputsOf = table.get(resource.type) ?? genericOutputs;
  try {
    const { id, ...computed } = outputsOf(resource, world);
    const outputs = { ...resource.inputs, ...commonOutputs(resource, world, defaultTags), ...computed };
    return { ...resource, id, outputs };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${resource.type} "${resource.name}": ${reason}`);
  }
}

function commonOutputs(resource: RegisteredResource, world: World, defaultTags: Properties): Properties {
  const [provider] = resource.type.split(":");
  if (provider !== "aws") return {};
  const tags = isProperties(resource.inputs.tags) ? resource.inputs.tags : {};
  return {
    ...(GLOBAL_SERVICES.has(serviceOf(resource)) ? {} : { region: world.region }),
    ...("tags" in resource.inputs ? { tagsAll: { ...defaultTags, ...tags } } : {}),
  };
}

/** `aws:ecs/cluster:Cluster` is of `ecs`. */
function serviceOf({ type }: RegisteredResource): string {
  return type.split(":")[1]?.split("/")[0] ?? "";
}

function isProperties(value: Value | undefined): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function genericOutputs(resource: RegisteredResource, world: World): { readonly id: string } & Properties {
  const [provider, , kind = ""] = resource.type.split(":");
  if (provider === "pulumi") return { id: uuid(resource.urn) };
  const name = physicalName(resource);
  const service = serviceOf(resource);
  const place = GLOBAL_SERVICES.has(service) ? { ...world, region: "" } : world;
  const generic: Properties = {
    name,
    ...(provider === "aws" ? { arn: arn(place, service, `${kind.toLowerCase()}/${name}`) } : {}),
  };
  return { ...generic, ...resource.inputs, id: name };
}

function uuid(seed: string): string {
  return hexToken(seed, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
