import "../support/environment.ts";
import { expect } from "chai";
import type { Appointment } from "../../../handlers/appointments/appointment.ts";
import { showAppointment } from "../../../handlers/appointments/get.ts";
import { showProvider } from "../../../handlers/appointments/get-provider.ts";
import { showAppointments } from "../../../handlers/appointments/list.ts";
import { showProviders } from "../../../handlers/appointments/list-providers.ts";
import { showSlots } from "../../../handlers/appointments/list-slots.ts";
import type { Table } from "../../../handlers/shared/dynamo.ts";
import { itemsOf, newTable } from "../support/aws.ts";
import { request } from "../support/events.ts";
import { problemOf } from "../support/problems.ts";
import { fixedSecret } from "../support/secrets.ts";
import { contending } from "./support/contention.ts";
import { CLIENT, Desk } from "./support/desk.ts";

const NOBODY = "00000000-0000-7000-8000-000000000000";
const cursorKey = fixedSecret("cursor key");

let desk: Desk;
let table: Table;

const show = (id: string) => showAppointment(request("GET /appointments/{id}", { path: { id } }), table);

describe("appointments operations", () => {
  before(async function () {
    this.timeout(30_000);
    table = await newTable(["lists"]);
  });

  beforeEach(async () => {
    desk = await Desk.open(table);
    await desk.hours("09:00", "11:00", 30);
  });

  describe("availability", () => {
    it("makes slots of a day, as many as end in time", async () => {
      expect(await desk.free()).to.deep.equal(["09:00", "09:30", "10:00", "10:30"]);
      await desk.hours("09:10", "10:59", 50);
      expect(await desk.free()).to.deep.equal(["09:10", "10:00"]);
    });

    it("may last a whole day of the shortest slots, and change to others that are as many", async () => {
      await desk.hours("00:00", "24:00", 15);
      expect(await desk.free()).to.have.lengthOf(96);
      await desk.hours("00:05", "23:50", 15);
      const free = await desk.free();
      expect([free.length, free[0], free.at(-1)]).to.deep.equal([95, "00:05", "23:35"]);
    });

    it("keeps appointments when it changes, and offers nothing that overlaps them", async () => {
      const { id } = await desk.booked("09:30");
      await desk.hours("09:00", "11:00", 45);
      expect(await desk.free()).to.deep.equal([]);
      await desk.hours("09:15", "11:15", 30);
      expect(await desk.free()).to.deep.equal(["10:15", "10:45"]);
      expect((await show(id)).body).to.include({ status: "booked", startsAt: desk.time("09:30") });
      await desk.cancel(id);
      expect(await desk.free()).to.deep.equal(["09:15", "09:45", "10:15", "10:45"]);
    });

    it("has an ETag, is the same when said twice, and is not changed by who knows an older one", async () => {
      const again = await desk.hours("09:00", "11:00", 30);
      expect(again.headers?.etag).to.equal('"1"');
      expect((await desk.hours("09:00", "12:00", 30, { "If-Match": '"1"' })).headers?.etag).to.equal('"2"');
      await problemOf(() => desk.hours("09:00", "13:00", 30, { "If-Match": '"1"' }), 412);
    });

    it("is refused for a day that is past, without room for a slot, and for nobody", async () => {
      await problemOf(() => desk.hours("11:00", "09:00", 30), 422);
      await problemOf(() => desk.hours("09:00", "09:20", 30), 422);
      await problemOf(() => desk.hours("9:00", "10:00", 30), 400);
      Object.assign(desk, { date: "2020-01-01" });
      await problemOf(() => desk.hours("09:00", "11:00", 30), 422);
      Object.assign(desk, { date: "2027-01-01", providerId: NOBODY });
      await problemOf(() => desk.hours("09:00", "11:00", 30), 404);
      await problemOf(() => desk.free(), 404);
      const asked = request("GET /providers/{id}/slots", { path: { id: NOBODY }, query: {} });
      await problemOf(() => showSlots(asked, table), 400);
    });
  });

  describe("booking", () => {
    it("answers 201 with the appointment, its URL and its ETag, and takes the slot", async () => {
      const { status, headers, body } = await desk.book("09:00");
      const { id } = body as Appointment;
      expect(status).to.equal(201);
      expect(headers).to.deep.equal({
        location: `https://api.example.com/live/appointments/${id}`,
        etag: '"1"',
      });
      expect(body).to.include({ startsAt: desk.time("09:00"), endsAt: desk.time("09:30"), status: "booked" });
      expect(await desk.free()).to.deep.equal(["09:30", "10:00", "10:30"]);
      expect((await show(id)).body).to.deep.equal(body);
    });

    it("refuses a slot that is taken (409), that there is not, that is past or too far ahead (422)", async () => {
      await desk.book("09:00");
      const taken = await problemOf(() => desk.book("09:00"), 409);
      expect(taken.extras.headers).to.equal(undefined);
      for (const time of ["09:15", "11:00"]) await problemOf(() => desk.book(time), 422);
      Object.assign(desk, { date: "2020-01-01" });
      expect((await problemOf(() => desk.book("09:00"), 422)).message).to.contain("begun");
      Object.assign(desk, { date: "2199-01-01" });
      expect((await problemOf(() => desk.book("09:00"), 422)).message).to.contain("365 days");
    });

    it("has one effect for one Idempotency-Key, whatever else it would be", async () => {
      const headers = { "Idempotency-Key": "once" };
      const [one, two] = [await desk.book("09:00", headers), await desk.book("09:00", headers)];
      expect(two.body).to.deep.equal(one.body);
      await problemOf(() => desk.book("09:30", headers), 422);
      expect(await desk.free()).to.deep.equal(["09:30", "10:00", "10:30"]);
    });

    it("goes to one of a hundred at the same time", async function () {
      this.timeout(20_000);
      const answers = await Promise.allSettled(Array.from({ length: 100 }, () => desk.book("10:00")));
      expect(answers.filter(({ status }) => status === "fulfilled")).to.have.lengthOf(1);
      const reasons = answers.flatMap((each) => (each.status === "rejected" ? [each.reason.status] : []));
      expect(new Set(reasons)).to.deep.equal(new Set([409]));
    });

    it("tries again when other transactions are in the way", async () => {
      const { table: busy, sent } = contending(table, 2);
      expect((await desk.at(busy).book("10:00")).status).to.equal(201);
      expect(sent()).to.equal(3);
    });

    it("is 503, not 409, when they stay in the way of a free slot, after a bounded number of attempts", async () => {
      const { table: busy, sent } = contending(table, Number.POSITIVE_INFINITY);
      const problem = await problemOf(() => desk.at(busy).book("10:00"), 503);
      expect(problem.extras.headers).to.have.property("retry-after");
      expect(sent()).to.equal(5);
      expect(await desk.free()).to.include("10:00");
    });

    it("is 409 at once when the slot was taken meanwhile", async () => {
      const { table: busy, sent } = contending(table, Number.POSITIVE_INFINITY, () => desk.book("10:00"));
      await problemOf(() => desk.at(busy).book("10:00"), 409);
      expect(sent()).to.equal(1);
    });
  });

  describe("a change", () => {
    it("moves an appointment: its old slot is free, the new one taken", async () => {
      const { id } = await desk.booked("09:00");
      const { headers, body } = await desk.move(id, { startsAt: desk.time("10:00") });
      expect(body).to.include({ startsAt: desk.time("10:00"), endsAt: desk.time("10:30"), version: 2 });
      expect(headers?.etag).to.equal('"2"');
      expect(await desk.free()).to.deep.equal(["09:00", "09:30", "10:30"]);
    });

    it("moves nothing to a slot that is taken or that there is not", async () => {
      const { id } = await desk.booked("09:00");
      await desk.book("10:00");
      await problemOf(() => desk.move(id, { startsAt: desk.time("10:00") }), 409);
      await problemOf(() => desk.move(id, { startsAt: desk.time("10:10") }), 422);
      await problemOf(() => desk.move(id, { providerId: NOBODY }), 422);
      await problemOf(() => desk.move(id, {}), 400);
      expect(await desk.free()).to.deep.equal(["09:30", "10:30"]);
      expect((await show(id)).body).to.include({ startsAt: desk.time("09:00"), version: 1 });
    });

    it("says who comes instead, and moves the appointment to the list of that client", async () => {
      const { id } = await desk.booked("09:00");
      const client = { name: "Jean Bartik", email: `jean-${id}@example.com` };
      const { body } = await desk.move(id, { client });
      expect((body as Appointment).client).to.deep.equal(client);
      expect(await listed({ clientEmail: client.email })).to.deep.equal([id]);
    });

    it("gives a slot free that is cancelled, keeps the appointment to be read, and may be said twice", async () => {
      const { id } = await desk.booked("09:00");
      expect((await desk.cancel(id)).status).to.equal(204);
      expect((await desk.cancel(id)).status).to.equal(204);
      expect((await show(id)).body).to.include({ status: "cancelled", version: 2 });
      expect((await desk.book("09:00")).status).to.equal(201);
      await problemOf(() => desk.move(id, { startsAt: desk.time("10:00") }), 409);
    });

    it("is refused to who knows an older version, and for an appointment that there is not", async () => {
      const { id } = await desk.booked("09:00");
      await desk.move(id, { startsAt: desk.time("10:00") }, { "If-Match": '"1"' });
      await problemOf(() => desk.move(id, { startsAt: desk.time("09:00") }, { "If-Match": '"1"' }), 412);
      await problemOf(() => desk.cancel(id, { "If-Match": '"1"' }), 412);
      for (const unknown of [NOBODY, "x"]) {
        await problemOf(() => desk.cancel(unknown), 404);
        await problemOf(() => desk.move(unknown, { startsAt: desk.time("09:00") }), 404);
        await problemOf(() => show(unknown), 404);
      }
    });

    it("has a whole effect or none, whichever write is refused", async () => {
      const { id } = await desk.booked("09:00");
      const { table: busy } = contending(table, 1, () => desk.book("10:00"));
      await problemOf(() => desk.at(busy).move(id, { startsAt: desk.time("10:00") }), 409);
      expect(await desk.free()).to.deep.equal(["09:30", "10:30"]);
    });
  });

  describe("lists", () => {
    it("hold the appointments of a client, however the e-mail address is written, latest first", async () => {
      const client = { ...CLIENT, email: `Client-${desk.providerId}@example.com` };
      const ids: string[] = [];
      for (const time of ["09:30", "09:00", "10:30"]) {
        ids.push(((await desk.book(time, {}, client)).body as Appointment).id);
      }
      const clientEmail = client.email.toUpperCase();
      expect(await listed({ clientEmail })).to.deep.equal([ids[2], ids[0], ids[1]]);
      await problemOf(() => listed({}), 400);
    });

    it("hold the providers, newest first, in pages", async () => {
      const newest = await Desk.open(table);
      const page = (query: Record<string, string>) =>
        showProviders(request("GET /providers", { query }), table, cursorKey);
      const first = (await page({ limit: "1" })).body as { items: { id: string }[]; nextCursor: string };
      expect(first.items.map(({ id }) => id)).to.deep.equal([newest.providerId]);
      const second = (await page({ limit: "1", cursor: first.nextCursor })).body as typeof first;
      expect(second.items.map(({ id }) => id)).to.deep.equal([desk.providerId]);
      const shown = await showProvider(
        request("GET /providers/{id}", { path: { id: desk.providerId } }),
        table,
      );
      expect(shown.body).to.include({ id: desk.providerId, name: "Ada", version: 1 });
    });
  });

  it("writes nothing of a client into the keys of slots", async () => {
    await desk.book("09:00");
    const slots = (await itemsOf(table)).filter(({ sk }) => /^DAY#.*#/.test(String(sk)));
    expect(JSON.stringify(slots)).not.to.match(/grace/i);
  });
});

async function listed(query: Record<string, string>): Promise<string[]> {
  const { body } = await showAppointments(request("GET /appointments", { query }), table, cursorKey);
  return (body as { items: Appointment[] }).items.map(({ id }) => id);
}
