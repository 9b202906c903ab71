/** How often something reaches each part of a stack. */
import type { Edge, Flows } from "./flows.ts";

export interface Load {
  /** Requests, invocations, messages, events, changes: what the part is there for. */
  readonly handled: number;
  readonly reads: number;
}

export interface Arrival {
  /** Id of the part. */
  readonly at: string;
  /** In a month. */
  readonly times: number;
}

/** Loads by the id of the part. What comes back to a part that it passed counts there, and goes no further. */
export function trafficOf(
  flows: Pick<Flows, "edges">,
  arrivals: readonly Arrival[],
): ReadonlyMap<string, Load> {
  const loads = new Map<string, Load>();
  const count = (id: string, handled: number, reads: number) => {
    const load = loads.get(id) ?? { handled: 0, reads: 0 };
    loads.set(id, { handled: load.handled + handled, reads: load.reads + reads });
  };
  const visit = (id: string, times: number, passed: readonly string[]) => {
    count(id, times, 0);
    if (passed.includes(id)) return;
    for (const edge of flows.edges.get(id) ?? []) follow(edge, times, [...passed, id]);
  };
  const follow = ({ to, times: each, reads }: Edge, times: number, passed: readonly string[]) => {
    if (reads) count(to, 0, times * each);
    else visit(to, times * each, passed);
  };
  for (const { at, times } of arrivals) visit(at, times, []);
  return loads;
}
