/** The datapoints of all metrics, in memory: one bucket a minute, for as long as an alarm may look back. */

/** What identifies a metric beside its namespace and name. */
export type Dimensions = Readonly<Record<string, string>>;

export interface MetricId {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Dimensions;
}

/** Values that were put together, as a statistic set or as a list with counts. */
export interface Sample {
  readonly count: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  /** How often each value came; empty for a statistic set, which has no percentiles. */
  readonly values: ReadonlyMap<number, number>;
}

export const MINUTE = 60_000;
/** Milliseconds for which datapoints are kept. */
export const KEPT_MILLISECONDS = 180 * MINUTE;
/** Metrics at most; the ones that came first are forgotten. */
const MAX_METRICS = 5_000;
/** Different values that a bucket tells apart exactly to 0.05 %; from there on to 5 %. */
const EXACT_VALUES = 500;

interface Bucket {
  count: number;
  sum: number;
  minimum: number;
  maximum: number;
  readonly values: Map<number, number>;
}

/** The datapoints of one metric. */
export class Series {
  readonly #buckets = new Map<number, Bucket>();
  #isKept = true;
  #latestMinute = Number.NaN;
  #latest: Bucket = newBucket();

  /** False once the store has forgotten the metric: what is added then is lost. */
  get isKept(): boolean {
    return this.#isKept;
  }

  /** Buckets by the minute's beginning. */
  get buckets(): ReadonlyMap<number, Bucket> {
    return this.#buckets;
  }

  /** @param at milliseconds since the epoch */
  add(at: number, sample: Sample): void {
    const bucket = this.#bucketAt(at);
    bucket.count += sample.count;
    bucket.sum += sample.sum;
    bucket.minimum = Math.min(bucket.minimum, sample.minimum);
    bucket.maximum = Math.max(bucket.maximum, sample.maximum);
    for (const [value, count] of sample.values) countValue(bucket, value, count);
  }

  /**
   * One value, once: what nearly all samples are.
   * @param at milliseconds since the epoch
   */
  addValue(at: number, value: number): void {
    const bucket = this.#bucketAt(at);
    bucket.count += 1;
    bucket.sum += value;
    if (value < bucket.minimum) bucket.minimum = value;
    if (value > bucket.maximum) bucket.maximum = value;
    countValue(bucket, value, 1);
  }

  forget(): void {
    this.#isKept = false;
  }

  #bucketAt(at: number): Bucket {
    const minute = Math.floor(at / MINUTE) * MINUTE;
    if (minute === this.#latestMinute) return this.#latest;
    this.#latest = this.#buckets.get(minute) ?? this.#startBucket(minute);
    this.#latestMinute = minute;
    return this.#latest;
  }

  /** Begins a minute, and drops the minutes that nobody can ask for any more. */
  #startBucket(minute: number): Bucket {
    for (const old of this.#buckets.keys()) if (old < minute - KEPT_MILLISECONDS) this.#buckets.delete(old);
    const bucket = newBucket();
    this.#buckets.set(minute, bucket);
    return bucket;
  }
}

export class MetricStore {
  readonly #metrics = new Map<string, Series>();

  /** @param at milliseconds since the epoch */
  add(id: MetricId, at: number, sample: Sample): void {
    this.seriesOf(id).add(at, sample);
  }

  /** The series of a metric, which is begun when it is new. */
  seriesOf(id: MetricId): Series {
    const key = keyOf(id);
    const known = this.#metrics.get(key);
    if (known) return known;
    if (this.#metrics.size >= MAX_METRICS) this.#forgetOldest();
    const series = new Series();
    this.#metrics.set(key, series);
    return series;
  }

  /** All metrics that have data. */
  get ids(): readonly MetricId[] {
    return [...this.#metrics.keys()].map((key) => {
      const [namespace, metric, pairs] = JSON.parse(key) as [string, string, [string, string][]];
      return { namespace, metric, dimensions: Object.fromEntries(pairs) };
    });
  }

