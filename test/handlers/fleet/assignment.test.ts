import "../support/environment.ts";
import { randomUUID } from "node:crypto";
import { expect } from "chai";
import * as fc from "fast-check";
import { handleMoveEvent } from "../../../handlers/fleet/move-events.ts";
import type { Database } from "../../../handlers/shared/database.ts";
import { uuid } from "../../../handlers/shared/database-values.ts";
import type { WakeUp } from "../../../handlers/shared/outbox.ts";
import { type MigratedDatabase, migratedDatabase } from "../support/migrated-database.ts";

interface Told {
  readonly type: string;
  readonly correlationId: string;
  readonly data: { readonly moveId: string; readonly truckId?: string; readonly plate?: string };
}

interface Move {
  readonly moveId: string;
  readonly date: string;
  readonly volumeM3: number;
}

const START = Date.UTC(2030, 0, 1);

describe("the selection of trucks", () => {
  let server: MigratedDatabase;
  let database: Database;
  let woken: number[];
  let clock = 0;
  const wakeUp: WakeUp = { send: async (delay) => void woken.push(delay) };

  const message = (type: string, data: object, detail: object = {}) => ({
    body: JSON.stringify({
      "detail-type": type,
      detail: {
        eventId: randomUUID(),
        version: 1,
        occurredAt: new Date(START + ++clock * 1000).toISOString(),
        correlationId: "request-1",
        data,
        ...detail,
      },
    }),
  });
  const handle = (sent: { body: string }) => handleMoveEvent(sent, database, wakeUp);
  const tell = (type: string, data: object) => handle(message(type, data));
  const move = (volumeM3: number, date = "2030-05-01"): Move => ({ moveId: randomUUID(), date, volumeM3 });
  const registered = (data: Move) => ({
    ...data,
    origin: "Here",
    destination: "There",
    client: { id: "client", email: "client@example.com" },
  });
  const register = (data: Move) => tell("MoveRegistered", registered(data));
  const truck = async (plate: string, capacityM3: number, status = "available") => {
    const id = randomUUID();
    await server.statements.change(
      `INSERT INTO trucks (id, plate, capacity_m3, status, created_at, updated_at)
       VALUES (:id, :plate, :capacityM3, :status, now(), now())`,
      { id: uuid(id), plate, capacityM3, status },
    );
    return id;
  };
  const statusOf = async (id: string) =>
    (await database.one<{ status: string }>("SELECT status FROM trucks WHERE id = :id", { id: uuid(id) }))
      ?.status;
  const told = async (): Promise<Told[]> => {
    const rows = await database.query<{ type: string; detail: string }>(
      "SELECT detail_type AS type, detail FROM outbox ORDER BY position",
    );
    return rows.map(({ type, detail }) => ({ type, ...(JSON.parse(detail) as Omit<Told, "type">) }));
  };
  const answers = async () => (await told()).map(({ type, data }) => `${type} ${data.plate ?? ""}`.trim());

  before(async function () {
    this.timeout(60_000);
    server = await migratedDatabase("fleet", "handlers/fleet/migrations");
    database = server.database;
  });
  after(() => server.stop());
  beforeEach(async () => {
    woken = [];
    await server.statements.change("TRUNCATE trucks, reservations, outbox, handled_events");
  });

  it("takes the truck with the fewest empty cubic metres, then by plate, and says so", async () => {
    await truck("B", 20);
    await truck("A", 20);
    await truck("TOO-SMALL", 9.9);
    await truck("IN-REPAIR", 10, "maintenance");
    await truck("LARGE", 40);
    const first = move(10);
    await register(first);
    await register(move(10));
    await register(move(10));
    await register(move(10));
    expect(await answers()).to.deep.equal([
      "TruckAssigned A",
      "TruckAssigned B",
      "TruckAssigned LARGE",
      "TruckUnavailable",
    ]);
    const [event] = await told();
    expect(event).to.include({ correlationId: "request-1" });
    expect(event?.data).to.include({ moveId: first.moveId, date: first.date, capacityM3: 20 });
    expect(woken.filter((delay) => delay === 0)).to.have.length(4);
  });

  it("gives one truck to moves on different days, and shows it as assigned until the last has ended", async () => {
    const id = await truck("A", 20);
    const [one, two] = [move(5, "2030-05-01"), move(5, "2030-05-02")];
    await register(one);
    await register(two);
    expect(await answers()).to.deep.equal(["TruckAssigned A", "TruckAssigned A"]);
    expect(await statusOf(id)).to.equal("assigned");
    await tell("MoveCompleted", { moveId: one.moveId });
    expect(await statusOf(id)).to.equal("assigned");
    await tell("MoveCancelled", { moveId: two.moveId });
    expect(await statusOf(id)).to.equal("available");
  });

  it("frees the day of a cancelled move, but not that of a completed one", async () => {
    await truck("A", 20);
    const [cancelled, completed] = [move(5), move(5, "2030-05-02")];
    await register(cancelled);
    await register(completed);
    await tell("MoveCancelled", { moveId: cancelled.moveId });
    await tell("MoveCompleted", { moveId: completed.moveId });
    await register(move(5));
    await register(move(5, "2030-05-02"));
    expect((await answers()).slice(2)).to.deep.equal(["TruckAssigned A", "TruckUnavailable"]);
  });

  it("gives an employee the truck that is wanted, when it fits, and takes back the one before", async () => {
    const [small, large] = [await truck("SMALL", 10), await truck("LARGE", 40)];
    const one = move(5);
    await register(one);
    await tell("TruckRequested", { ...one, truckId: large });
    expect([await statusOf(small), await statusOf(large)]).to.deep.equal(["available", "assigned"]);
    await tell("TruckRequested", { ...one, volumeM3: 20, truckId: small });
    await tell("TruckRequested", { ...one, truckId: randomUUID() });
    await tell("TruckRequested", one);
    expect(await answers()).to.deep.equal([
      "TruckAssigned SMALL",
      "TruckAssigned LARGE",
      "TruckUnavailable",
      "TruckUnavailable",
      "TruckAssigned LARGE",
    ]);
  });

  it("settles a move without a truck once an employee asks again", async () => {
    const one = move(50);
    await register(one);
    await truck("NEW", 60);
    await tell("TruckRequested", one);
    expect(await answers()).to.deep.equal(["TruckUnavailable", "TruckAssigned NEW"]);
  });

  it("has one effect for an event that comes twice, also at once, and wakes the relay each time", async () => {
    await truck("A", 20);
    await truck("B", 20);
    const sent = message("MoveRegistered", registered(move(5)));
    await Promise.all([handle(sent), handle(sent)]);
    await handle(sent);
    expect(await answers()).to.deep.equal(["TruckAssigned A"]);
    expect(woken.filter((delay) => delay === 0)).to.have.length(3);
  });

  it("does nothing for a move whose end, or newer request, was heard of first", async () => {
    const id = await truck("A", 20);
    const [one, two] = [move(5), move(5)];
    const early = message("TruckRequested", two);
    await tell("MoveCancelled", { moveId: one.moveId });
    await register(one);
    await tell("TruckRequested", one);
    expect(await answers()).to.deep.equal([]);
    await tell("TruckRequested", { ...two, truckId: id });
    await handle(early);
    await register(two);
    expect(await answers()).to.deep.equal(["TruckAssigned A"]);
  });

  it("parks what it does not understand: a newer version, an unknown event", async () => {
    const failed = (sent: { body: string }) =>
      handle(sent).then(
        () => "done",
        (error: Error) => error.message,
      );
    expect(await failed(message("MoveRegistered", registered(move(5)), { version: 2 }))).to.contain(
      "version 2",
    );
    expect(await failed(message("MoveExploded", {}))).to.contain("MoveExploded");
    expect(await failed({ body: "{}" })).to.contain("nothing to do");
    expect(await answers()).to.deep.equal([]);
  });

  it("leaves nothing behind when it fails: neither reservation nor event nor the note that it was handled", async () => {
    await truck("A", 20);
    const sent = message("MoveRegistered", registered(move(5)));
    const deaf: WakeUp = {
      send: (delay) => (delay > 0 ? Promise.reject(new Error("no queue")) : Promise.resolve()),
    };
    const error = await handleMoveEvent(sent, database, deaf).catch((failure: Error) => failure.message);
    expect(error).to.equal("no queue");
    const left = await database.one<{ rows: number }>(
      "SELECT (SELECT count(*) FROM reservations) + (SELECT count(*) FROM outbox) + (SELECT count(*) FROM handled_events) AS rows",
    );
    expect(left?.rows).to.equal(0);
    await handle(sent);
    expect(await answers()).to.deep.equal(["TruckAssigned A"]);
  });

  it("tries again when another move gets the best truck first", async () => {
    await truck("A", 20);
    await truck("B", 20);
    const rival = move(5);
    let raced = false;
    const slow: Database = {
      ...database,
      transaction: async (work) => {
        if (raced) return database.transaction(work);
        raced = true;
        await register(rival);
        const stale =
          'SQLState: 23505 duplicate key value violates unique constraint "one_move_per_truck_and_day"';
        const { asSqlError } = await import("../../../handlers/shared/database-errors.ts");
        throw asSqlError(new Error(stale));
      },
    };
    await handleMoveEvent(message("MoveRegistered", registered(move(5))), slow, wakeUp);
    expect(await answers()).to.deep.equal(["TruckAssigned A", "TruckAssigned B"]);
  });

  it("never gives two moves one truck on one day, and selects the same in the same order: any fleet, any moves", async function () {
    this.timeout(60_000);
    const trucks = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 });
    const wishes = fc.array(
      fc.record({
        volume: fc.integer({ min: 1, max: 7 }),
        day: fc.constantFrom(1, 2),
        cancelled: fc.boolean(),
      }),
      { minLength: 1, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(trucks, wishes, async (capacities, wanted) => {
        await server.statements.change("TRUNCATE trucks, reservations, outbox, handled_events");
        for (const [index, capacity] of capacities.entries()) await truck(`T${index}`, capacity);
        const taken = new Set<string>();
        const expected: string[] = [];
        for (const { volume, day, cancelled } of wanted) {
          const one = move(volume, `2030-05-0${day}`);
          const [best] = capacities
            .map((capacity, index) => ({ capacity, plate: `T${index}` }))
            .filter(({ capacity, plate }) => capacity >= volume && !taken.has(`${plate} ${day}`))
            .sort((a, b) => a.capacity - b.capacity || a.plate.localeCompare(b.plate));
          expected.push(best ? `TruckAssigned ${best.plate}` : "TruckUnavailable");
          await register(one);
          if (cancelled) await tell("MoveCancelled", { moveId: one.moveId });
          else if (best) taken.add(`${best.plate} ${day}`);
        }
        expect(await answers()).to.deep.equal(expected);
      }),
      { numRuns: 25 },
    );
  });

  it("keeps two moves from one truck on one day in the database itself", async () => {
    const id = await truck("A", 20);
    const reserve = () =>
      server.statements.change(
        "INSERT INTO reservations (move_id, truck_id, date, status) VALUES (:id, :truck, '2030-05-01', 'active')",
        { id: uuid(randomUUID()), truck: uuid(id) },
      );
    await reserve();
    const refused = await reserve().catch((error: { constraint?: string }) => error.constraint);
    expect(refused).to.equal("one_move_per_truck_and_day");
  });
});
