/** The architecture of a stack: its parts and how they are linked, from the resource graph. */
import type { Graph } from "../../local/core/graph.ts";
import { ArnIndex } from "./arns.ts";
import { linksByGrants } from "./grants.ts";
import type { Kind } from "./kinds.ts";
import { wiringOf } from "./links.ts";
import { partsOf, systemsOf } from "./parts.ts";
import { mastersOf } from "./serving-functions.ts";

/** Something that a picture shows as a box: a resource with all that serves it alone. */
export interface Part {
  /** Unique; the same in every evaluation. */
  readonly id: string;
  readonly kind: Kind;
  /** Logical name, without what only the code needs. */
  readonly name: string;
  /** Name of the system that it is part of; undefined for what systems share. */
  readonly system: string | undefined;
  /** What a newcomer would like to know, in a few words. */
  readonly detail?: string;
}

/**
 * `triggers`: hands over a request, a message or an event. `writes`: may change it, or use it otherwise.
 * `reads`: may only read it.
 */
export type LinkSort = "triggers" | "writes" | "reads";

export interface Link {
  readonly from: string;
  readonly to: string;
  readonly sort: LinkSort;
}

export interface Architecture {
  /** Names of the systems: the components right below the stack that have an API. */
  readonly systems: readonly string[];
  /** Sorted by id. */
  readonly parts: readonly Part[];
  /** Sorted; at most one of each sort between two parts. */
  readonly links: readonly Link[];
}

/** Takes the parts and links of a stack from its resource graph. */
export function architectureOf(graph: Graph): Architecture {
  const systems = systemsOf(graph);
  const placed = partsOf(graph, systems);
  const arns = new ArnIndex(placed);
  const wiring = wiringOf(graph, placed, arns);
  const granted = linksByGrants(graph, placed, arns);
  const masters = mastersOf(graph, arns, [...wiring.links, ...granted]);
  const masterOf = (id: string) => masters.get(id) ?? id;
  const links = [...wiring.links, ...granted].map(({ from, to, sort }) => ({
    from: masterOf(from),
    to: masterOf(to),
    sort,
  }));
  const parts = [...placed.map(({ part }) => part), ...wiring.parts].filter(({ id }) => !masters.has(id));
  return {
    systems,
    parts: unique(parts, ({ id }) => id),
    links: unique(
      links.filter(({ from, to }) => from !== to),
      ({ from, to, sort }) => JSON.stringify([from, to, sort]),
    ),
  };
}

/** One of each key, sorted by key, so that the order of registration changes no picture. */
function unique<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const byKey = new Map(items.map((item) => [keyOf(item), item]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}
