import { expect } from "chai";
import { AwsError } from "../../local/core/errors.ts";
import { parseSchedule } from "../../local/core/schedule.ts";
import { events } from "../../local/services/events/index.ts";
import { readDefinition } from "../../local/services/scheduler/definition.ts";
import { nextDue } from "../../local/services/scheduler/occurrences.ts";
import { fakeCloud, resourceOf } from "../support/fake-cloud.ts";

/**
 * Expectations from AWS's pages:
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html (rules)
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html (Scheduler)
 */
const NOW = "2026-11-22T10:00:00Z"; // a Sunday

function first(count: number, next: (time: number) => number | undefined, after: string): string[] {
  const times: string[] = [];
  for (let time = next(Date.parse(after)); time !== undefined; time = next(time)) {
    times.push(new Date(time).toISOString().slice(0, 16));
    if (times.length === count) break;
  }
  return times;
}

/** Times of a rule, in UTC. */
const ruleTimes = (expression: string, count: number, after = NOW): string[] =>
  first(count, (time) => parseSchedule(expression).next(time), after);

/** Times of a schedule of Scheduler, in UTC. */
function schedulerTimes(
  expression: string,
  zone: string,
  after: string,
  count: number,
  StartDate?: string,
): string[] {
  const definition = readDefinition(
    {
      ScheduleExpression: expression,
      ScheduleExpressionTimezone: zone,
      FlexibleTimeWindow: { Mode: "OFF" },
      Target: { Arn: "arn:aws:sqs:eu-west-1:000000000000:jobs", RoleArn: "arn:aws:iam::000000000000:role/r" },
      ...(StartDate === undefined ? {} : { StartDate }),
    },
    Date.parse(after),
  );
  const schedule = { definition, modifiedAt: Date.parse(after) };
  return first(count, (time) => nextDue(schedule, time), after);
}

