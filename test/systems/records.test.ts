import { expect } from "chai";
import type { LocalCloud } from "../../local/local-cloud.ts";
import { eventually } from "../support/eventually.ts";
import { ApiClient } from "./support/client.ts";
import { runningProgram } from "./support/running-program.ts";

interface Item {
  readonly id: string;
  readonly name: string;
  readonly version: number;
}

let program: LocalCloud;
let api: ApiClient;

async function created(name: string, data?: object): Promise<Item> {
  const answer = await api.send("POST", "/records", { body: { name, data } });
  expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
  return answer.body as Item;
}

describe("records API", () => {
  before(async function () {
    this.timeout(60_000);
    program = await runningProgram();
    api = new ApiClient(String(program.outputValues.recordsApiUrl));
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
    const replaced = await api.send("PUT", `/records/${id}`, {
      body: { name: "after" },
      headers: { "If-Match": '"1"' },
    });
    expect(replaced.body).to.include({ name: "after", version: 2 }).and.not.have.property("data");
    const stale = await api.send("DELETE", `/records/${id}`, { headers: { "If-Match": '"1"' } });
    expect(stale.status).to.equal(412);
    expect((await api.send("DELETE", `/records/${id}`)).status).to.equal(204);
    expect((await api.send("GET", `/records/${id}`)).status).to.equal(404);
    expect((await api.send("DELETE", `/records/${id}`)).status).to.equal(404);
  });

  it("creates once for one Idempotency-Key", async () => {
    const headers = { "Idempotency-Key": "records-1" };
    const first = await api.send("POST", "/records", { body: { name: "once" }, headers });
    const second = await api.send("POST", "/records", { body: { name: "once" }, headers });
    expect(second.body).to.deep.equal(first.body);
    const other = await api.send("POST", "/records", { body: { name: "other" }, headers });
    expect(other.status).to.equal(422);
  });

  it("lists all records page by page, and takes no cursor that it did not make", async () => {
    const mine = new Set<string>();
    for (const name of ["p1", "p2", "p3"]) mine.add((await created(name)).id);
    const seen: string[] = [];
    let path = "/records?limit=2";
    for (;;) {
      const { body } = await api.send("GET", path);
      const { items, nextCursor } = body as { items: Item[]; nextCursor?: string };
      seen.push(...items.map(({ id }) => id));
      if (nextCursor === undefined) break;
      path = `/records?limit=2&cursor=${nextCursor}`;
    }
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
    await eventually(async () =>
      expect((await api.send("GET", "/prices/bitcoin/latest")).status).to.equal(200),
    );
    const { body } = await api.send("GET", "/prices/bitcoin/latest");
    expect(body).to.include({ coin: "bitcoin", currency: "usd" });
    expect((body as { price: number }).price).to.be.within(60_000, 75_000);
    const { items } = (await api.send("GET", "/prices/bitcoin")).body as { items: { at: string }[] };
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
