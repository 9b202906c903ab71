import { expect } from "chai";
import type { Graph, Properties, Resource } from "../../../local/core/graph.ts";
import type { Mutation } from "../violations/mutation.ts";

/** The graph after a mutation; everything else in it is shared with the original. */
export function mutated(graph: Graph, mutation: Mutation): Graph {
  // Programs register resources in no certain order.
  const alike = graph.resources
    .filter(({ type, name }) => type === mutation.type && name.includes(mutation.name ?? ""))
    .sort((one, another) => (one.name < another.name ? -1 : 1));
  const [victim, other] = alike;
  if (mutation.add) return { ...graph, resources: [...graph.resources, added(graph, mutation)] };
  if (!victim) throw new Error(`No ${mutation.type} to violate ${mutation.rule} with`);
  const changed = mutation.remove ? [] : [changedResource(victim, mutation, other)];
  return { ...graph, resources: graph.resources.flatMap((r) => (r === victim ? changed : [r])) };
}

function added(graph: Graph, { type, add, protect = false }: Mutation): Resource {
  const pattern = graph.resources.at(-1);
  if (!pattern) throw new Error("An empty graph");
  const properties = add as Properties;
  return {
    ...pattern,
    type,
    name: "added",
    urn: `${pattern.urn}-added`,
    inputs: properties,
    outputs: properties,
    propertyDependencies: {},
    protect,
  };
}

function changedResource(victim: Resource, mutation: Mutation, other: Resource | undefined): Resource {
  const change = (properties: Properties): Properties => {
    const copy = structuredClone(properties) as Record<string, unknown>;
    for (const [path, value] of Object.entries(mutation.set ?? {})) assign(copy, path.split("."), value);
    const { document } = mutation;
    if (document) {
      const before = String(copy[document.property]);
      copy[document.property] = document.change(before);
      expect(copy[document.property], "the mutation changes something").to.not.equal(before);
    }
    return copy as Properties;
  };
  const { borrow } = mutation;
  const borrowed = borrow === undefined ? {} : { [borrow]: other?.propertyDependencies[borrow] ?? [] };
  // A value of our own refers to nothing any more.
  const replaced = Object.fromEntries(Object.keys(mutation.set ?? {}).map((path) => [path, []]));
  return {
    ...victim,
    name: mutation.rename ?? victim.name,
    inputs: change(victim.inputs),
    outputs: change(victim.outputs),
    propertyDependencies: { ...victim.propertyDependencies, ...replaced, ...borrowed },
    protect: mutation.protect ?? victim.protect,
  };
}

function assign(
  target: Record<string, unknown>,
  [name = "", ...rest]: readonly string[],
  value: unknown,
): void {
  if (rest.length === 0) target[name] = value;
  else assign(target[name] as Record<string, unknown>, rest, value);
}