describe("Schedule expressions run as AWS's pages say:", () => {
  const cases: readonly [expression: string, times: string[], meaning: string][] = [
    ["rate(1 minute)", ["2026-11-22T10:01", "2026-11-22T10:02"], "a value of 1 and a singular unit"],
    ["rate(5 minutes)", ["2026-11-22T10:05", "2026-11-22T10:10"], "greater values and a plural unit"],
    ["rate(1 hour)", ["2026-11-22T11:00"], "hours"],
    ["rate(2 days)", ["2026-11-24T10:00"], "days"],
    [
      "cron(0 10 * * ? *)",
      ["2026-11-23T10:00", "2026-11-24T10:00"],
      "10:00 every day, and not twice in that minute",
    ],
    ["cron(15 12 * * ? *)", ["2026-11-22T12:15"], "12:15 every day"],
    ["cron(0 18 ? * MON-FRI *)", ["2026-11-23T18:00", "2026-11-24T18:00"], "18:00 Monday to Friday"],
    ["cron(0 8 1 * ? *)", ["2026-12-01T08:00", "2027-01-01T08:00"], "8:00 on the first of the month"],
    ["cron(0/15 * * * ? *)", ["2026-11-22T10:15", "2026-11-22T10:30"], "every 15 minutes"],
    [
      "cron(0/10 * ? * MON-FRI *)",
      ["2026-11-23T00:00", "2026-11-23T00:10"],
      "every 10 minutes on working days",
    ],
    [
      "cron(0/5 8-17 ? * MON-FRI *)",
      ["2026-11-23T08:00", "2026-11-23T08:05"],
      "every 5 minutes from 8:00 to 17:55",
    ],
    [
      "cron(0/30 20-23,0-2 ? * MON-FRI *)",
      ["2026-11-23T00:00", "2026-11-23T00:30"],
      "every 30 minutes from 20:00 to 2:30, over midnight as a list of ranges",
    ],
    ["cron(5/20 * * * ? *)", ["2026-11-22T10:05", "2026-11-22T10:25"], "steps from a start"],
    ["cron(1/3 * * * ? *)", ["2026-11-22T10:01", "2026-11-22T10:04"], "every third minute from the first"],
    ["cron(0 12 ? * 2-6 *)", ["2026-11-23T12:00"], "2-6 is Monday to Friday: 1 is Sunday"],
    ["cron(0 12 ? * 1 *)", ["2026-11-22T12:00", "2026-11-29T12:00"], "1 is Sunday"],
    ["cron(0 12 ? * SAT,SUN *)", ["2026-11-22T12:00", "2026-11-28T12:00"], "a list of names"],
    ["cron(0 8 ? * 3#2 *)", ["2026-12-08T08:00"], "3#2: the second Tuesday of the month"],
    ["cron(0 8 ? * 6#3 *)", ["2026-12-18T08:00"], "6#3: the third Friday of the month"],
    [
      "cron(15 10 ? * 6L 2026-2030)",
      ["2026-11-27T10:15", "2026-12-25T10:15"],
      "6L: the last Friday of the month",
    ],
    ["cron(0 8 ? * L *)", ["2026-11-28T08:00"], "L alone: the last day of the week"],
    ["cron(0 8 L * ? *)", ["2026-11-30T08:00", "2026-12-31T08:00"], "L: the last day of the month"],
    ["cron(0 8 3W * ? *)", ["2026-12-03T08:00", "2027-01-04T08:00"], "3W: the weekday closest to the third"],
    ["cron(0 8 29W * ? *)", ["2026-11-30T08:00"], "29W: a Sunday moves to Monday"],
    [
      "cron(0 8 31 * ? *)",
      ["2026-12-31T08:00", "2027-01-31T08:00", "2027-03-31T08:00"],
      "months without a 31st are left out",
    ],
    ["cron(0 0 29 2 ? *)", ["2028-02-29T00:00", "2032-02-29T00:00"], "29 February in leap years only"],
    ["cron(0 8 1 1 ? 2030)", ["2030-01-01T08:00"], "a year"],
    ["cron(0 8 1 1 ? 2020)", [], "a year that is past"],
    [
      "cron(0,30 8-9 ? JAN,FEB MON 2027)",
      ["2027-01-04T08:00", "2027-01-04T08:30"],
      "lists, ranges and names together",
    ],
  ];
  for (const [expression, times, meaning] of cases) {
    it(`${expression}: ${meaning}`, () => {
      expect(ruleTimes(expression, Math.max(1, times.length))).to.deep.equal(times);
    });
  }

  const refused = [
    "every(5 minutes)",
    "rate(5 minute)",
    "rate(1 minutes)",
    "rate(1 hours)",
    "rate(0 minutes)",
    "rate(5 seconds)",
    "rate(1.5 hours)",
    "cron(0 12 * * *)",
    "cron(0 12 * * ? * *)",
    "cron(0 12 * * * *)",
    "cron(0 12 ? * ? *)",
    "cron(0 12 1 * MON *)",
    "cron(60 12 * * ? *)",
    "cron(0 24 * * ? *)",
    "cron(0 12 32 * ? *)",
    "cron(0 12 0 * ? *)",
    "cron(0 12 * 13 ? *)",
    "cron(0 12 ? * 8 *)",
    "cron(0 12 ? * 0 *)",
    "cron(0 12 ? * 2#6 *)",
    "cron(0 12 ? * FUN *)",
    "cron(0 12 5-2 * ? *)",
    "cron(0/0 12 * * ? *)",
    "cron(L 12 * * ? *)",
    "cron(0 12 * * ? 1969)",
    "cron(0 12 * * ? 2200)",
    "at(2026-12-01)",
    "at(2026-02-30T10:00:00)",
  ];
  for (const expression of refused) {
    it(`${expression} is refused for rules and for Scheduler, with their messages`, () => {
      const rule = "aws:cloudwatch/eventRule:EventRule";
      const resource = resourceOf(events, rule, "r", { scheduleExpression: expression });
      expect(() => events.create(fakeCloud()).realize[rule]?.create(resource)).to.throw(
        "Parameter ScheduleExpression is not valid.",
      );
      expect(() => schedulerTimes(expression, "UTC", NOW, 1))
        .to.throw(AwsError, `Invalid Schedule Expression ${expression}.`)
        .with.property("code", "ValidationException");
    });
  }

  it("rules know no one-time schedules: at() is Scheduler's", () => {
    expect(() => parseSchedule("at(2026-12-01T10:00:00)")).to.throw("rate(…) or cron(…)");
    expect(schedulerTimes("at(2026-12-01T10:00:00)", "UTC", NOW, 2)).to.deep.equal(["2026-12-01T10:00"]);
  });

  it("a rate of Scheduler counts from its start date, or runs at once without one", () => {
    expect(schedulerTimes("rate(2 hours)", "UTC", NOW, 2, "2026-11-23T00:30:00Z")).to.deep.equal([
      "2026-11-23T00:30",
      "2026-11-23T02:30",
    ]);
    const atOnce = readDefinition(
      {
        ScheduleExpression: "rate(2 hours)",
        FlexibleTimeWindow: { Mode: "OFF" },
        Target: {
          Arn: "arn:aws:sqs:eu-west-1:000000000000:jobs",
          RoleArn: "arn:aws:iam::000000000000:role/r",
        },
      },
      Date.parse(NOW),
    );
    const schedule = { definition: atOnce, modifiedAt: Date.parse(NOW) };
    expect(nextDue(schedule, Date.parse(NOW) - 1)).to.equal(Date.parse(NOW));
  });
});

