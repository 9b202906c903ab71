import { expect } from "chai";
import { readRule } from "../../local/services/cloudwatch/composite-rule.ts";
import {
  checkQueries,
  listedSeries,
  type MetricQuery,
  runQueries,
} from "../../local/services/cloudwatch/metric-query.ts";
import { MetricStore, MINUTE, sampleOf } from "../../local/services/cloudwatch/metric-store.ts";

const RANGE = { from: 0, to: 5 * MINUTE };

/** Five minutes of two metrics; `_` is a minute without data. */
const METRICS: Readonly<Record<string, readonly (number | "_")[]>> = {
  m1: [10, 20, "_", 40, 50],
  m2: [1, 0, 3, 4, "_"],
};

const query = (id: string, rest: Partial<MetricQuery>): MetricQuery => ({
  id,
  label: undefined,
  returned: true,
  ...rest,
});

function metricQueries(): { queries: MetricQuery[]; store: MetricStore } {
  const store = new MetricStore();
  const queries = Object.entries(METRICS).map(([id, values]) => {
    const metric = { namespace: "App", metric: id, dimensions: {} };
    values.forEach((value, minute) => {
      if (value !== "_") store.add(metric, minute * MINUTE, sampleOf(value));
    });
    return query(id, { metric: { metric, statistic: "Sum", period: MINUTE } });
  });
  return { queries, store };
}

/** What an expression gives, minute by minute: one row per series. */
function evaluate(expression: string): (number | "_")[][] {
  const { queries, store } = metricQueries();
  const all = [...queries, query("e", { expression }), query("half", { expression: "m1 / 2" })];
  const result = runQueries(all, RANGE, store).get("e") ?? [];
  return listedSeries(result, RANGE, MINUTE).map(({ values }) =>
    [0, 1, 2, 3, 4].map((minute) => values.get(minute * MINUTE) ?? "_"),
  );
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html */
const CASES: readonly [expression: string, ...rows: (number | "_")[][]][] = [
  ["m1", [10, 20, "_", 40, 50]],
  ["m1 + m2 * 2", [12, 20, "_", 48, "_"]],
  ["(m1 + m2) * 2", [22, 40, "_", 88, "_"]],
  ["m1 / m2", [10, "_", "_", 10, "_"]],
  ["-m2 + m2 ^ 2", [0, 0, 6, 12, "_"]],
  ["100 - half", [95, 90, "_", 80, 75]],
  ["m1 > 15 AND m2 >= 0", [0, 1, "_", 1, "_"]],
  ["m2 == 0 || m2 != 4", [1, 1, 1, 0, "_"]],
  ["SUM(m1)", [120, 120, 120, 120, 120]],
  ["AVG(METRICS())", [5.5, 10, 3, 22, 50]],
  ["SUM(METRICS())", [11, 20, 3, 44, 50]],
  ["MAX([m1, m2]) - MIN([m1, m2])", [9, 20, 0, 36, 0]],
  ['SUM(METRICS("m2"))', [1, 0, 3, 4, "_"]],
  ["[m1, m2] * 10", [100, 200, "_", 400, 500], [10, 0, 30, 40, "_"]],
  ["FILL(m1, 0)", [10, 20, 0, 40, 50]],
  ["FILL(m1, REPEAT)", [10, 20, 20, 40, 50]],
  ["FILL(m1, LINEAR)", [10, 20, 30, 40, 50]],
  ["FILL(METRICS(), 0)", [10, 20, 0, 40, 50], [1, 0, 3, 4, 0]],
  ["RATE(m2) * PERIOD(m2)", ["_", -1, 3, 1, "_"]],
  ["DIFF(m1)", ["_", 10, "_", 20, 10]],
  ["RUNNING_SUM(m2)", [1, 1, 4, 8, "_"]],
  ["IF(m1 > 30, m1, 0)", [0, 0, "_", 40, 50]],
  ["IF(m2, 1)", [1, "_", 1, 1, "_"]],
  ["ABS(0 - m2) + CEIL(0.2) + FLOOR(1.9)", [3, 2, 5, 6, "_"]],
  ["METRIC_COUNT(METRICS())", [2, 2, 2, 2, 2]],
];

const MISTAKES: readonly [expression: string, message: string][] = [
  ["m1 +", "ends too early"],
  ["m1 m2", "m2 is not expected"],
  ["SUM(m1", "is missing"],
  ["m3 * 2", "there is no query m3"],
  ["e + 1", "e needs itself"],
  ["RATE(3)", "RATE needs a time series"],
  ["SEARCH('{App}', 'Sum')", "does not support the function SEARCH"],
  ["m1 ~ 2", "~ 2 cannot be read"],
];

describe("Metric math", () => {
  for (const [expression, ...rows] of CASES) {
    it(`computes ${expression}`, () => expect(evaluate(expression)).to.deep.equal(rows));
  }

  for (const [expression, message] of MISTAKES) {
    it(`says what is wrong with ${expression}`, () => {
      const { queries } = metricQueries();
      expect(() => checkQueries([...queries, query("e", { expression })])).to.throw(message);
    });
  }
});

describe("Rules of composite alarms", () => {
  const states: Readonly<Record<string, "OK" | "ALARM" | "INSUFFICIENT_DATA">> = {
    errors: "ALARM",
    "slow answers": "OK",
    backlog: "INSUFFICIENT_DATA",
  };
  const holds = (rule: string): boolean => readRule(rule).holds((name) => states[name]);

  const cases: readonly [rule: string, expected: boolean][] = [
    ["ALARM(errors)", true],
    ['ALARM("errors") AND OK("slow answers")', true],
    ['ALARM("slow answers") OR INSUFFICIENT_DATA(backlog)', true],
    ["NOT ALARM(errors)", false],
    ["ALARM(backlog) OR ALARM(errors) AND OK(errors)", false],
    ["(ALARM(backlog) OR ALARM(errors)) AND NOT (OK(errors) OR FALSE)", true],
    ["ALARM(arn:aws:cloudwatch:eu-west-1:000000000000:alarm:errors) AND TRUE", true],
    ["OK(unknown)", false],
  ];
  for (const [rule, expected] of cases) {
    it(`${rule} is ${expected}`, () => expect(holds(rule)).to.equal(expected));
  }

  it("are refused when they cannot be read", () => {
    for (const rule of [
      "ALARM(errors",
      "errors",
      "ALARM(errors) ALARM(backlog)",
      "AT_LEAST(1, ALARM, (errors))",
    ])
      expect(() => readRule(rule), rule).to.throw("The alarm rule");
  });
});
