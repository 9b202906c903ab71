/** Functions that only serve another part: a picture shows that part, not them. */
import { type Graph, type Resource, resourcesOf } from "../../local/core/graph.ts";
import type { Link } from "./architecture.ts";
import type { ArnIndex } from "./arns.ts";
import { textsIn } from "./properties.ts";

/**
 * What each helper serves, by id: an authorizer its API; a function that has to do with nothing but a database or a user
 * pool (it migrates, rotates a password, adds claims) that one.
 */
export function mastersOf(graph: Graph, arns: ArnIndex, links: readonly Link[]): Map<string, string> {
  const neighbours = new Map<string, Set<string>>();
  for (const { from, to } of links)
    for (const [one, other] of [[from, to] as const, [to, from] as const])
      neighbours.set(one, (neighbours.get(one) ?? new Set()).add(other));
  const masters = new Map<string, string>();
  for (const [id, [only, ...others]] of neighbours)
    if (id.startsWith("function:") && others.length === 0 && only && /^(database|users):/.test(only))
      masters.set(id, only);
  for (const api of resourcesOf(graph, "aws:apigateway/restApi:RestApi").toSorted(byName)) {
    const id = arns.find(String(api.outputs.arn));
    for (const { path, text } of textsIn(api.inputs.body))
      if (path.at(-1) === "authorizerUri")
        for (const helper of arns.findAll(text)) if (id) masters.set(helper, id);
  }
  return masters;
}

function byName(one: Resource, other: Resource): number {
  return one.name < other.name ? -1 : 1;
}
