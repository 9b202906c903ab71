/** The moving company, from the first order to the last position. */
import { expect } from "chai";
import { eventually } from "../support/eventually.ts";
import { MovesDriver, newDay, newOrder } from "./support/moves.ts";
import { runningProgram } from "./support/running-program.ts";
import { dataOf } from "./support/typed-clients.ts";

describe("moves", function () {
  this.timeout(60_000);
  let moves: MovesDriver;

  before(async () => {
    moves = new MovesDriver(await runningProgram());
  });

  it("go from signing up to completion: truck, e-mails, positions, each step visible in the status", async () => {
    const client = await moves.signUp();
    // Nothing is emptier than nothing: no other test's truck fits as well.
    const truck = await moves.addTruck(29.53);
    const id = await moves.register(client, newOrder(29.53));

    const assigned = await moves.reach(id, "truck_assigned");
    expect(assigned).to.include({ truckId: truck.id, plate: truck.plate, version: 2 });

    const early = "2026-01-01T10:00:00.000Z";
    expect((await moves.report(id, 40.5)).status).to.equal(201);
    await moves.reach(id, "in_transit");
    expect((await moves.report(id, 40.4, early)).status).to.equal(201);
    expect((await moves.report(id, 40.4, early)).status).to.equal(201);
    const positions = async (query: { limit?: number; cursor?: string } = {}) =>
      dataOf(await client.moves.GET("/moves/{id}/positions", { params: { path: { id }, query } }));
    const { items } = await positions();
    expect(items.map(({ lat }) => lat)).to.deep.equal([40.5, 40.4]);
    const { nextCursor: cursor = "" } = await positions({ limit: 1 });
    expect((await positions({ limit: 1, cursor })).items).to.deep.equal(items.slice(1));

    const params = { path: { id } };
    const done = dataOf(await moves.employee.moves.POST("/moves/{id}/completion", { params }));
    expect(done).to.include({ status: "completed" });
    await eventually(async () => {
      expect((await moves.report(id, 41)).body).to.deep.include({ status: 409 });
    });
    await eventually(() =>
      expect(moves.mailsTo(client).slice(1)).to.deep.equal([
        "Your move is registered",
        "A truck is assigned to your move",
        "Your move is completed",
      ]),
    );
  });

  it("without a free truck wait for an employee, who asks for a certain one", async () => {
    const day = newDay();
    const client = moves.newClient();
    const id = await moves.register(client, newOrder(499, day));
    const note = await eventually(async () => {
      const move = await moves.read(id);
      expect(move.note).to.be.a("string");
      return move;
    });
    expect(note.status).to.equal("registered");
    const params = { path: { id } };
    expect(dataOf(await client.moves.GET("/moves/{id}", { params }))).not.to.have.property("note");

    const truck = await moves.addTruck(500);
    const body = { truckId: truck.id };
    const { response } = await moves.employee.moves.POST("/moves/{id}/truck", { params, body });
    expect(response.status).to.equal(202);
    const assigned = await moves.reach(id, "truck_assigned");
    expect(assigned).to.include({ truckId: truck.id });
    expect(assigned).not.to.have.property("note");
  });
});
