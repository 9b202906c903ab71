/** The databases of fleet and moves, when those who look after them are interrupted. */
import { expect } from "chai";
import type { LocalCloud } from "../../local/local-cloud.ts";
import { eventually } from "../support/eventually.ts";
import { functionNamed } from "./support/crashes.ts";
import { interruptCaretakers } from "./support/databases.ts";
import { MovesDriver, newOrder } from "./support/moves.ts";
import { runningProgram } from "./support/running-program.ts";

/** Longer than a message stays hidden that a function has failed on. */
const REDELIVERY_MS = 6 * 60_000 + 1_000;

describe("the databases of fleet and moves", function () {
  this.timeout(60_000);
  let cloud: LocalCloud;
  let moves: MovesDriver;

  before(async () => {
    cloud = await runningProgram();
    moves = new MovesDriver(cloud);
  });

  for (const [database, path] of [
    ["fleet", "/trucks"],
    ["moves", "/moves"],
  ] as const) {
    it(`${database}: answers on when its migration and the rotation of its login fail half way and are repeated`, async () => {
      await interruptCaretakers(cloud, database);
      const { status, body } = await moves.send(moves.employee, "GET", path);
      expect(status, JSON.stringify(body)).to.equal(200);
    });
  }

  /** The first statement of a function's next transaction fails, as when the connection breaks. */
  const breakTransaction = (component: string) =>
    cloud.cloud.faults.add({
      target: { call: "rds-data:ExecuteStatement", caller: functionNamed(cloud, component) },
      effect: { action: "error", code: "InternalServerErrorException", status: 500 },
      times: 1,
    });

  it("roll a transaction back when a statement of it fails, and nobody has to wait for it", async () => {
    const fault = breakTransaction("fleet-app");
    const truck = { body: { plate: crypto.randomUUID().slice(0, 8), capacityM3: 3 } };
    const failed = await moves.send(moves.employee, "POST", "/trucks", truck);
    expect(failed.status, JSON.stringify(failed.body)).to.equal(500);
    expect(cloud.cloud.faults.remove(fault.id)?.applied).to.equal(1);
    expect((await moves.send(moves.employee, "POST", "/trucks", truck)).status).to.equal(201);
  });

  it("give a move its truck although the first transaction for it fails", async () => {
    await moves.addTruck(17.5);
    const fault = breakTransaction("fleet-consume");
    const id = await moves.register(moves.newClient(), newOrder(17.5));
    await eventually(() => {
      const applied = cloud.cloud.faults.list().find((one) => one.id === fault.id)?.applied ?? 1;
      expect(applied).to.equal(1);
    });
    await cloud.advance(REDELIVERY_MS);
    await moves.reach(id, "truck_assigned");
  });
});
