/** Which resource of one graph is which of another: by URN, else by alias. */
import type { Graph, Resource } from "../../local/core/graph.ts";
import { isPriced } from "../cost/estimate.ts";

export interface Pair {
  readonly before: Resource;
  readonly after: Resource;
}

export interface Pairs {
  readonly pairs: readonly Pair[];
  readonly added: readonly Resource[];
  readonly removed: readonly Resource[];
}

/** By name. Only what a provider makes: components are no more than names for what is in them. */
export function pairsOf(before: Graph, after: Graph): Pairs {
  const old = new Map(madeIn(before).map((resource) => [resource.urn, resource]));
  const current = madeIn(after);
  const kept = new Set(current.map(({ urn }) => urn));
  const pairs: Pair[] = [];
  const added: Resource[] = [];
  for (const resource of current) {
    const former = [resource.urn, ...(resource.aliases ?? []).filter((urn) => !kept.has(urn))];
    const found = former.map((urn) => old.get(urn)).find((one) => one !== undefined);
    if (found) {
      pairs.push({ before: found, after: resource });
      old.delete(found.urn);
    } else added.push(resource);
  }
  return { pairs, added, removed: [...old.values()] };
}

/** A program registers them in an order that changes from one run to the next. */
function madeIn({ resources }: Graph): Resource[] {
  return resources.filter(isPriced).sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
}
