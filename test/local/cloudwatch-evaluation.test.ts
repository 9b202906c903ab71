import { expect } from "chai";
import { type AlarmState, evaluate, type MissingData } from "../../local/services/cloudwatch/alarm.ts";

type Expected = AlarmState | "RETAINED";
type Row = readonly [points: string, Expected, Expected, Expected, Expected];

const TREATMENTS: readonly MissingData[] = ["missing", "ignore", "breaching", "notBreaching"];
const STATES: readonly AlarmState[] = ["OK", "ALARM", "INSUFFICIENT_DATA"];

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html */
const TABLES: Readonly<Record<number, readonly Row[]>> = {
  3: [
    ["0 - X - X", "OK", "OK", "OK", "OK"],
    ["0 - - - -", "OK", "OK", "OK", "OK"],
    ["- - - - -", "INSUFFICIENT_DATA", "RETAINED", "ALARM", "OK"],
    ["0 X X - X", "ALARM", "ALARM", "ALARM", "ALARM"],
    ["- - X - -", "ALARM", "RETAINED", "ALARM", "OK"],
  ],
  2: [
    ["0 - X - X", "ALARM", "ALARM", "ALARM", "ALARM"],
    ["0 0 X 0 X", "ALARM", "ALARM", "ALARM", "ALARM"],
    ["0 - X - -", "OK", "OK", "ALARM", "OK"],
    ["- - - - 0", "OK", "OK", "ALARM", "OK"],
    ["- - - X -", "ALARM", "RETAINED", "ALARM", "OK"],
  ],
};

const VALUES: Readonly<Record<string, number>> = { "0": 5, X: 6 };

function pointsOf(text: string): (number | undefined)[] {
  return text.split(" ").map((point) => VALUES[point]);
}

function rule(datapointsToAlarm: number, treatMissingData: MissingData, comparisonOperator: string) {
  return { comparisonOperator, threshold: 5, evaluationPeriods: 3, datapointsToAlarm, treatMissingData };
}

describe("The evaluation of an alarm", () => {
  for (const [datapointsToAlarm, rows] of Object.entries(TABLES)) {
    for (const [points, ...expected] of rows) {
      it(`of ${datapointsToAlarm} out of 3 with the data ${points} is as AWS documents it`, () => {
        for (const [index, treatment] of TREATMENTS.entries()) {
          for (const current of STATES) {
            const own = rule(Number(datapointsToAlarm), treatment, "GreaterThanThreshold");
            const wanted = expected[index] === "RETAINED" ? current : expected[index];
            expect(evaluate(own, pointsOf(points), current), `${treatment} after ${current}`).to.equal(
              wanted,
            );
          }
        }
      });
    }
  }

  it("does not go off early for a single value that has just come", () => {
    const own = rule(3, "missing", "GreaterThanThreshold");
    for (const points of ["- - - - X", "- - - X -"]) {
      expect(evaluate(own, pointsOf(points), "OK"), points).to.equal("OK");
    }
  });

  const comparisons: Readonly<Record<string, readonly [number, AlarmState][]>> = {
    GreaterThanThreshold: [
      [5, "OK"],
      [6, "ALARM"],
    ],
    GreaterThanOrEqualToThreshold: [
      [5, "ALARM"],
      [4, "OK"],
    ],
    LessThanThreshold: [
      [5, "OK"],
      [4, "ALARM"],
    ],
    LessThanOrEqualToThreshold: [
      [5, "ALARM"],
      [6, "OK"],
    ],
  };
  for (const [operator, cases] of Object.entries(comparisons)) {
    it(`compares with ${operator}`, () => {
      for (const [value, state] of cases) {
        expect(evaluate(rule(3, "missing", operator), [value, value, value], "OK"), `${value}`).to.equal(
          state,
        );
      }
    });
  }
});
