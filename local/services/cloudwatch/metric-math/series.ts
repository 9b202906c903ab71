/** What metric math computes with. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html */
import { AwsError } from "../../../core/errors.ts";

/** A time series. */
export interface Series {
  /** Milliseconds. */
  readonly period: number;
  /** Values by the beginning of their period, in milliseconds since the epoch, oldest first. */
  readonly values: ReadonlyMap<number, number>;
}

export type Result = number | Series | readonly Series[];

/** Where an expression is evaluated. */
export interface Scope {
  /** The time looked at, in milliseconds since the epoch; `to` does not belong to it. */
  readonly from: number;
  readonly to: number;
  /** The result of another query of the same call. @throws AwsError when there is none, or it needs this one */
  lookUp(id: string): Result;
  /** The metrics of the call, which are no expressions, by the id of their query. */
  metrics(): readonly (readonly [id: string, series: Series])[];
}

export function isList(result: Result): result is readonly Series[] {
  return Array.isArray(result);
}

/** The series of a result that is a series or a list of them. */
export function seriesOf(result: Result | undefined, name: string): readonly Series[] {
  if (result === undefined || typeof result === "number") throw invalid(`${name} needs a time series`);
  return isList(result) ? result : [result];
}

/** Does something to a series, or to each one of a list. */
export function mapSeries(result: Result, change: (series: Series) => Series, name: string): Result {
  const changed = seriesOf(result, name).map(change);
  return isList(result) ? changed : (changed[0] ?? []);
}

export function mapValues({ period, values }: Series, change: (value: number) => number): Series {
  return fromEntries(
    period,
    [...values].map(([at, value]) => [at, change(value)]),
  );
}

/** A value that is no number, such as that of a division by zero, is none. */
export function fromEntries(period: number, entries: Iterable<readonly [number, number]>): Series {
  return { period, values: new Map([...entries].filter(([, value]) => Number.isFinite(value))) };
}

/** Combines two results value by value; where one of two series has no value, the result has none. */
export function combine(left: Result, right: Result, operation: (a: number, b: number) => number): Result {
  if (isList(left)) return left.map((each) => single(combine(each, right, operation)));
  if (isList(right)) return right.map((each) => single(combine(left, each, operation)));
  if (typeof left === "number" && typeof right === "number") return operation(left, right);
  if (typeof left === "number") return mapValues(right as Series, (value) => operation(left, value));
  if (typeof right === "number") return mapValues(left, (value) => operation(value, right));
  const common = [...left.values].flatMap(([at, value]) => {
    const other = right.values.get(at);
    return other === undefined ? [] : [[at, operation(value, other)] as const];
  });
  return fromEntries(left.period, common);
}

function single(result: Result): Series {
  if (typeof result === "number" || isList(result))
    throw invalid("two lists of time series cannot be combined");
  return result;
}

export function invalid(reason: string): AwsError {
  return new AwsError("ValidationError", `Error in expression: ${reason}.`);
}
