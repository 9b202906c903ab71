/** The moving company, from the first order to the last position. */
import { expect } from "chai";
import { eventually } from "../support/eventually.ts";
import { MovesDriver, newDay, newOrder } from "./support/moves.ts";
import { runningProgram } from "./support/running-program.ts";

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
    const { body } = await moves.send(client, "GET", `/moves/${id}/positions`);
    expect((body.items as { lat: number }[]).map(({ lat }) => lat)).to.deep.equal([40.5, 40.4]);

    const first = (await moves.send(client, "GET", `/moves/${id}/positions?limit=1`)).body;
    const next = await moves.send(client, "GET", `/moves/${id}/positions?limit=1&cursor=${first.nextCursor}`);
    expect(next.body.items).to.deep.equal((body.items as object[]).slice(1));

    const done = await moves.send(moves.employee, "POST", `/moves/${id}/completion`);
    expect(done.body).to.include({ status: "completed" });
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
      const { body } = await moves.send(moves.employee, "GET", `/moves/${id}`);
      expect(body.note).to.be.a("string");
      return body;
    });
    expect(note.status).to.equal("registered");
    expect((await moves.send(client, "GET", `/moves/${id}`)).body).not.to.have.property("note");

    const truck = await moves.addTruck(500);
    const asked = await moves.send(moves.employee, "POST", `/moves/${id}/truck`, {
      body: { truckId: truck.id },
    });
    expect(asked.status, JSON.stringify(asked.body)).to.equal(202);
    const assigned = await moves.reach(id, "truck_assigned");
    expect(assigned).to.include({ truckId: truck.id });
    expect(assigned).not.to.have.property("note");
  });
});
