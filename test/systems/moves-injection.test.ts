/** Texts that look like SQL, in every text and filter that moves and fleet take: they are texts, and nothing else. */
import { expect } from "chai";
import type { LocalCloud } from "../../local/local-cloud.ts";
import { eventually } from "../support/eventually.ts";
import { contentOf, tablesOf } from "./support/databases.ts";
import { MovesDriver, newOrder, Person } from "./support/moves.ts";
import { eachOf, expectRefusal } from "./support/refusals.ts";
import { runningProgram } from "./support/running-program.ts";
import { REFUSED_PROBES, SQL_PROBES } from "./support/sql-probes.ts";

/** Longer than any bucket of the throttling takes to fill up. */
const REFILL_MS = 2_000;

describe("SQL in what moves and fleet are told", function () {
  this.timeout(60_000);
  let cloud: LocalCloud;
  let company: MovesDriver;
  let client: Person;

  before(async function () {
    this.timeout(120_000);
    cloud = await runningProgram();
    company = new MovesDriver(cloud);
    client = new Person(cloud, "clients", `o'brien+${crypto.randomUUID()}@example.com`);
  });
  beforeEach(() => cloud.advance(REFILL_MS));

  const schema = async () => ({
    moves: await tablesOf(cloud, "moves"),
    fleet: await tablesOf(cloud, "fleet"),
  });
  const rows = async (database: string, ...tables: readonly string[]) =>
    Object.values(await contentOf(cloud, database, tables)).map((content) => Number.parseInt(content, 10));

  it("is stored and told as it is, by the databases, the events and the e-mails", async () => {
    const [before, tables] = [await rows("moves", "moves"), await schema()];
    const made = new Map<string, string>();
    await eachOf(SQL_PROBES, async (probe) => {
      const body = { ...newOrder(999), origin: probe, destination: `${probe} ${probe}` };
      const id = await company.register(client, body, {
        "idempotency-key": key(probe),
        "x-request-id": probe,
      });
      made.set(id, probe);
    });
    for (const [id, probe] of made) {
      await eventually(async () => {
        const { body } = await company.send(company.employee, "GET", `/moves/${id}`);
        expect(body).to.include({ origin: probe, destination: `${probe} ${probe}`, status: "registered" });
        // Fleet has heard of it and answered: the event went through both databases.
        expect(body.note, probe).to.be.a("string");
      });
    }
    expect(await rows("moves", "moves")).to.deep.equal(before.map((count) => count + SQL_PROBES.length));
    expect(await schema()).to.deep.equal(tables);
    await eventually(() => expect(company.mailsTo(client)).to.have.length(SQL_PROBES.length));
  });

  for (const [path, make, change] of [
    ["/trucks", (plate: string) => ({ plate, capacityM3: 0.01 }), { capacityM3: 0.02 }],
    ["/drivers", (text: string) => ({ name: text, licence: text, phone: text }), { status: "unavailable" }],
  ] as const) {
    it(`is stored, found, changed and removed as it is: ${path}`, async () => {
      const [before, tables] = [await contentOf(cloud, "fleet", ["trucks", "drivers"]), await schema()];
      await eachOf(SQL_PROBES, async (probe) => {
        const body = make(probe);
        const headers = { "idempotency-key": key(probe) };
        const added = await company.send(company.employee, "POST", path, { body, headers });
        expect(added.status, `${probe}: ${JSON.stringify(added.body)}`).to.equal(201);
        const item = `${path}/${String(added.body.id)}`;
        expect((await company.send(company.employee, "GET", item)).body, probe).to.include(body);
        expectRefusal(await company.send(company.employee, "POST", path, { body }), 409, probe);
        const changed = { ...body, ...change };
        const put = await company.send(company.employee, "PUT", item, { body: changed });
        expect(put.body, probe).to.include(changed);
        expect((await company.send(company.employee, "DELETE", item)).status, probe).to.equal(204);
      });
      expect(await contentOf(cloud, "fleet", ["trucks", "drivers"])).to.deep.equal(before);
      expect(await schema()).to.deep.equal(tables);
    });
  }

  it("is no filter, cursor, limit or id, and is refused where a text may not be", async () => {
    const before = [
      await contentOf(cloud, "moves", ["moves"]),
      await contentOf(cloud, "fleet", ["trucks", "drivers"]),
    ];
    const ask = (path: string, question = {}) => company.send(company.employee, "GET", path, question);
    await eachOf(SQL_PROBES.slice(0, 30), async (probe) => {
      const text = encodeURIComponent(probe);
      for (const list of ["/moves", "/trucks", "/drivers"]) {
        expectRefusal(await ask(`${list}?status=${text}`), 400, `${list} status ${probe}`);
        expectRefusal(await ask(`${list}?limit=${text}`), 400, `${list} limit ${probe}`);
        expectRefusal(await ask(`${list}?cursor=${text}`), 400, `${list} cursor ${probe}`);
        expectRefusal(await ask(`${list}/${text}`), 404, `${list} id ${probe}`);
      }
    });
    await eachOf(REFUSED_PROBES, async (probe) => {
      for (const [path, body] of [
        ["/trucks", { plate: probe, capacityM3: 0.01 }],
        ["/drivers", { name: probe, licence: "x" }],
        ["/drivers", { name: "x", licence: "x", phone: probe }],
      ] as const)
        expectRefusal(await company.send(company.employee, "POST", path, { body }), 400, path);
      expectRefusal(
        await company.send(client, "POST", "/moves", { body: { ...newOrder(999), origin: probe } }),
        400,
      );
    });
    expect([
      await contentOf(cloud, "moves", ["moves"]),
      await contentOf(cloud, "fleet", ["trucks", "drivers"]),
    ]).to.deep.equal(before);
  });
});

/** An Idempotency-Key that holds a probe, as far as a header can. */
function key(probe: string): string {
  return `${crypto.randomUUID()}${probe.replace(/[^\x21-\x7e]/g, "")}`;
}