  /** Everything that came from `from` until before `to`, together; undefined when nothing did. */
  between(id: MetricId, from: number, to: number): Sample | undefined {
    const buckets = this.#metrics.get(keyOf(id))?.buckets;
    const all = buckets ? bucketsBetween(buckets, from, to) : [];
    if (all.length === 0) return undefined;
    const values = new Map<number, number>();
    for (const bucket of all) {
      for (const [value, count] of bucket.values) values.set(value, (values.get(value) ?? 0) + count);
    }
    return {
      count: all.reduce((total, { count }) => total + count, 0),
      sum: all.reduce((total, { sum }) => total + sum, 0),
      minimum: Math.min(...all.map(({ minimum }) => minimum)),
      maximum: Math.max(...all.map(({ maximum }) => maximum)),
      values,
    };
  }

  clear(): void {
    for (const series of this.#metrics.values()) series.forget();
    this.#metrics.clear();
  }

  #forgetOldest(): void {
    for (const [key, series] of this.#metrics) {
      series.forget();
      this.#metrics.delete(key);
      return;
    }
  }
}

/** One value, once. */
export function sampleOf(value: number): Sample {
  return { count: 1, sum: value, minimum: value, maximum: value, values: new Map([[value, 1]]) };
}

/**
 * A statistic of what came: `Average`, `Sum`, `Minimum`, `Maximum`, `SampleCount`, or a percentile such as `p99.9`.
 * Undefined for others, and for percentiles of statistic sets.
 */
export function statisticOf(sample: Sample, statistic: string): number | undefined {
  const simple = SIMPLE_STATISTICS[statistic];
  if (simple) return simple(sample);
  const percentile = percentileOf(statistic);
  return percentile === undefined ? undefined : valueAt(sample.values, percentile);
}

/** Whether `statisticOf` knows a statistic. */
export function knowsStatistic(statistic: string): boolean {
  return Object.hasOwn(SIMPLE_STATISTICS, statistic) || percentileOf(statistic) !== undefined;
}

const SIMPLE_STATISTICS: Readonly<Record<string, (sample: Sample) => number>> = {
  Average: ({ sum, count }) => sum / count,
  Maximum: ({ maximum }) => maximum,
  Minimum: ({ minimum }) => minimum,
  SampleCount: ({ count }) => count,
  Sum: ({ sum }) => sum,
};

function percentileOf(statistic: string): number | undefined {
  const digits = /^p(\d{1,2}(?:\.\d+)?|100)$/.exec(statistic)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The smallest value that at least this share of all values does not exceed. */
function valueAt(values: ReadonlyMap<number, number>, percentile: number): number | undefined {
  const sorted = [...values].sort(([left], [right]) => left - right);
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  for (const [value, count] of sorted) {
    seen += count;
    if (seen >= (total * percentile) / 100) return value;
  }
  return undefined;
}

/** An alarm asks for a minute or a few of the hours that are kept; who asks for more gets what is there. */
function bucketsBetween(buckets: ReadonlyMap<number, Bucket>, from: number, to: number): Bucket[] {
  if ((to - from) / MINUTE > buckets.size) {
    return [...buckets].filter(([minute]) => minute >= from && minute < to).map(([, bucket]) => bucket);
  }
  const found: Bucket[] = [];
  for (let minute = Math.ceil(from / MINUTE) * MINUTE; minute < to; minute += MINUTE) {
    const bucket = buckets.get(minute);
    if (bucket) found.push(bucket);
  }
  return found;
}

function newBucket(): Bucket {
  const { POSITIVE_INFINITY, NEGATIVE_INFINITY } = Number;
  return { count: 0, sum: 0, minimum: POSITIVE_INFINITY, maximum: NEGATIVE_INFINITY, values: new Map() };
}

function countValue({ values }: Bucket, value: number, count: number): void {
  const kept = rounded(value, values.size < EXACT_VALUES ? 4 : 1);
  values.set(kept, (values.get(kept) ?? 0) + count);
}

/** To so many significant digits, which whole numbers mostly have anyhow. */
function rounded(value: number, digits: number): number {
  return Number.isInteger(value) && Math.abs(value) < 10 ** digits
    ? value
    : Number(value.toPrecision(digits));
}

function keyOf({ namespace, metric, dimensions }: MetricId): string {
  const pairs = Object.entries(dimensions).sort(([left], [right]) => (left < right ? -1 : 1));
  return JSON.stringify([namespace, metric, pairs]);
}
