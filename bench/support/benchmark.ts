/** What a benchmark is: a file in bench/ and a line in bench/run.ts. */

/** One measured figure. */
export interface Figure {
  readonly name: string;
  readonly unit: "ms" | "MB" | "requests/s" | "rows/s" | "×" | "%" | "units" | "USD";
  /** The median, where there are several values. */
  readonly value: number;
  /** The 90th percentile. */
  readonly p90?: number;
  /** All values, in the order in which they were measured. */
  readonly values?: readonly number[];
  /** What is aimed at, such as `≤ 200`. */
  readonly target?: string;
}

export interface Benchmark {
  readonly title: string;
  /** How it is measured; shown above its table. */
  readonly method: string;
  /** @param progress prints a line for whoever waits */
  run(progress: (line: string) => void): Promise<readonly Figure[]>;
}
