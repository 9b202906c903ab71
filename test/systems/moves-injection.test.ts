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
const PATIENCE_MS = 30_000;
/** Probes whose requests the bucket of one route lets pass at once. */
const CHUNK = 15;

describe("SQL in what moves and fleet are told", function () {
  this.timeout(90_000);
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
    const half = Math.ceil(SQL_PROBES.length / 2);
    const made = new Map<string, object>();
    await eachOf(SQL_PROBES.slice(0, half), async (origin) => {
      const destination = SQL_PROBES[SQL_PROBES.indexOf(origin) + half] ?? origin;
      const headers = { "idempotency-key": key(origin), "x-request-id": visible(origin) };
      const order = { ...newOrder(999), origin, destination };
      made.set(await company.register(client, order, headers), { origin, destination });
    });
    for (const [id, texts] of made) {
      const { body } = await eventually(async () => {
        const answer = await company.send(company.employee, "GET", `/moves/${id}`);
        // Fleet has heard of it and answered: the event went through both databases.
        expect(answer.body.note, JSON.stringify(texts)).to.be.a("string");
        return answer;
      }, PATIENCE_MS);
      expect(body).to.include({ ...texts, status: "registered" });
    }
    expect(await rows("moves", "moves")).to.deep.equal(before.map((count) => count + half));
    expect(await schema()).to.deep.equal(tables);
    await eventually(() => expect(company.mailsTo(client)).to.have.length(half), PATIENCE_MS);
  });

  it("is stored, changed and removed by the fleet as it is", async () => {
    const [before, tables] = [await contentOf(cloud, "fleet", ["trucks", "drivers"]), await schema()];
    const as = (method: string, path: string, question = {}) =>
      company.send(company.employee, method, path, question);
    const live = async (path: string, probe: string, fields: object, change: object): Promise<void> => {
      const added = await as("POST", path, { body: fields, headers: { "idempotency-key": key(probe) } });
      expect(added.status, `${probe}: ${JSON.stringify(added.body)}`).to.equal(201);
      const item = `${path}/${String(added.body.id)}`;
      expect(added.headers.get("location"), probe).to.match(new RegExp(`${item}$`));
      const changed = { ...fields, ...change };
      expect((await as("PUT", item, { body: changed })).body, probe).to.include(changed);
      expect((await as("DELETE", item)).status, probe).to.equal(204);
    };
    for (const probes of chunksOf(SQL_PROBES)) {
      await eachOf(probes, async (probe) => {
        await live("/trucks", probe, { plate: probe, capacityM3: 0.01 }, { capacityM3: 0.02 });
        const driver = { name: probe, licence: probe, phone: probe };
        await live("/drivers", probe, driver, { status: "unavailable" });
      });
      await cloud.advance(REFILL_MS);
    }
    expect(await contentOf(cloud, "fleet", ["trucks", "drivers"])).to.deep.equal(before);
    expect(await schema()).to.deep.equal(tables);
  });

  it("is no filter, cursor, limit or id, and is refused where a text may not be", async () => {
    const before = [
      await contentOf(cloud, "moves", ["moves"]),
      await contentOf(cloud, "fleet", ["trucks", "drivers"]),
    ];
    const ask = (path: string, question = {}) => company.send(company.employee, "GET", path, question);
    await eachOf(SQL_PROBES.slice(0, CHUNK), async (probe) => {
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

/** A probe, as far as a header can hold it. */
const visible = (probe: string): string => probe.replace(/[^\x21-\x7e]/g, "");

const key = (probe: string): string => `${crypto.randomUUID()}${visible(probe)}`;

function chunksOf<T>(all: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(all.length / CHUNK);
  return Array.from({ length: count }, (_, index) => all.slice(index * CHUNK, (index + 1) * CHUNK));
}
