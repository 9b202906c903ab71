/** Takes in the values that services record, some for every request: where a value belongs is found out once. */
import { dimensionSets } from "./aggregates.ts";
import type { Dimensions, MetricId, MetricStore, Series } from "./metric-store.ts";

/** Groups that are remembered. */
const MAX_GROUPS = 5_000;

/** The series that metrics of the same namespace and dimensions count for, by the metric's name. */
type Group = Map<string, readonly Series[]>;

export class Recorder {
  readonly #store: MetricStore;
  readonly #groups = new Map<string, Group>();
  /** A request records several metrics with the same object. */
  #latest: { namespace: string; dimensions: Dimensions; group: Group } | undefined;

  constructor(store: MetricStore) {
    this.#store = store;
  }

  /**
   * Counts a value for its own dimensions and for those that AWS puts together.
   * @param at milliseconds since the epoch
   */
  record(id: MetricId, at: number, value: number): void {
    for (const series of this.#seriesOf(id)) series.addValue(at, value);
  }

  #seriesOf(id: MetricId): readonly Series[] {
    const group = this.#groupOf(id);
    const known = group.get(id.metric);
    if (known?.every(({ isKept }) => isKept)) return known;
    const series = dimensionSets(id.namespace, id.dimensions).map((dimensions) =>
      this.#store.seriesOf({ ...id, dimensions }),
    );
    group.set(id.metric, series);
    return series;
  }

  #groupOf({ namespace, dimensions }: MetricId): Group {
    const latest = this.#latest;
    if (latest?.dimensions === dimensions && latest.namespace === namespace) return latest.group;
    const key = keyOf(namespace, dimensions);
    const group = this.#groups.get(key) ?? this.#newGroup(key);
    this.#latest = { namespace, dimensions, group };
    return group;
  }

  #newGroup(key: string): Group {
    if (this.#groups.size >= MAX_GROUPS) this.#groups.clear();
    const group: Group = new Map();
    this.#groups.set(key, group);
    return group;
  }
}

/** Cheaper to make than the store's; the order of the dimensions does not matter to what is found by it. */
function keyOf(namespace: string, dimensions: Dimensions): string {
  let key = namespace;
  for (const name in dimensions) key += `\n${name}\n${dimensions[name]}`;
  return key;
}
