import { randomUUID } from "node:crypto";
import { expect } from "chai";
import type { LocalCloud } from "../../local/local-cloud.ts";
import { AppointmentsDriver, CLIENT, dayFromNow } from "./support/appointments.ts";
import { expectProblem } from "./support/client.ts";
import { runningProgram } from "./support/running-program.ts";
import { dataOf } from "./support/typed-clients.ts";

interface Appointment {
  readonly id: string;
  readonly status: string;
}

const DATE = dayFromNow(20);
const at = (time: string) => `${DATE}T${time}:00.000Z`;

describe("appointments API", () => {
  let cloud: LocalCloud;
  let driver: AppointmentsDriver;
  let provider: string;

  const booked = async (time: string) => (await driver.book(provider, at(time))).body as Appointment;

  before(async function () {
    this.timeout(60_000);
    cloud = await runningProgram();
    driver = new AppointmentsDriver(cloud);
  });

  beforeEach(async () => {
    provider = await driver.provider();
    await driver.open(provider, DATE, "09:00", "11:00", 30);
  });

  it("leads from a provider over hours and slots to an appointment, another time and none", async () => {
    expect(await driver.slots(provider, DATE)).to.deep.equal(["09:00", "09:30", "10:00", "10:30"].map(at));
    const answer = await driver.book(provider, at("09:00"));
    expect(answer.status).to.equal(201);
    const location = String(answer.headers.get("location"));
    expect((await driver.api.once("GET", location)).body).to.deep.equal(answer.body);
    const moved = await driver.api.once("PUT", location, {
      body: { startsAt: at("10:00") },
      headers: { "if-match": String(answer.headers.get("etag")) },
    });
    expect([moved.status, moved.headers.get("etag")]).to.deep.equal([200, '"2"']);
    expect(await driver.slots(provider, DATE)).to.deep.equal(["09:00", "09:30", "10:30"].map(at));
    expect((await driver.api.once("DELETE", location)).status).to.equal(204);
    expect(await driver.slots(provider, DATE)).to.have.lengthOf(4);
    expect((await driver.api.once("GET", location)).body).to.include({ status: "cancelled" });
  });

  it("keeps appointments when hours change, and opens what was in their way once they are cancelled", async () => {
    const [first, second] = [await booked("09:00"), await booked("10:00")];
    await driver.open(provider, DATE, "09:10", "11:10", 20);
    expect(await driver.slots(provider, DATE)).to.deep.equal(["09:30", "10:30", "10:50"].map(at));
    expect((await driver.api.once("DELETE", `/appointments/${first.id}`)).status).to.equal(204);
    expect(await driver.slots(provider, DATE)).to.deep.equal(["09:10", "09:30", "10:30", "10:50"].map(at));
    const body = { startsAt: at("09:10") };
    expect((await driver.api.once("PUT", `/appointments/${second.id}`, { body })).status).to.equal(200);
    const free = ["09:30", "09:50", "10:10", "10:30", "10:50"];
    expect(await driver.slots(provider, DATE)).to.deep.equal(free.map(at));
    await driver.open(provider, DATE, "09:00", "11:00", 30);
    expect(await driver.slots(provider, DATE)).to.deep.equal(["09:30", "10:00", "10:30"].map(at));
    await driver.open(provider, DATE, "09:10", "11:10", 20);
    expect(await driver.slots(provider, DATE)).to.deep.equal(free.map(at));
  });

  it("lists the appointments of a client and the providers in pages", async () => {
    const client = { ...CLIENT, email: `${randomUUID()}@example.com` };
    for (const time of ["09:00", "09:30", "10:00"]) {
      const body = { providerId: provider, startsAt: at(time), client };
      dataOf(await driver.typed.POST("/appointments", { body }));
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { clientEmail: client.email, limit: 2, ...(cursor && { cursor }) };
      const page = dataOf(await driver.typed.GET("/appointments", { params: { query } }));
      seen.push(...page.items.map(({ startsAt }) => startsAt));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).to.deep.equal(["10:00", "09:30", "09:00"].map(at));
    const newest = await driver.provider("Newest");
    const page = async (query: { limit: number; cursor?: string }) =>
      dataOf(await driver.typed.GET("/providers", { params: { query } }));
    const first = await page({ limit: 1 });
    const second = await page({ limit: 1, cursor: first.nextCursor ?? "" });
    expect([first, second].flatMap(({ items }) => items.map(({ id }) => id))).to.deep.equal([
      newest,
      provider,
    ]);
    expect((await driver.api.once("GET", `/providers/${provider}`)).body).to.include({
      name: "Ada Lovelace",
    });
  });

  it("answers a request that is repeated with its Idempotency-Key once", async () => {
    const headers = { "idempotency-key": randomUUID() };
    const [first, second] = [
      await driver.book(provider, at("09:00"), headers),
      await driver.book(provider, at("09:00"), headers),
    ];
    expect(second.body).to.deep.equal(first.body);
    expect(second.headers.get("idempotency-replayed")).to.equal("true");
    expectProblem(await driver.book(provider, at("09:30"), headers), 422);
    const create = () => driver.api.once("POST", "/providers", { body: { name: "Once" }, headers });
    expect((await create()).body).to.deep.equal((await create()).body);
  });

  it("refuses what breaks a rule: a slot that is taken (409), past, too far away or none (422)", async () => {
    await booked("09:00");
    expectProblem(await driver.book(provider, at("09:00")), 409);
    for (const startsAt of [at("09:10"), "2020-01-01T09:00:00Z", "2199-01-01T09:00:00Z"]) {
      expectProblem(await driver.book(provider, startsAt), 422);
    }
    expectProblem(await driver.book(randomUUID(), at("09:30")), 422);
    const change = { date: DATE, from: "11:00", to: "09:00", slotMinutes: 30 };
    expectProblem(await driver.api.once("PUT", `/providers/${provider}/availability`, { body: change }), 422);
  });

  it("says 404 for what there is not, and 412 for an older version", async () => {
    const { id } = await booked("09:00");
    const headers = { "if-match": '"7"' };
    for (const method of ["GET", "PUT", "DELETE"]) {
      const question = method === "PUT" ? { body: { startsAt: at("10:00") } } : {};
      expectProblem(await driver.api.once(method, `/appointments/${randomUUID()}`, question), 404);
      if (method !== "GET") {
        expectProblem(await driver.api.once(method, `/appointments/${id}`, { ...question, headers }), 412);
      }
    }
    const body = { date: DATE, from: "09:00", to: "11:00", slotMinutes: 30 };
    expectProblem(await driver.api.once("GET", `/providers/${randomUUID()}`), 404);
    expectProblem(await driver.api.once("GET", `/providers/${randomUUID()}/slots?date=${DATE}`), 404);
    expectProblem(await driver.api.once("PUT", `/providers/${randomUUID()}/availability`, { body }), 404);
    expectProblem(await driver.api.once("GET", "/bookings/unknown"), 404);
    expectProblem(await driver.api.once("PATCH", `/appointments/${id}`, { body }), 404);
  });

  it("refuses callers without a key", async () => {
    expectProblem(await driver.anonymous.once("GET", "/providers"), 403);
    expectProblem(await driver.anonymous.once("POST", "/bookings", { body: {} }), 403);
  });

  it("refuses queries that are not valid", async () => {
    for (const path of [
      `/providers/${provider}/slots`,
      `/providers/${provider}/slots?date=tomorrow`,
      `/providers/${provider}/slots?date=2026-02-30`,
      "/appointments",
      "/appointments?clientEmail=nobody",
      "/appointments?clientEmail=a@example.com&limit=0",
      "/providers?limit=101",
      "/providers?cursor=forged",
    ]) {
      expectProblem(await driver.api.once("GET", path), 400);
    }
  });

  it("refuses bodies that break the schema at the gateway: no function is invoked, no message is queued", async () => {
    const booking = { providerId: provider, startsAt: at("09:00"), client: CLIENT };
    const hours = { date: DATE, from: "09:00", to: "11:00", slotMinutes: 30 };
    const broken: readonly (readonly [string, string, unknown])[] = [
      ...["/appointments", "/bookings"].flatMap((path) =>
        [
          {},
          [],
          "{",
          { ...booking, providerId: 7 },
          { ...booking, providerId: "nobody" },
          { ...booking, startsAt: "tomorrow" },
          { ...booking, color: "red" },
          { ...booking, client: { name: "Grace" } },
          { ...booking, client: { ...CLIENT, email: "nobody" } },
          { ...booking, client: { ...CLIENT, name: "x".repeat(201) } },
          { ...booking, client: { ...CLIENT, phone: "call me" } },
        ].map((body) => ["POST", path, body] as const),
      ),
      ["POST", "/providers", { name: "" }],
      ["PUT", `/appointments/${randomUUID()}`, { status: "cancelled" }],
      ["PUT", `/appointments/${randomUUID()}`, {}],
      ["PUT", `/providers/${provider}/availability`, { ...hours, slotMinutes: 14 }],
      ["PUT", `/providers/${provider}/availability`, { ...hours, from: "25:00" }],
      ["PUT", `/providers/${provider}/availability`, { ...hours, date: "2026-02-30" }],
    ];
    const since = Date.now();
    for (const [method, path, body] of broken) {
      const problem = expectProblem(await driver.api.once(method, path, { body }), 400);
      expect(problem.errors, JSON.stringify(body)).to.have.lengthOf.at.least(1);
    }
    const invoked = cloud.cloud.services.lambda
      .invocations()
      .filter(({ at, functionName }) => at >= since && functionName.startsWith("appointments-"))
      // What earlier requests wrote may be on its way through the stream.
      .filter(
        ({ source, functionName }) => /^apigateway/.test(source) || functionName.includes("process-booking"),
      );
    expect(invoked.map(({ functionName }) => functionName)).to.deep.equal([]);
    expect(await driver.slots(provider, DATE)).to.have.lengthOf(4);
  });

  it("takes JSON only, in both forms of booking", async () => {
    for (const path of ["/appointments", "/bookings"]) {
      const headers = { "content-type": "text/plain" };
      expectProblem(await driver.api.once("POST", path, { body: "hello", headers }), 415);
    }
  });
});
