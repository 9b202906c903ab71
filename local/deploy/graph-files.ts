/** Other files for resources. */
import type { Graph, Resource, Value } from "../core/graph.ts";
import { isAsset } from "../core/graph-files.ts";

/**
 * The graph with one file in place of another. Resources that do not have it are the same objects as before.
 * @param urns of the resources that may have it
 */
export function withFile(graph: Graph, urns: ReadonlySet<string>, before: string, after: string): Graph {
  const replaced = (resource: Resource): Resource => ({
    ...resource,
    inputs: replace(resource.inputs, before, after),
    outputs: replace(resource.outputs, before, after),
  });
  const resources = graph.resources.map((resource) =>
    urns.has(resource.urn) ? replaced(resource) : resource,
  );
  return { ...graph, resources };
}

function replace<T extends Value | undefined>(value: T, before: string, after: string): T {
  if (value === undefined || value === null || typeof value !== "object") return value;
  if (isAsset(value)) {
    if (value.path === before) return { ...value, path: after };
    if (typeof value.path === "string") return value;
  }
  if (Array.isArray(value)) return value.map((item: Value) => replace(item, before, after)) as unknown as T;
  const entries = Object.entries(value).map(([name, member]) => [name, replace(member, before, after)]);
  return Object.fromEntries(entries) as T;
}
