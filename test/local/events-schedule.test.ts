import { expect } from "chai";
import { parseSchedule } from "../../local/core/schedule.ts";

const NOW = Date.parse("2026-11-22T10:00:00Z"); // a Sunday

const next = (expression: string, after = NOW): string | undefined => {
  const time = parseSchedule(expression).next(after);
  return time === undefined ? undefined : new Date(time).toISOString().slice(0, 16);
};

describe("Schedule expressions run as on AWS:", () => {
  const cases: readonly [expression: string, next: string | undefined][] = [
    ["rate(1 minute)", "2026-11-22T10:01"],
    ["rate(5 minutes)", "2026-11-22T10:05"],
    ["rate(1 hour)", "2026-11-22T11:00"],
    ["rate(2 days)", "2026-11-24T10:00"],
    ["cron(0/15 * * * ? *)", "2026-11-22T10:15"],
    ["cron(5/20 * * * ? *)", "2026-11-22T10:05"],
    ["cron(0 12 * * ? *)", "2026-11-22T12:00"],
    ["cron(0 12 ? * MON-FRI *)", "2026-11-23T12:00"],
    ["cron(0 12 ? * 2-6 *)", "2026-11-23T12:00"],
    ["cron(0 12 ? * 1 *)", "2026-11-22T12:00"],
    ["cron(0 12 ? * SAT,SUN *)", "2026-11-22T12:00"],
    ["cron(0 8 ? * 6#3 *)", "2026-12-18T08:00"],
    ["cron(0 8 ? * 6L *)", "2026-11-27T08:00"],
    ["cron(0 8 ? * L *)", "2026-11-28T08:00"],
    ["cron(0 8 L * ? *)", "2026-11-30T08:00"],
    ["cron(0 8 29W * ? *)", "2026-11-30T08:00"],
    ["cron(0 8 1 1 ? 2030)", "2030-01-01T08:00"],
    ["cron(0 8 1 1 ? 2020)", undefined],
    ["cron(0,30 8-18 ? JAN-MAR MON-FRI 2026-2030)", "2027-01-01T08:00"],
  ];
  for (const [expression, expected] of cases) {
    it(`${expression} → ${expected ?? "never"}`, () => {
      expect(next(expression)).to.equal(expected);
    });
  }

  it("does not run twice in the minute that is due", () => {
    expect(next("cron(0 12 * * ? *)", Date.parse("2026-11-22T12:00:00Z"))).to.equal("2026-11-23T12:00");
  });

  const refused: readonly [expression: string, reason: string][] = [
    ["every(5 minutes)", "must be rate(…) or cron(…)"],
    ["rate(5 minute)", "singular for 1 and plural else"],
    ["rate(1 minutes)", "singular for 1 and plural else"],
    ["rate(0 minutes)", "must read like"],
    ["rate(5 seconds)", "must read like"],
    ["cron(0 12 * * *)", "six fields"],
    ["cron(0 12 * * * *)", "only one"],
    ["cron(0 12 ? * ? *)", "only one"],
    ["cron(99 12 * * ? *)", "99"],
  ];
  for (const [expression, reason] of refused) {
    it(`${expression} is refused`, () => {
      expect(() => parseSchedule(expression))
        .to.throw(expression)
        .with.property("message")
        .that.contains(reason);
    });
  }
});
