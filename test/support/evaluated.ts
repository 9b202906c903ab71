import type { Graph } from "../../local/core/graph.ts";
import { graphOf } from "../../tools/stacks.ts";

const graphs = new Map<string, Promise<Graph>>();

/** The graph of a stack of this repository, evaluated once for all tests; nobody changes it. */
export function evaluated(stack: string): Promise<Graph> {
  const known = graphs.get(stack);
  if (known) return known;
  const graph = graphOf(stack);
  graphs.set(stack, graph);
  return graph;
}
