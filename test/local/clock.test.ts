import { expect } from "chai";
import { CloudClock } from "../../local/core/clock.ts";
import { UserError } from "../../local/core/errors.ts";
import { setClockOffset } from "../../local/services/lambda/worker/time.ts";
import { settle } from "../../local/services/settle.ts";
import { eventually } from "../support/eventually.ts";

const HOUR = 3_600_000;
const nothingUnderWay = async () => undefined;

describe("The clock of the local cloud", () => {
  it("follows the wall clock, and fires timers by themselves", async () => {
    const clock = new CloudClock();
    const fired: string[] = [];
    clock.after(2, () => fired.push("one"));
    clock.after(1, () => fired.push("another"));
    clock.after(0, () => fired.push("cancelled")).cancel();
    // How long this machine takes between two lines is nobody's promise: the order is tested where the clock is advanced.
    await eventually(() => expect(fired).to.have.members(["one", "another"]));
    expect(clock.offset).to.equal(0);
    const before = Date.now();
    expect(clock.now()).to.be.within(before, Date.now());
  });

  it("runs what becomes due in order, each at its time, also what is set on the way", async () => {
    const clock = new CloudClock();
    const began = clock.now();
    const fired: [name: string, hours: number][] = [];
    const note = (name: string) => void fired.push([name, Math.floor((clock.now() - began) / HOUR)]);
    clock.after(3 * HOUR, () => note("third"));
    clock.after(HOUR, () => {
      note("first");
      clock.after(HOUR, () => note("set on the way"));
      clock.after(9 * HOUR, () => note("at the end"));
      clock.after(10 * HOUR, () => note("too late"));
    });
    clock.after(2.5 * HOUR, () => note("cancelled")).cancel();
    await clock.advance(10 * HOUR, nothingUnderWay);
    expect(fired).to.deep.equal([
      ["first", 1],
      ["set on the way", 2],
      ["third", 3],
      ["at the end", 10],
    ]);
    expect(clock.now()).to.be.within(began + 10 * HOUR, began + 10 * HOUR + 1_000);
  });

  it("lets everything settle before the time moves on", async () => {
    const clock = new CloudClock();
    const steps: string[] = [];
    const began = clock.now();
    const settled = async () => void steps.push(`settled ${Math.floor((clock.now() - began) / HOUR)}`);
    clock.after(HOUR, () => void steps.push("due"));
    await clock.advance(2 * HOUR, settled);
    expect(steps).to.deep.equal(["settled 0", "due", "settled 1", "settled 2"]);
  });

  it("counts the real time that passes while it is advanced", async () => {
    const clock = new CloudClock();
    await clock.advance(20, async () => {
      const entered = Date.now();
      await eventually(() => expect(Date.now() - entered).to.be.above(25));
    });
    expect(clock.offset).to.equal(0);
  });

  it("carries out one advance after the other, also after one that failed", async () => {
    const clock = new CloudClock();
    const began = clock.now();
    const failing = clock.advance(HOUR, () => Promise.reject(new Error("never settles")));
    const [failed, ...others] = await Promise.allSettled([
      failing,
      clock.advance(HOUR, nothingUnderWay),
      clock.advance(HOUR, nothingUnderWay),
    ]);
    expect(failed?.status).to.equal("rejected");
    expect(others.map(({ status }) => status)).to.deep.equal(["fulfilled", "fulfilled"]);
    expect(clock.now()).to.be.within(began + 2 * HOUR, began + 2 * HOUR + 1_000);
  });

  it("fires by itself what an advance has brought near, and no earlier", async () => {
    const clock = new CloudClock();
    let fired = false;
    clock.after(HOUR, () => {
      fired = true;
    });
    await clock.advance(HOUR - 60, nothingUnderWay);
    expect(fired).to.equal(false);
    await eventually(() => expect(fired).to.equal(true), 5_000);
  });

  it("does not shorten what runs in real time", async () => {
    const clock = new CloudClock();
    let timedOut = false;
    const limit = clock.elapse(HOUR, () => {
      timedOut = true;
    });
    await clock.advance(24 * HOUR, nothingUnderWay);
    expect(timedOut).to.equal(false);
    limit.cancel();
  });
});

describe("Settling", () => {
  const serviceOf = (name: "lambda" | "sqs" | "ssm", busy?: () => boolean | Promise<boolean>) => ({
    definition: {
      name,
      signingNames: [],
      protocol: "json" as const,
      outputs: {},
      create: () => ({ realize: {} }),
    },
    service: { realize: {}, ...(busy ? { busy } : {}) },
  });

  it("goes on until no service is busy any more, also when work goes from one to another", async () => {
    let left = 6;
    const takesTurns = (own: number) => async () => {
      if (left % 2 !== own || left === 0) return false;
      left -= 1;
      return true;
    };
    await settle([serviceOf("lambda", takesTurns(0)), serviceOf("sqs", takesTurns(1)), serviceOf("ssm")]);
    expect(left).to.equal(0);
  });

  it("gives up and names who is still busy", async () => {
    const services = [serviceOf("lambda", () => true), serviceOf("sqs", () => false)];
    const failure = await settle(services, 20).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(UserError);
    expect(String(failure)).to.match(/still busy: lambda$/);
  });
});

describe("The time that a function sees", () => {
  const RealDate = Date;

  afterEach(() => {
    setClockOffset(0);
    globalThis.Date = RealDate;
  });

  it("is Node.js's own as long as the clock has not been advanced", () => {
    setClockOffset(0);
    expect(globalThis.Date).to.equal(RealDate);
  });

  it("is ahead by the offset, in every way to ask for it, and else as ever", () => {
    const began = RealDate.now();
    setClockOffset(HOUR);
    setClockOffset(2 * HOUR);
    for (const seen of [Date.now(), Date.parse(new Date().toISOString()), Date.parse(Date())]) {
      expect(seen).to.be.within(began + 2 * HOUR - 1_000, began + 2 * HOUR + 1_000);
    }
    expect(new Date(0).toISOString()).to.equal("1970-01-01T00:00:00.000Z");
    expect(new Date(2026, 0, 2).getDate()).to.equal(2);
    expect(new RealDate()).to.be.instanceOf(Date);
    expect(new Date()).to.be.instanceOf(RealDate);
    class Day extends Date {}
    expect(new Day()).to.be.instanceOf(Day);
    expect(new Day().getTime()).to.be.at.least(began + 2 * HOUR);
  });
});
