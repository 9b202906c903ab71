import "../support/environment.ts";
import { expect } from "chai";
import * as fc from "fast-check";
import type { Appointment } from "../../../handlers/appointments/appointment.ts";
import type { Slot } from "../../../handlers/appointments/calendar.ts";
import type { Table } from "../../../handlers/shared/dynamo.ts";
import { itemsOf, newTable } from "../support/aws.ts";
import { Desk, statusOf } from "./support/desk.ts";

/** The morning, in minutes. */
const OPENING = 8 * 60;
const CLOSING = 12 * 60;

type Step =
  | { readonly does: "open"; readonly from: number; readonly to: number; readonly slotMinutes: number }
  | { readonly does: "book"; readonly at: number }
  | { readonly does: "move"; readonly which: number; readonly at: number }
  | { readonly does: "cancel"; readonly which: number };

const time = fc.integer({ min: OPENING / 15, max: CLOSING / 15 - 1 }).map((quarter) => quarter * 15);
const which = fc.nat({ max: 5 });
const slotMinutes = fc.constantFrom(15, 20, 30, 45, 60);
const open = fc.record({ does: fc.constant("open" as const), from: time, to: time, slotMinutes });
const step: fc.Arbitrary<Step> = fc.oneof(
  open,
  { arbitrary: fc.record({ does: fc.constant("book" as const), at: time }), weight: 4 },
  { arbitrary: fc.record({ does: fc.constant("move" as const), which, at: time }), weight: 3 },
  { arbitrary: fc.record({ does: fc.constant("cancel" as const), which }), weight: 2 },
);

const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

interface Period {
  readonly start: number;
  readonly end: number;
}

/** What is meant to happen, without a database: hours, and who has which time. */
class Model {
  hours: { from: number; to: number; slotMinutes: number } | undefined;
  readonly bookings: (Period & { readonly id: string })[] = [];

  free(): Period[] {
    const { from = 0, to = 0, slotMinutes: length = 1 } = this.hours ?? {};
    const slots: Period[] = [];
    for (let start = from; start + length <= to; start += length) slots.push({ start, end: start + length });
    return slots.filter(({ start, end }) => !this.bookings.some((b) => start < b.end && b.start < end));
  }

  /** The status of booking a time. */
  statusAt(start: number, done: number): number {
    if (this.free().some((slot) => slot.start === start)) return done;
    return this.bookings.some((booking) => booking.start === start) ? 409 : 422;
  }

  take(id: string, start: number): void {
    const slot = this.free().find((each) => each.start === start);
    if (slot) this.bookings.push({ id, ...slot });
  }

  drop(id: string): void {
    this.bookings.splice(
      this.bookings.findIndex((booking) => booking.id === id),
      1,
    );
  }
}

let table: Table;

describe("booking, rescheduling, cancelling and changing hours", () => {
  before(async function () {
    this.timeout(30_000);
    table = await newTable(["lists"]);
  });

  it("do in any order what a calendar on paper would", async function () {
    this.timeout(60_000);
    const steps = fc.tuple(open, fc.array(step, { maxLength: 20 }));
    await fc.assert(
      fc.asyncProperty(steps, async ([first, rest]) => {
        const desk = await Desk.open(table);
        const model = new Model();
        for (const each of [first, ...rest]) {
          await follow(desk, model, each);
          expect(await desk.free()).to.deep.equal(model.free().map(({ start }) => clock(start)));
        }
      }),
      { numRuns: 25 },
    );
  });

  it("leave no slot with two appointments and no appointment without its slot, all at the same time", async function () {
    this.timeout(60_000);
    const steps = fc.array(step, { minLength: 10, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const desk = await Desk.open();
        await desk.hours("08:00", "12:00", 30);
        const ids = await Promise.all(
          ["08:00", "09:00", "10:00"].map(async (at) => (await desk.booked(at)).id),
        );
        const statuses = await Promise.all(all.map((each) => statusOf(carryOut(desk, ids, each))));
        expect([200, 201, 204, 409, 422, 503]).to.include.members(statuses);
        await expectConsistent(desk);
      }),
      { numRuns: 12 },
    );
  });
});

async function follow(desk: Desk, model: Model, each: Step): Promise<void> {
  const booking = "which" in each ? model.bookings[each.which] : undefined;
  if (each.does === "open") {
    const { from, to, slotMinutes: length } = each;
    const isPossible = from + length <= to;
    expect(await statusOf(desk.hours(clock(from), clock(to), length))).to.equal(isPossible ? 200 : 422);
    if (isPossible) model.hours = each;
  } else if (each.does === "book") {
    const expected = model.statusAt(each.at, 201);
    const answer = desk.book(clock(each.at));
    expect(await statusOf(answer)).to.equal(expected);
    if (expected === 201) model.take(((await answer).body as Appointment).id, each.at);
  } else if (booking && each.does === "cancel") {
    expect(await statusOf(desk.cancel(booking.id))).to.equal(204);
    model.drop(booking.id);
  } else if (booking && each.does === "move") {
    const stays = booking.start === each.at;
    const expected = stays ? 200 : model.statusAt(each.at, 200);
    expect(await statusOf(desk.move(booking.id, { startsAt: desk.time(clock(each.at)) }))).to.equal(expected);
    if (stays || expected !== 200) return;
    model.take(booking.id, each.at);
    model.drop(booking.id);
  }
}

function carryOut(desk: Desk, ids: readonly string[], each: Step) {
  const id = ids[("which" in each ? each.which : 0) % ids.length] ?? "";
  if (each.does === "open") return desk.hours(clock(each.from), clock(each.to), each.slotMinutes);
  if (each.does === "book") return desk.book(clock(each.at));
  if (each.does === "cancel") return desk.cancel(id);
  return desk.move(id, { startsAt: desk.time(clock(each.at)) });
}

async function expectConsistent({ table: own }: Desk): Promise<void> {
  const items = await itemsOf(own);
  const slots = items.filter(({ sk }) => /^DAY#.*#/.test(String(sk))) as unknown as Slot[];
  const taken = slots.flatMap(({ appointmentId, startsAt }) =>
    appointmentId ? [[appointmentId, startsAt]] : [],
  );
  const booked = items.flatMap(({ sk, status, id, startsAt }) =>
    sk === "APPOINTMENT" && status === "booked" ? [[id, startsAt]] : [],
  );
  expect(taken).to.have.deep.members(booked);
  const inOrder = slots.toSorted((one, other) => one.startsAt.localeCompare(other.startsAt));
  inOrder.slice(1).forEach(({ startsAt }, index) => {
    expect(startsAt >= (inOrder[index]?.endsAt ?? ""), `a slot overlaps the one at ${startsAt}`).to.equal(
      true,
    );
  });
}
