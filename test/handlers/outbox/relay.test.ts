import "../support/environment.ts";
import { expect } from "chai";
import * as fc from "fast-check";
import { relayEvents } from "../../../handlers/outbox/relay-events.ts";
import type { Bus } from "../../../handlers/shared/bus.ts";
import type { Database } from "../../../handlers/shared/database.ts";
import { addEvent, publishing } from "../../../handlers/shared/outbox.ts";
import { type MigratedDatabase, migratedDatabase } from "../support/migrated-database.ts";

const MINUTE = 60_000;

describe("the relay of the outbox", () => {
  let server: MigratedDatabase;
  let database: Database;
  let published: { readonly subject: string; readonly number: number }[];
  let now = Date.UTC(2030, 0, 1);

  const write = (subject: string, number: number) =>
    addEvent(database, {
      detailType: "Counted",
      version: 1,
      subject,
      correlationId: "c",
      data: { subject, number },
    });
  /** @param takes whether the bus takes the event */
  const bus = (takes: (subject: string, number: number) => boolean = () => true): Bus => ({
    publish: async (events) => {
      expect(events.length).to.be.at.most(10);
      return events.map(({ detail }) => {
        const { data } = JSON.parse(detail) as { data: { subject: string; number: number } };
        if (!takes(data.subject, data.number)) return false;
        published.push(data);
        return true;
      });
    },
  });
  const relay = (through = bus()) => relayEvents(database, through, () => now);
  const numbersOf = (wanted: string) =>
    published.filter(({ subject }) => subject === wanted).map(({ number }) => number);
  const failed = (work: Promise<unknown>) =>
    work.then(
      () => false,
      () => true,
    );

  before(async function () {
    this.timeout(60_000);
    server = await migratedDatabase("fleet", "handlers/fleet/migrations");
    database = server.database;
  });
  after(() => server.stop());
  beforeEach(async () => {
    published = [];
    await server.statements.change("TRUNCATE outbox");
  });

  it("publishes everything once, in order per subject, in batches that the bus takes", async () => {
    for (let number = 1; number <= 3; number++) {
      for (let subject = 1; subject <= 12; subject++) await write(`s${subject}`, number);
    }
    expect(await relay()).to.equal(36);
    for (let subject = 1; subject <= 12; subject++) expect(numbersOf(`s${subject}`)).to.deep.equal([1, 2, 3]);
    expect(await relay()).to.equal(0);
  });

  it("holds back what comes after an event that the bus does not take, of that subject alone", async () => {
    for (const number of [1, 2]) for (const subject of ["good", "bad"]) await write(subject, number);
    expect(await failed(relay(bus((subject) => subject !== "bad")))).to.equal(true);
    expect(published.map(({ subject }) => subject)).to.deep.equal(["good", "good"]);
    await relay();
    expect(numbersOf("bad")).to.deep.equal([1, 2]);
  });

  it("takes over from a relay that died, and not before its time is over", async () => {
    for (const number of [1, 2]) await write("s", number);
    const dying: Bus = { publish: () => Promise.reject(new Error("died")) };
    expect(await failed(relay(dying))).to.equal(true);
    expect(await relay()).to.equal(0);
    now += 2 * MINUTE;
    expect(await relay()).to.equal(2);
    expect(numbersOf("s")).to.deep.equal([1, 2]);
  });

  it("loses nothing and keeps the order of each subject: several relays at once, a bus that fails at random", async function () {
    this.timeout(60_000);
    const outages = fc.infiniteStream(fc.boolean());
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 15 }),
        outages,
        async (subjects, fails) => {
          published = [];
          for (const [number, subject] of subjects.entries()) await write(subject, number);
          const flaky = bus(() => !fails.next().value);
          await Promise.all([failed(relay(flaky)), failed(relay(flaky))]);
          now += 2 * MINUTE;
          await relay();
          expect(published).to.have.length(subjects.length);
          for (const subject of ["a", "b", "c"]) {
            expect(numbersOf(subject)).to.deep.equal([...numbersOf(subject)].sort((a, b) => a - b));
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it("is woken after the commit, and later too in case the writer dies before it can", async () => {
    const log: string[] = [];
    const wakeUp = { send: async (delay: number) => void log.push(delay > 0 ? "later" : "now") };
    const work = async () => void log.push("work");
    await publishing(database, wakeUp, work);
    expect(log.at(-1)).to.equal("now");
    expect(log).to.include.members(["later", "work"]);
    const noQueue = {
      send: async (delay: number) => (delay > 0 ? undefined : Promise.reject(new Error("no queue"))),
    };
    await publishing(database, noQueue, work);
    const none = await failed(
      publishing(database, { send: () => Promise.reject(new Error("no queue")) }, work),
    );
    expect(none).to.equal(true);
  });
});
