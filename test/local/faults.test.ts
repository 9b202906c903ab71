import { expect } from "chai";
import { type Fault, Faults } from "../../local/core/faults.ts";
import type { LogEntry } from "../../local/core/log.ts";
import { ManualClock, settle } from "../support/fake-cloud.ts";

const FUNCTION = "arn:aws:lambda:eu-west-1:000000000000:function:orders-worker-1a2b3c:live";
const TOPIC = "arn:aws:sns:eu-west-1:000000000000:orders";
const QUEUE = "arn:aws:sqs:eu-west-1:000000000000:work";
const TABLE_STREAM = "arn:aws:dynamodb:eu-west-1:000000000000:table/orders/stream/2026-01-01T00:00:00.000";

const CALL = { service: "dynamodb", operation: "PutItem", caller: "orders-worker-1a2b3c", number: 2 };

describe("Faults", () => {
  let clock: ManualClock;
  let entries: LogEntry[];
  let faults: Faults;

  beforeEach(() => {
    clock = new ManualClock("2026-11-22T10:00:00.000Z");
    entries = [];
    faults = new Faults((entry) => void entries.push(entry), clock);
  });

  /** Which of so many calls a fault happens to. */
  function happensAt(limits: Omit<Fault, "target" | "effect">, calls: number): number[] {
    const { id } = faults.add({ target: { call: "*" }, effect: { action: "throttle" }, ...limits });
    const hits = Array.from({ length: calls }, (_, index) => (faults.onCall(CALL).length > 0 ? [index] : []));
    faults.remove(id);
    return hits.flat();
  }

  it("happen to the matches after those to skip, so many times, and tell how often", () => {
    expect(happensAt({ skip: 2, times: 3 }, 10)).to.deep.equal([2, 3, 4]);
    const { id } = faults.add({ target: { call: "*" }, effect: { action: "throttle" }, times: 1 });
    faults.onCall(CALL);
    faults.onCall(CALL);
    expect(faults.list()).to.deep.equal([
      { id, target: { call: "*" }, effect: { action: "throttle" }, times: 1, matched: 1, applied: 1 },
    ]);
    expect(faults.quiet, "nothing more can happen").to.equal(true);
    expect(entries.at(-1)).to.include({ kind: "notice", source: id });
  });

  it("happen by chance as often as they should, and the same seed decides the same", () => {
    const first = happensAt({ probability: 0.3, seed: 42 }, 1_000);
    expect(first.length).to.be.within(250, 350);
    expect(happensAt({ probability: 0.3, seed: 42 }, 1_000)).to.deep.equal(first);
    expect(happensAt({ probability: 0.3, seed: 43 }, 1_000)).to.not.deep.equal(first);
  });

  const targets: readonly [says: string, fault: Fault, happens: boolean][] = [
    ["any call", { target: { call: "*" }, effect: { action: "throttle" } }, true],
    ["a call by name", { target: { call: "dynamodb:PutItem" }, effect: { action: "throttle" } }, true],
    ["another call", { target: { call: "dynamodb:GetItem" }, effect: { action: "throttle" } }, false],
    ["calls of a service", { target: { call: "dynamodb:*" }, effect: { action: "throttle" } }, true],
    [
      "a caller by pattern",
      { target: { call: "*", caller: "orders-worker-*" }, effect: { action: "throttle" } },
      true,
    ],
    [
      "another caller",
      { target: { call: "*", caller: "orders-api" }, effect: { action: "throttle" } },
      false,
    ],
    ["the second call", { target: { call: "*", number: 2 }, effect: { action: "crash-after" } }, true],
    ["the third call", { target: { call: "*", number: 3 }, effect: { action: "crash-after" } }, false],
  ];
  for (const [says, fault, happens] of targets) {
    it(`${happens ? "happen" : "do not happen"} to ${says}`, () => {
      faults.add(fault);
      expect(faults.onCall(CALL)).to.have.length(happens ? 1 : 0);
    });
  }

  it("kill nobody when a user calls", () => {
    faults.add({ target: { call: "*" }, effect: { action: "crash-before" } });
    expect(faults.onCall({ ...CALL, caller: undefined, number: undefined })).to.deep.equal([]);
  });

  it("find a function by its name, whatever alias is invoked", () => {
    faults.add({ target: { function: "orders-worker-*" }, effect: { action: "crash" } });
    expect(faults.onInvocation(FUNCTION)).to.deep.equal([{ action: "crash" }]);
    expect(faults.onInvocation(FUNCTION.replace("worker", "api"))).to.deep.equal([]);
  });

  it("deliver again at the same time, and answer what the first delivery answered", async () => {
    faults.add({ target: { delivery: "sns", to: "work" }, effect: { action: "duplicate", copies: 2 } });
    let count = 0;
    const together: number[] = [];
    const run = async (): Promise<number> => {
      count += 1;
      const mine = count;
      await settle();
      together.push(count);
      return mine;
    };
    expect(await faults.deliver(TOPIC, QUEUE, run)).to.equal(1);
    expect(together).to.deep.equal([3, 3, 3]);
    expect(await faults.deliver(TOPIC, FUNCTION, run), "another subscriber").to.equal(4);
    expect(count).to.equal(4);
  });

  it("deliver a batch of a stream again only after the first time", async () => {
    faults.add({ target: { delivery: "dynamodb", from: "orders" }, effect: { action: "duplicate" } });
    let running = 0;
    let most = 0;
    await faults.deliver(TABLE_STREAM, FUNCTION, async () => {
      running += 1;
      most = Math.max(most, running);
      await settle();
      running -= 1;
    });
    expect(most).to.equal(1);
    expect(faults.list()[0]).to.include({ applied: 1 });
  });

  it("let the next delivery overtake one, and turn a batch round", async () => {
    faults.add({ target: { delivery: "sns" }, effect: { action: "reorder" }, times: 1 });
    const seen: string[] = [];
    const deliver = (name: string) => faults.deliver(TOPIC, QUEUE, () => void seen.push(name));
    const first = deliver("first");
    await deliver("second");
    await first;
    expect(seen).to.deep.equal(["second", "first"]);
    faults.add({ target: { delivery: "sqs" }, effect: { action: "reorder" } });
    expect(await faults.deliver(QUEUE, FUNCTION, (reversed) => reversed, 2)).to.equal(true);
  });

  it("hold nothing back for ever", async () => {
    faults.add({ target: { delivery: "sns" }, effect: { action: "reorder" } });
    let delivered = false;
    const delivery = faults.deliver(TOPIC, QUEUE, () => {
      delivered = true;
    });
    await clock.advance(999);
    expect(delivered).to.equal(false);
    await clock.advance(1);
    await delivery;
    expect(delivered).to.equal(true);
  });

  it("delay on the cloud's clock", async () => {
    faults.add({ target: { delivery: "sns" }, effect: { action: "add-delay", milliseconds: 60_000 } });
    const delivery = faults.deliver(TOPIC, QUEUE, () => clock.now());
    const start = clock.now();
    await clock.advance(60_000);
    expect(await delivery).to.equal(start + 60_000);
  });
});
