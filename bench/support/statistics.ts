import type { Figure } from "./benchmark.ts";

/** The value below which a share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** A figure from several values: median, 90th percentile and the values themselves. */
export function figureOf(
  name: string,
  unit: Figure["unit"],
  values: readonly number[],
  target?: string,
): Figure {
  return { name, unit, value: median(values), p90: quantile(values, 0.9), values, ...(target && { target }) };
}
