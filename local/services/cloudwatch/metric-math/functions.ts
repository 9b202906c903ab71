/** The functions of metric math. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-functions-list */
import {
  fromEntries,
  invalid,
  isList,
  mapSeries,
  mapValues,
  type Result,
  type Scope,
  type Series,
  seriesOf,
} from "./series.ts";

/** An argument: a result, or a text such as `"errors"` or `REPEAT`. */
export type Argument = Result | string;

type Apply = (given: readonly Argument[], scope: Scope) => Result;

export const FUNCTIONS: Readonly<Record<string, Apply>> = {
  ABS: eachValue("ABS", Math.abs),
  AVG: reduction("AVG", (values) => sum(values) / values.length),
  CEIL: eachValue("CEIL", Math.ceil),
  DIFF: eachStep("DIFF", (change) => change),
  FILL: fill,
  FLOOR: eachValue("FLOOR", Math.floor),
  IF: choose,
  MAX: reduction("MAX", (values) => Math.max(...values)),
  METRIC_COUNT: ([list]) => seriesOf(result(list, "METRIC_COUNT"), "METRIC_COUNT").length,
  METRICS: ([filter], scope) =>
    scope
      .metrics()
      .filter(([id]) => filter === undefined || id.includes(String(filter)))
      .map(([, series]) => series),
  MIN: reduction("MIN", (values) => Math.min(...values)),
  PERIOD: ([series]) => (seriesOf(result(series, "PERIOD"), "PERIOD")[0]?.period ?? 0) / 1000,
  RATE: eachStep("RATE", (change, milliseconds) => change / (milliseconds / 1000)),
  RUNNING_SUM: ([series]) => mapSeries(result(series, "RUNNING_SUM"), runningSum, "RUNNING_SUM"),
  SUM: reduction("SUM", sum),
};

function result(argument: Argument | undefined, name: string): Result {
  if (argument === undefined || typeof argument === "string") throw invalid(`${name} lacks an argument`);
  return argument;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function eachValue(name: string, change: (value: number) => number): Apply {
  return ([given]) => {
    const value = result(given, name);
    if (typeof value === "number") return change(value);
    return mapSeries(value, (series) => mapValues(series, change), name);
  };
}

/** Of one series: a number, of all its values. Of a list: a series, of what the series have at each time. */
function reduction(name: string, reduce: (values: readonly number[]) => number): Apply {
  return ([given]) => {
    const value = result(given, name);
    if (typeof value === "number") return value;
    if (!isList(value)) return value.values.size === 0 ? 0 : reduce([...value.values.values()]);
    const times = [...new Set(value.flatMap(({ values }) => [...values.keys()]))].sort((a, b) => a - b);
    const at = (time: number): number[] => value.flatMap(({ values }) => values.get(time) ?? []);
    return fromEntries(
      value[0]?.period ?? 0,
      times.map((time) => [time, reduce(at(time))]),
    );
  };
}

/** From each value to the next one. */
function eachStep(name: string, step: (change: number, milliseconds: number) => number): Apply {
  const steps = ({ period, values }: Series): Series => {
    const points = [...values];
    return fromEntries(
      period,
      points.flatMap(([at, value], index) => {
        const [before, previous] = points[index - 1] ?? [];
        if (before === undefined || previous === undefined) return [];
        return [[at, step(value - previous, at - before)] as const];
      }),
    );
  };
  return ([series]) => mapSeries(result(series, name), steps, name);
}

function runningSum({ period, values }: Series): Series {
  let total = 0;
  return fromEntries(
    period,
    [...values].map(([at, value]) => {
      total += value;
      return [at, total];
    }),
  );
}

/** Puts values where data are missing: a number, the last one (REPEAT), or those between two (LINEAR). */
function fill([series, filling]: readonly Argument[], { from, to }: Scope): Result {
  const filled = ({ period, values }: Series): Series => {
    const points = [...values];
    const valueAt = (at: number): number => {
      if (typeof filling === "number") return filling;
      const before = points.findLast(([time]) => time < at);
      const after = points.find(([time]) => time > at);
      if (filling === "REPEAT") return before?.[1] ?? Number.NaN;
      if (filling !== "LINEAR") throw invalid("FILL takes a number, REPEAT or LINEAR");
      if (!before || !after) return Number.NaN;
      return before[1] + ((after[1] - before[1]) * (at - before[0])) / (after[0] - before[0]);
    };
    const times: number[] = [];
    for (let at = Math.floor(from / period) * period; at < to; at += period) times.push(at);
    return fromEntries(
      period,
      times.map((at) => [at, values.get(at) ?? valueAt(at)]),
    );
  };
  return mapSeries(result(series, "FILL"), filled, "FILL");
}

/** Where a condition is not zero the one value, else the other; without another one nothing. */
function choose([condition, then, otherwise]: readonly Argument[]): Result {
  const given = result(condition, "IF");
  const [yes, no] = [result(then, "IF"), otherwise ?? Number.NaN];
  if (isList(given) || isList(yes) || typeof no === "string" || isList(no)) {
    throw invalid("IF takes numbers and time series");
  }
  if (typeof given === "number") return given === 0 ? no : yes;
  const chosen = (choice: number | Series, at: number): number =>
    typeof choice === "number" ? choice : (choice.values.get(at) ?? Number.NaN);
  return fromEntries(
    given.period,
    [...given.values].map(([at, value]) => [at, chosen(value === 0 ? no : yes, at)]),
  );
}
