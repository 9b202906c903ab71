/**
 * Which state datapoints put an alarm into.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 */

export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

export type MissingData = "missing" | "ignore" | "breaching" | "notBreaching";

export interface Rule {
  readonly comparisonOperator: string;
  readonly threshold: number;
  /** N: datapoints that are needed. */
  readonly evaluationPeriods: number;
  /** M: datapoints of them that must breach. */
  readonly datapointsToAlarm: number;
  readonly treatMissingData: MissingData;
}

/** What each operator asks of a value, and how AWS words it. */
export const COMPARISONS: Readonly<
  Record<string, { readonly breaches: (value: number, threshold: number) => boolean; readonly words: string }>
> = {
  GreaterThanOrEqualToThreshold: {
    breaches: (value, threshold) => value >= threshold,
    words: "greater than or equal to the threshold",
  },
  GreaterThanThreshold: {
    breaches: (value, threshold) => value > threshold,
    words: "greater than the threshold",
  },
  LessThanOrEqualToThreshold: {
    breaches: (value, threshold) => value <= threshold,
    words: "less than or equal to the threshold",
  },
  LessThanThreshold: {
    breaches: (value, threshold) => value < threshold,
    words: "less than the threshold",
  },
};

/**
 * Datapoints that are looked at to decide, more than are needed, in case some are missing. AWS does not say how many
 * more; in its examples it is two.
 */
export function evaluationRange({ evaluationPeriods }: Pick<Rule, "evaluationPeriods">): number {
  return evaluationPeriods + 2;
}

/**
 * The state that follows from the datapoints.
 * @param points of the evaluation range, oldest first; undefined where data are missing
 * @param current the state so far, which missing data may leave as it is
 */
export function evaluate(
  rule: Rule,
  points: readonly (number | undefined)[],
  current: AlarmState,
): AlarmState {
  const { evaluationPeriods, datapointsToAlarm } = rule;
  const real = points.filter((point) => point !== undefined);
  const counted = real.slice(-evaluationPeriods);
  const breaching = counted.filter((value) => isBreaching(rule, value)).length;
  if (breaching >= datapointsToAlarm) return "ALARM";
  const filled = evaluationPeriods - counted.length;
  if (filled === 0) return "OK";
  // What is known speaks against an alarm; with nothing but breaching data too few to tell, missing data decide.
  const isClear = breaching < counted.length;
  switch (rule.treatMissingData) {
    case "breaching":
      return breaching + filled >= datapointsToAlarm ? "ALARM" : "OK";
    case "notBreaching":
      return "OK";
    case "ignore":
      return isClear ? "OK" : current;
    case "missing":
      if (counted.length === 0) return "INSUFFICIENT_DATA";
      return !isClear && ageOfOldest(points) >= datapointsToAlarm ? "ALARM" : "OK";
  }
}

export function isBreaching({ comparisonOperator, threshold }: Rule, value: number): boolean {
  return COMPARISONS[comparisonOperator]?.breaches(value, threshold) ?? false;
}

/** In datapoints: 1 for the newest. Breaching data that are old enough are no false alarm, even when few. */
function ageOfOldest(points: readonly (number | undefined)[]): number {
  return points.length - points.findIndex((point) => point !== undefined);
}
