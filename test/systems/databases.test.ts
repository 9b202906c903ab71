/** The databases of fleet and moves, when those who look after them are interrupted. */
import { expect } from "chai";
import type { LocalCloud } from "../../local/local-cloud.ts";
import { interruptCaretakers } from "./support/databases.ts";
import { MovesDriver } from "./support/moves.ts";
import { runningProgram } from "./support/running-program.ts";

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
});
