/** Queries: of a metric's statistic, or an expression over other queries. */
import { AwsError } from "../../core/errors.ts";
import { readExpression } from "./metric-math/expression.ts";
import { invalid, isList, type Result, type Series } from "./metric-math/series.ts";
import { knowsStatistic, type MetricId, MetricStore, MINUTE, statisticOf } from "./metric-store.ts";

/** A statistic of a metric. */
export interface MetricStatistic {
  readonly metric: MetricId;
  readonly statistic: string;
  /** Milliseconds. */
  readonly period: number;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html */
export interface MetricQuery {
  readonly id: string;
  /** What it asks for: one of the two. */
  readonly metric?: MetricStatistic;
  readonly expression?: string;
  readonly label: string | undefined;
  /** Whether its result is wanted, not only needed by others. */
  readonly returned: boolean;
}

/** Milliseconds since the epoch; `to` does not belong to the range. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Enough for every kind of mistake to show. */
const TRIAL: Range = { from: 0, to: 60 * MINUTE };

/**
 * Checks queries that belong together.
 * @throws AwsError ValidationError naming what is wrong or not supported
 */
export function checkQueries(queries: readonly MetricQuery[]): void {
  for (const { id, metric, expression } of queries) {
    if (!/^[a-z]\w*$/.test(id)) throw new AwsError("ValidationError", `The id ${id} is not valid.`);
    if ((metric === undefined) === (expression === undefined)) {
      throw new AwsError("ValidationError", `The query ${id} needs either a MetricStat or an Expression.`);
    }
    if (expression !== undefined) readExpression(expression);
    if (metric && !knowsStatistic(metric.statistic)) {
      throw new AwsError("ValidationError", `The statistic ${metric.statistic} is not supported here.`);
    }
    if (metric && (metric.period < MINUTE || metric.period % MINUTE !== 0)) {
      throw new AwsError("ValidationError", `The period of ${id} must be a multiple of 60 seconds here.`);
    }
  }
  runQueries(queries, TRIAL, new MetricStore());
}

/**
 * The results of queries that belong together, by id.
 * @throws AwsError ValidationError
 */
export function runQueries(
  queries: readonly MetricQuery[],
  range: Range,
  store: MetricStore,
): ReadonlyMap<string, Result> {
  const results = new Map<string, Result>();
  const underWay = new Set<string>();
  const find = (id: string): Result => {
    const known = results.get(id);
    if (known !== undefined) return known;
    const query = queries.find((each) => each.id === id);
    if (!query) throw invalid(`there is no query ${id}`);
    if (underWay.has(id)) throw invalid(`${id} needs itself`);
    underWay.add(id);
    const result = query.metric ? seriesOf(query.metric, range, store) : evaluate(query);
    results.set(id, result);
    return result;
  };
  const metrics = () =>
    queries.flatMap(({ id, metric }) => (metric ? [[id, find(id) as Series] as const] : []));
  const evaluate = ({ expression = "" }: MetricQuery): Result =>
    readExpression(expression)({ ...range, lookUp: find, metrics });
  for (const { id } of queries) find(id);
  return results;
}

/** The series of a result; a number is the same at any time. */
export function listedSeries(result: Result, { from, to }: Range, period: number): readonly Series[] {
  if (typeof result !== "number") return isList(result) ? result : [result];
  const values = new Map<number, number>();
  for (let at = Math.floor(from / period) * period; at < to; at += period) values.set(at, result);
  return [{ period, values }];
}

/** The period of queries that belong together: the shortest one of their metrics. */
export function periodOf(queries: readonly MetricQuery[]): number {
  const periods = queries.flatMap(({ metric }) => metric?.period ?? []);
  return periods.length === 0 ? MINUTE : Math.min(...periods);
}

function seriesOf(
  { metric, statistic, period }: MetricStatistic,
  { from, to }: Range,
  store: MetricStore,
): Series {
  const values = new Map<number, number>();
  for (let at = Math.floor(from / period) * period; at < to; at += period) {
    const sample = store.between(metric, at, at + period);
    const value = sample && statisticOf(sample, statistic);
    if (value !== undefined) values.set(at, value);
  }
  return { period, values };
}
