import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { eventually } from "../support/eventually.ts";
import { AppointmentsDriver, dayFromNow, statusesOf } from "./support/appointments.ts";
import type { Answer } from "./support/client.ts";
import { runningProgram } from "./support/running-program.ts";

interface Booking {
  readonly status: string;
  readonly appointmentId?: string;
  readonly reason?: string;
}

/** What a machine with two cores answers within the time that the gateway waits, with all that follows from a booking. */
const AT_ONCE = 200;

describe("appointments under load", () => {
  let driver: AppointmentsDriver;

  before(async function () {
    this.timeout(60_000);
    driver = new AppointmentsDriver(await runningProgram());
  });

  it("give a slot to exactly one of 2,000 requests at the same time; the others get 409", async function () {
    this.timeout(90_000);
    const date = dayFromNow(30);
    const provider = await driver.provider();
    await driver.open(provider, date, "09:00", "10:00", 60);
    const startsAt = `${date}T09:00:00Z`;
    const answers = await Promise.all(Array.from({ length: 2000 }, () => driver.book(provider, startsAt)));
    expect(statusesOf(answers)).to.deep.equal({ 201: 1, 409: 1999 });
  });

  it("give 500 slots to 5,000 requests, each slot once", async function () {
    this.timeout(180_000);
    const provider = await driver.provider();
    const slots = await openSlots(provider, 500);
    const wanted = Array.from({ length: 5000 }, (_, index) => slots[(index * 7) % slots.length] ?? "");
    const answers = await inWaves(wanted, (startsAt) => driver.book(provider, startsAt));
    expect(statusesOf(answers)).to.deep.equal({ 201: 500, 409: 4500 });
    const booked = answers.flatMap(({ status, body }) =>
      status === 201 ? [(body as { startsAt: string }).startsAt] : [],
    );
    expect(booked).to.have.members(slots);
  });

  it("lose none of 1,000 queued requests, and tell of each what became of it", async function () {
    this.timeout(120_000);
    const provider = await driver.provider();
    const slots = await openSlots(provider, 250);
    const wanted = Array.from({ length: 1000 }, (_, index) => slots[index % slots.length] ?? "");
    const answers = await inWaves(wanted, (startsAt) => driver.request(provider, startsAt));
    expect(statusesOf(answers)).to.deep.equal({ 202: 1000 });
    expect(new Set(answers.map(locationOf)).size).to.equal(1000);
    const locations = answers.map(locationOf);
    // Thousands of questions a second would hold up what they ask about.
    await decision(driver, locations.at(-1) ?? "");
    const decided = await inWaves(locations, (location) => decision(driver, location));
    const confirmed = decided.filter(({ status }) => status === "confirmed");
    expect(new Set(confirmed.map(({ appointmentId }) => appointmentId)).size).to.equal(250);
    const rejected = decided.filter(({ status }) => status === "rejected");
    expect(rejected).to.have.lengthOf(750);
    expect(new Set(rejected.map(({ reason }) => reason)).size).to.equal(1);
  });

  it("answer a queued request with where it is to be found, and have one effect for its Idempotency-Key", async () => {
    const date = dayFromNow(31);
    const provider = await driver.provider();
    await driver.open(provider, date, "09:00", "10:00", 30);
    const headers = { "Idempotency-Key": randomUUID(), origin: "http://localhost:3000" };
    const answer = await driver.request(provider, `${date}T09:00:00Z`, headers);
    expect(answer.status).to.equal(202);
    expect(answer.body).to.include({ status: "pending" });
    expect(answer.headers.get("x-request-id")).to.be.a("string");
    expect(answer.headers.get("cache-control")).to.equal("no-store");
    expect(answer.headers.get("access-control-expose-headers")).to.contain("Location");
    const again = await driver.request(provider, `${date}T09:00:00Z`, headers);
    const [one, two] = await Promise.all([answer, again].map((each) => decision(driver, locationOf(each))));
    expect(one?.status).to.equal("confirmed");
    expect(two).to.deep.equal(one);
    const appointment = await driver.api.once("GET", `/appointments/${one?.appointmentId}`);
    expect(appointment.body).to.include({ providerId: provider, startsAt: `${date}T09:00:00.000Z` });
    expect(await driver.slots(provider, date)).to.deep.equal([`${date}T09:30:00.000Z`]);
  });

  /** Slots of 15 minutes on as many days as it takes. */
  async function openSlots(provider: string, count: number): Promise<string[]> {
    const days = Array.from({ length: Math.ceil(count / 96) }, (_, index) => dayFromNow(40 + index));
    await Promise.all(days.map((date) => driver.open(provider, date, "00:00", "24:00", 15)));
    const slots = await Promise.all(days.map((date) => driver.slots(provider, date)));
    return slots.flat().slice(0, count);
  }
});

const locationOf = (answer: Answer) => String(answer.headers.get("location"));

/** What became of a queued request. */
function decision(driver: AppointmentsDriver, location: string): Promise<Booking> {
  return eventually(async () => {
    const { status, body } = await driver.api.once("GET", location);
    expect(status).to.equal(200);
    const booking = body as Booking;
    expect(booking.status).not.to.equal("pending");
    return booking;
  }, 90_000);
}

/** Works on many things, so many at once as one machine's sockets allow. */
async function inWaves<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let index = 0; index < all.length; index += AT_ONCE) {
    results.push(...(await Promise.all(all.slice(index, index + AT_ONCE).map(work))));
  }
  return results;
}