describe("Daylight saving time changes schedules as AWS's pages say:", () => {
  const cases: readonly [
    meaning: string,
    expression: string,
    zone: string,
    after: string,
    times: string[],
  ][] = [
    [
      "New York keeps its wall clock over the spring change",
      "cron(30 8 * * ? *)",
      "America/New_York",
      "2026-03-07T00:00:00Z",
      ["2026-03-07T13:30", "2026-03-08T12:30", "2026-03-09T12:30"],
    ],
    [
      "New York skips 2:30 on the day that has none, and goes on the next day",
      "cron(30 2 * * ? *)",
      "America/New_York",
      "2026-03-07T00:00:00Z",
      ["2026-03-07T07:30", "2026-03-09T06:30"],
    ],
    [
      "New York runs 1:30 once on the day that has it twice, before the change",
      "cron(30 1 * * ? *)",
      "America/New_York",
      "2026-10-31T00:00:00Z",
      ["2026-10-31T05:30", "2026-11-01T05:30", "2026-11-02T06:30"],
    ],
    [
      "New York does not repeat the quarters of the hour that comes twice",
      "cron(0/30 1 * * ? *)",
      "America/New_York",
      "2026-11-01T00:00:00Z",
      ["2026-11-01T05:00", "2026-11-01T05:30", "2026-11-02T06:00"],
    ],
    [
      "New York runs nothing while its wall clock shows the hour again",
      "cron(0/30 * * * ? *)",
      "America/New_York",
      "2026-11-01T06:10:00Z",
      ["2026-11-01T07:00", "2026-11-01T07:30"],
    ],
    [
      "Madrid skips 2:15 in spring",
      "cron(15 2 * * ? *)",
      "Europe/Madrid",
      "2026-03-28T00:00:00Z",
      ["2026-03-28T01:15", "2026-03-30T00:15"],
    ],
    [
      "Madrid runs 2:15 once in autumn, before the change",
      "cron(15 2 * * ? *)",
      "Europe/Madrid",
      "2026-10-24T12:00:00Z",
      ["2026-10-25T00:15", "2026-10-26T01:15"],
    ],
    [
      "Madrid: at() is a wall time, in winter and in summer",
      "at(2026-07-01T09:00:00)",
      "Europe/Madrid",
      "2026-01-01T00:00:00Z",
      ["2026-07-01T07:00"],
    ],
    [
      "a day of a rate is 24 hours, also where the clock changes",
      "rate(1 day)",
      "America/New_York",
      "2026-03-07T13:30:00Z",
      ["2026-03-08T13:30", "2026-03-09T13:30"],
    ],
    [
      "a zone with a quarter of an hour in its offset",
      "cron(0 6 * * ? *)",
      "Asia/Kathmandu",
      "2026-11-22T00:00:00Z",
      ["2026-11-22T00:15", "2026-11-23T00:15"],
    ],
  ];
  for (const [meaning, expression, zone, after, times] of cases) {
    it(`${meaning}: ${expression}`, () => {
      expect(schedulerTimes(expression, zone, after, times.length)).to.deep.equal(times);
    });
  }

  it("rules stay in UTC through all changes", () => {
    for (const day of ["2026-03-08", "2026-03-29", "2026-10-25", "2026-11-01"]) {
      expect(ruleTimes("cron(30 2 * * ? *)", 1, `${day}T00:00:00Z`)).to.deep.equal([`${day}T02:30`]);
    }
  });
});
