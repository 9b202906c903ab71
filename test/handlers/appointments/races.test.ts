import "../support/environment.ts";
import { expect } from "chai";
import type { Appointment } from "../../../handlers/appointments/appointment.ts";
import type { Table } from "../../../handlers/shared/dynamo.ts";
import { newTable } from "../support/aws.ts";
import { problemOf } from "../support/problems.ts";
import { interrupted } from "./support/contention.ts";
import { Desk } from "./support/desk.ts";

let table: Table;
let desk: Desk;

/** The same desk for somebody who is slow: `meanwhile` happens between what is read and what is written. */
function slow(meanwhile: () => Promise<unknown>): Desk {
  return desk.at(interrupted(table, meanwhile));
}

describe("what happens between reading and writing", () => {
  before(async function () {
    this.timeout(30_000);
    table = await newTable(["lists"]);
  });

  beforeEach(async () => {
    desk = await Desk.open(table);
    await desk.hours("09:00", "11:00", 30);
  });

  it("somebody else books: 409, and the slot is theirs", async () => {
    await problemOf(() => slow(() => desk.book("09:00")).book("09:00"), 409);
    expect(await desk.free()).to.deep.equal(["09:30", "10:00", "10:30"]);
  });

  it("the slot is withdrawn: nothing is booked in it", async () => {
    await problemOf(() => slow(() => desk.hours("10:00", "11:00", 30)).book("09:00"), 409);
    expect(await desk.free()).to.deep.equal(["10:00", "10:30"]);
  });

  it("a slot is booked that is to be withdrawn: the appointment stays", async () => {
    let booked: Appointment | undefined;
    const change = slow(async () => {
      booked = await desk.booked("09:30");
    });
    await change.hours("09:15", "11:15", 30);
    expect(await desk.free()).to.deep.equal(["10:15", "10:45"]);
    await desk.cancel(booked?.id ?? "");
    expect(await desk.free()).to.deep.equal(["09:15", "09:45", "10:15", "10:45"]);
  });

  it("the hours change under an appointment that is cancelled: its slot does not come back", async () => {
    const { id } = await desk.booked("09:30");
    await slow(() => desk.hours("09:15", "11:15", 30)).cancel(id);
    expect(await desk.free()).to.deep.equal(["09:15", "09:45", "10:15", "10:45"]);
  });

  it("the hours change and a withdrawn appointment is cancelled: the slots are those of the new hours", async () => {
    const { id } = await desk.booked("09:30");
    await desk.hours("09:15", "11:15", 30);
    await slow(() => desk.hours("09:00", "10:40", 20)).cancel(id);
    expect(await desk.free()).to.deep.equal(["09:00", "09:20", "09:40", "10:00", "10:20"]);
  });

  it("two hours for one day: one of them holds as a whole", async () => {
    await slow(() => desk.hours("08:00", "12:00", 60)).hours("09:15", "11:15", 30);
    expect(await desk.free()).to.deep.equal(["09:15", "09:45", "10:15", "10:45"]);
  });

  it("an appointment is moved while its client changes: both are kept", async () => {
    const { id } = await desk.booked("09:00");
    const client = { name: "Jean Bartik", email: "jean@example.com" };
    const { body } = await slow(() => desk.move(id, { startsAt: desk.time("10:00") })).move(id, { client });
    expect(body).to.deep.include({ startsAt: desk.time("10:00"), client, version: 3 });
    expect(await desk.free()).to.deep.equal(["09:00", "09:30", "10:30"]);
  });

  it("an appointment is cancelled that is moved: it stays cancelled, and both slots are free", async () => {
    const { id } = await desk.booked("09:00");
    const move = slow(() => desk.cancel(id)).move(id, { startsAt: desk.time("10:00") });
    await problemOf(() => move, 409);
    expect(await desk.free()).to.have.lengthOf(4);
  });

  it("somebody else changes what If-Match names: 412", async () => {
    const { id } = await desk.booked("09:00");
    const rival = slow(() => desk.move(id, { startsAt: desk.time("10:00") }));
    await problemOf(() => rival.cancel(id, { "If-Match": '"1"' }), 412);
    await problemOf(
      () => slow(() => desk.hours("09:00", "12:00", 30)).hours("08:00", "09:00", 30, { "If-Match": '"1"' }),
      412,
    );
  });
});
