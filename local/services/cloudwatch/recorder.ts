/** Takes in the values that services record, some for every request: where a value belongs is found out once. */
import { dimensionSets } from "./aggregates.ts";
import type { MetricId, MetricStore, Series } from "./metric-store.ts";

/** Metrics whose series are remembered. */
const MAX_KNOWN = 5_000;

export class Recorder {
  readonly #store: MetricStore;
  readonly #known = new Map<string, readonly Series[]>();

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
    const key = keyOf(id);
    const known = this.#known.get(key);
    if (known?.every(({ isKept }) => isKept)) return known;
    const series = dimensionSets(id.namespace, id.dimensions).map((dimensions) =>
      this.#store.seriesOf({ ...id, dimensions }),
    );
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(key, series);
    return series;
  }
}

/** Cheaper to make than the store's; the order of the dimensions does not matter to what is found by it. */
function keyOf({ namespace, metric, dimensions }: MetricId): string {
  let key = `${namespace}\n${metric}`;
  for (const name in dimensions) key += `\n${name}\n${dimensions[name]}`;
  return key;
}
