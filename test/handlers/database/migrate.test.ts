import "../support/environment.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type Migration, migrate } from "../../../handlers/database/migrate.ts";
import { prepare } from "../../../handlers/database/prepare.ts";
import { setPassword } from "../../../handlers/database/users.ts";
import type { Database, Statements } from "../../../handlers/shared/database.ts";
import { DatabaseCloud } from "../support/database.ts";

const migration = (name: string, ...statements: readonly string[]): Migration => ({
  name,
  checksum: statements.join(),
  statements,
});
const TRUCKS = migration("0001-trucks", "CREATE TABLE truck (id int)", "INSERT INTO truck VALUES (1)");
const DRIVERS = migration("0002-drivers", "CREATE TABLE driver (id int)");

describe("preparation of a database", () => {
  const folder = mkdtempSync(join(tmpdir(), "migrate-"));
  let cloud: DatabaseCloud;
  let master: Database;

  before(async function () {
    this.timeout(60_000);
    cloud = await DatabaseCloud.start(folder, {});
    master = cloud.master;
  });
  beforeEach(async () => {
    for (const table of ["schema_migrations", "truck", "driver"]) {
      await master.change(`DROP TABLE IF EXISTS ${table}`);
    }
  });
  after(async () => {
    await cloud.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const refusal = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => "",
      (error: Error) => error.message,
    );
  const tables = async () =>
    (
      await master.query<{ name: string }>(
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
      )
    ).map(({ name }) => name);

  it("applies migrations once, in order, and new ones later", async () => {
    expect(await migrate(master, [TRUCKS])).to.deep.equal(["0001-trucks"]);
    expect(await migrate(master, [TRUCKS, DRIVERS])).to.deep.equal(["0002-drivers"]);
    expect(await migrate(master, [TRUCKS, DRIVERS])).to.deep.equal([]);
    expect(await master.query("SELECT id FROM truck")).to.deep.equal([{ id: 1 }]);
  });

  it("applies each once when several deployments run at the same time", async () => {
    const runs = await Promise.all([1, 2, 3].map(() => migrate(cloud.master, [TRUCKS, DRIVERS])));
    expect(runs.flat().sort()).to.deep.equal(["0001-trucks", "0002-drivers"]);
    expect(await master.query("SELECT id FROM truck")).to.deep.equal([{ id: 1 }]);
  });

  it("leaves nothing of a migration that fails, says which statement, and goes on there", async () => {
    const broken = migration("0002-drivers", "CREATE TABLE driver (id int)", "SELEC 1");
    const said = await refusal(migrate(master, [TRUCKS, broken]));
    expect(said).to.match(/^Statement 2 of 0002-drivers failed: .*42601/);
    expect(await tables()).to.deep.equal(["schema_migrations", "truck"]);
    expect(await migrate(master, [TRUCKS, DRIVERS])).to.deep.equal(["0002-drivers"]);
  });

  const otherWays: readonly (readonly [string, readonly Migration[], string])[] = [
    [
      "a file that has changed",
      [migration("0001-trucks", "SELECT 1"), DRIVERS],
      "0001-trucks has been applied, and its file has changed since",
    ],
    ["a file that is gone", [DRIVERS], "0001-trucks has been applied, and its file is gone"],
    [
      "a new file among old ones",
      [TRUCKS, migration("0001-z", "SELECT 1"), DRIVERS],
      "0001-z is new, and comes before 0002-drivers",
    ],
  ];
  for (const [what, files, reason] of otherWays) {
    it(`refuses ${what}`, async () => {
      await migrate(master, [TRUCKS, DRIVERS]);
      expect(await refusal(migrate(master, files))).to.contain(reason);
    });
  }

  it("takes a database that is ahead of an earlier program", async () => {
    await migrate(master, [TRUCKS, DRIVERS]);
    expect(await migrate(master, [TRUCKS])).to.deep.equal([]);
  });

  it("makes the application's login once, and lets it in again after a restore", async () => {
    await prepare(cloud.administration, [TRUCKS]);
    const first = await cloud.secret.read();
    await prepare(cloud.administration, [TRUCKS]);
    expect(await cloud.secret.read()).to.deep.equal(first);
    await master.change("ALTER ROLE fleet_app PASSWORD 'of the snapshot'");
    await prepare(cloud.administration, [TRUCKS]);
    expect(await cloud.app.one("SELECT current_user AS name")).to.deep.equal({ name: "fleet_app" });
  });
});

describe("password of a database's user", () => {
  it("is in no statement: PostgreSQL gets what it needs to check it", async () => {
    const said: unknown[] = [];
    const note = async (...statement: readonly unknown[]) => said.push(...statement);
    const tx = { query: note, one: note, change: note, batch: note } as unknown as Statements;
    await setPassword(tx, { username: "fleet_app", password: "hunter2" });
    expect(JSON.stringify(said)).to.contain("SCRAM-SHA-256$4096:").and.not.contain("hunter2");
  });
});

describe("preparation of a paused database", () => {
  it("waits until it has resumed", async function () {
    this.timeout(30_000);
    const folder = mkdtempSync(join(tmpdir(), "resume-"));
    const cloud = await DatabaseCloud.start(folder, {
      serverlessv2ScalingConfiguration: { minCapacity: 0, maxCapacity: 1, secondsUntilAutoPause: 0 },
    });
    try {
      const pauses = () => cloud.cloud.log.filter(({ message }) => message.includes("pauses")).length;
      expect(await migrate(cloud.master, [TRUCKS])).to.deep.equal(["0001-trucks"]);
      expect(pauses()).to.be.above(0);
    } finally {
      await cloud.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
