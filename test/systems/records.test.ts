import { expect } from "chai";
import type { RecordsClient } from "../../client/index.ts";
import type { LocalCloud } from "../../local/local-cloud.ts";
import { eventually } from "../support/eventually.ts";
import { ApiClient } from "./support/client.ts";
import { runningProgram } from "./support/running-program.ts";
import { dataOf, typedRecords } from "./support/typed-clients.ts";

let program: LocalCloud;
let api: ApiClient;
let records: RecordsClient;

async function created(name: string, data?: Record<string, unknown>) {
  return dataOf(await records.POST("/records", { body: { name, ...(data && { data }) } }));
}

describe("records API", () => {
  before(async function () {
    this.timeout(60_000);
    program = await runningProgram();
    api = new ApiClient(String(program.outputValues.recordsApiUrl));
    records = typedRecords(program);
  });

  it("creates a record for anybody, and reads it at the Location of the answer", async () => {
    const answer = await api.send("POST", "/records", {
      body: { name: "first", data: { any: ["thing", 1] } },
    });
    expect(answer.status).to.equal(201);
    const read = await api.send("GET", String(answer.headers.get("location")));
    expect(read.status).to.equal(200);
    expect(read.body).to.deep.equal(answer.body);
    expect(read.headers.get("etag")).to.equal('"1"');
  });

  it("replaces a record with the matching ETag, deletes it, and knows it no more", async () => {
    const { id } = await created("before", { a: 1 });
    const first = { path: { id }, header: { "If-Match": '"1"' } };
    const replaced = await records.PUT("/records/{id}", { params: first, body: { name: "after" } });
    expect(replaced.data).to.include({ name: "after", version: 2 }).and.not.have.property("data");
    const params = { path: { id } };
    expect((await records.DELETE("/records/{id}", { params: first })).response.status).to.equal(412);
    expect((await records.DELETE("/records/{id}", { params })).response.status).to.equal(204);
    expect((await records.GET("/records/{id}", { params })).error?.status).to.equal(404);
    expect((await records.DELETE("/records/{id}", { params })).error?.status).to.equal(404);
  });

  it("creates once for one Idempotency-Key", async () => {
    const params = { header: { "Idempotency-Key": "records-1" } };
    const create = (name: string) => records.POST("/records", { params, body: { name } });
    expect(dataOf(await create("once"))).to.deep.equal(dataOf(await create("once")));
    expect((await create("other")).response.status).to.equal(422);
  });

  it("lists all records page by page, and takes no cursor that it did not make", async () => {
    const mine = new Set<string>();
    for (const name of ["p1", "p2", "p3"]) mine.add((await created(name)).id);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit: 2, ...(cursor && { cursor }) };
      const page = dataOf(await records.GET("/records", { params: { query } }));
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen.filter((id) => mine.has(id))).to.have.length(3);
    expect(new Set(seen).size).to.equal(seen.length);
    expect((await api.send("GET", "/records?cursor=Zm9yZ2Vk")).status).to.equal(400);
  });

  for (const [what, body, status] of [
    ["no name", {}, 400],
    ["an empty name", { name: "" }, 400],
    ["a blank name", { name: "   " }, 400],
    ["a name of 201 characters", { name: "x".repeat(201) }, 400],
    ["data that are no object", { name: "x", data: [1] }, 400],
    ["an unknown property", { name: "x", color: "red" }, 400],
    ["a body that is no JSON", "{", 400],
    ["a number that is too large to keep", '{"name":"x","data":{"n":1e300}}', 400],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const answer = await api.send("POST", "/records", { body });
      expect(answer.status, JSON.stringify(answer.body)).to.equal(status);
      expect(answer.headers.get("content-type")).to.match(/^application\/problem\+json/);
    });
  }

  it("takes JSON alone, and only the methods that it has", async () => {
    const text = await api.send("POST", "/records", {
      body: "name=x",
      headers: { "content-type": "text/plain" },
    });
    expect(text.status).to.equal(415);
    expect((await api.send("PATCH", "/records")).status).to.be.oneOf([403, 404, 405]);
  });

  it("answers browser pages of the allowed origin, and no other", async () => {
    const { id } = await created("for a page");
    const origin = (value: string) => api.send("GET", `/records/${id}`, { headers: { origin: value } });
    const allowed = await origin("http://localhost:3000");
    expect(allowed.headers.get("access-control-allow-origin")).to.equal("http://localhost:3000");
    const other = await origin("https://evil.example");
    expect(other.headers.get("access-control-allow-origin")).to.equal(null);
  });
});

describe("price tracker", () => {
  before(async function () {
    this.timeout(60_000);
    program = await runningProgram();
    api = new ApiClient(String(program.outputValues.recordsApiUrl));
    records = typedRecords(program);
  });

  /** Runs the schedule now, as a person does with the control API. */
  async function runSchedule(): Promise<void> {
    const { outputs } =
      program.graph.resources.find(({ type }) => type === "aws:scheduler/schedule:Schedule") ?? {};
    const url = `${program.world.endpoint}/_local/schedules/${String(outputs?.groupName)}/${String(outputs?.name)}/run`;
    expect((await fetch(url, { method: "POST" })).status).to.equal(200);
  }

  it("keeps a price when its schedule runs, one a minute however often it runs", async () => {
    await runSchedule();
    await runSchedule();
    const params = { path: { coin: "bitcoin" } };
    const latest = await eventually(async () =>
      dataOf(await records.GET("/prices/{coin}/latest", { params })),
    );
    expect(latest).to.include({ coin: "bitcoin", currency: "usd" });
    expect(latest.price).to.be.within(60_000, 75_000);
    const { items } = dataOf(await records.GET("/prices/{coin}", { params }));
    expect(new Set(items.map(({ at }) => at)).size).to.equal(items.length);
  });

  it("answers a range, 404 for coins without a price, 400 for times that are none", async () => {
    const past = await api.send("GET", "/prices/bitcoin?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z");
    expect(past.body).to.deep.equal({ items: [] });
    expect((await api.send("GET", "/prices/nocoin/latest")).status).to.equal(404);
    expect((await api.send("GET", "/prices/bitcoin?from=yesterday")).status).to.equal(400);
    expect((await api.send("GET", `/prices/bitcoin?cursor=${"A".repeat(80)}`)).status).to.equal(400);
  });
});
