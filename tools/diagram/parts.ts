/** Which resources are parts of the architecture, what they are called and to which system they belong. */
import type { Graph, Resource } from "../../local/core/graph.ts";
import type { Part } from "./architecture.ts";
import { detailOf } from "./details.ts";
import { KINDS_BY_TYPE } from "./kinds.ts";
import { textsIn } from "./properties.ts";

/** A part with the resource that it is made of. */
export interface PlacedPart {
  readonly part: Part;
  readonly resource: Resource;
}

/** From the component that a resource is in to the one right below the stack. */
export type Ancestors = (resource: Resource) => Resource[];

/** Names of the components right below the stack that have an API, sorted. */
export function systemsOf(graph: Graph): string[] {
  const ancestors = ancestryOf(graph);
  const apis = graph.resources.filter(({ type }) => KINDS_BY_TYPE[type] === "api");
  return [...new Set(apis.flatMap((api) => ancestors(api).slice(-1)))].map(({ name }) => name).sort();
}

/** Every part of the stack. Dead-letter queues and buckets for access logs belong to what they serve. */
export function partsOf(graph: Graph, systems: readonly string[]): PlacedPart[] {
  const ancestors = ancestryOf(graph);
  const serving = namesOfServants(graph);
  return graph.resources.flatMap((resource) => {
    const kind = KINDS_BY_TYPE[resource.type];
    if (!kind || serving.has(String(resource.outputs.arn)) || serving.has(`${kind}:${resource.id}`))
      return [];
    const line = ancestors(resource);
    const root = line.at(-1);
    const system = root && systems.includes(root.name) ? root : undefined;
    const [component] = line.filter((one) => one !== system);
    const part = {
      id: `${kind}:${resource.name}`,
      kind,
      name: (component ?? resource).name,
      system: system?.name,
      ...detailOf(kind, resource),
    };
    return [{ part, resource }];
  });
}

/** Tells the ancestors of resources. */
export function ancestryOf(graph: Graph): Ancestors {
  const byUrn = new Map(graph.resources.map((resource) => [resource.urn, resource]));
  const ancestors = (resource: Resource): Resource[] => {
    const parent = byUrn.get(resource.parent ?? "");
    return parent?.parent === undefined ? [] : [parent, ...ancestors(parent)];
  };
  return ancestors;
}

/** ARNs, or kinds and ids, of what only serves another part: queues of dead letters, buckets of access logs, groups of schedules. */
function namesOfServants(graph: Graph): Set<string> {
  const properties =
    /(^|\.)(deadLetterTargetArn|deadLetterArn|deadLetterConfig\.(arn|targetArn)|onFailure\.destination(Arn)?)$/;
  const found = graph.resources.flatMap(({ type, inputs }) => {
    if (type.startsWith("aws:s3/bucketLogging")) return [`bucket:${inputs.targetBucket}`];
    if (type === "aws:scheduler/schedule:Schedule") return [`schedule:${inputs.groupName}`];
    return textsIn(inputs)
      .filter(({ path }) => properties.test(path.join(".")))
      .map(({ text }) => text);
  });
  return new Set(found);
}
