import "../support/environment.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { prepare } from "../../../handlers/database/prepare.ts";
import type { Database } from "../../../handlers/shared/database.ts";
import { connect } from "../../../handlers/shared/database-connection.ts";
import { constrained, SqlError } from "../../../handlers/shared/database-errors.ts";
import { date, decimal, json, time, uuid } from "../../../handlers/shared/database-values.ts";
import { toResponse } from "../../../handlers/shared/problem.ts";
import { DatabaseCloud } from "../support/database.ts";

const SCHEMA = [
  "CREATE TABLE truck (id int PRIMARY KEY, plate text UNIQUE, volume numeric CHECK (volume > 0), depot int REFERENCES truck)",
  "GRANT SELECT, INSERT, UPDATE, DELETE ON truck TO app",
];
const MIGRATION = { name: "0001-trucks", checksum: "1", statements: SCHEMA };

describe("relational database, as handlers use it", () => {
  const folder = mkdtempSync(join(tmpdir(), "database-"));
  let cloud: DatabaseCloud;
  let database: Database;

  before(async function () {
    this.timeout(60_000);
    cloud = await DatabaseCloud.start(folder);
    await prepare(cloud.administration, [MIGRATION]);
    database = cloud.app;
  });
  beforeEach(() => database.change("DELETE FROM truck"));
  after(async () => {
    await cloud.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const insert = (id: number, plate: string | null = null) =>
    database.change("INSERT INTO truck (id, plate) VALUES (:id, :plate)", { id, plate });
  const failure = (promise: Promise<unknown>): Promise<Error> =>
    promise.then(
      () => new Error("it did not fail"),
      (error: Error) => error,
    );

  it("takes and answers values of every type, without loss", async () => {
    const id = "0190a6f2-7a3e-7cc1-8b5a-2f6d8f3f9c11";
    const at = new Date("2026-01-31T12:00:00.250Z");
    const sql = `SELECT :id AS id, :doc AS doc, :day AS day, :hour AS hour, :price AS price, :at::timestamptz AS at,
      :big::int8 AS big, :count AS count, :ratio AS ratio, :flag AS flag, :nothing::text AS nothing, :bytes AS bytes,
      :text AS text, ARRAY[1, 2] AS list, 9007199254740993 AS "tooBig"`;
    const parameters = {
      id: uuid(id),
      doc: json({ a: [1] }),
      day: date("2026-01-31"),
      hour: time("12:30:00"),
      price: decimal("12345678901234567890.12"),
      at,
      big: 9007199254740991n,
      count: 42,
      ratio: 0.5,
      flag: true,
      nothing: null,
      bytes: new Uint8Array([1, 2]),
      text: "'; DROP TABLE truck; --",
    };
    expect(await failure(database.one(sql, parameters))).to.be.instanceOf(RangeError);
    const row = await database.one(sql.replace(/, 9007199254740993 .*/, ""), parameters);
    expect(row).to.deep.equal({
      ...parameters,
      id,
      doc: { a: [1] },
      day: "2026-01-31",
      hour: "12:30:00",
      price: "12345678901234567890.12",
      at: at.toISOString(),
      big: 9007199254740991,
      list: [1, 2],
    });
  });

  it("tells which constraint refused a write, and why", async () => {
    await insert(1, "one");
    const refused = (sql: string) => constrained(database.change(sql));
    const outcome = (reason: string, constraint: string | undefined) => ({
      status: "refused",
      reason,
      constraint,
    });
    expect(await constrained(insert(2, "one"))).to.deep.equal(outcome("unique", "truck_plate_key"));
    expect(await refused("INSERT INTO truck (id, volume) VALUES (3, -1)")).to.deep.equal(
      outcome("check", "truck_volume_check"),
    );
    expect(await refused("INSERT INTO truck (id, depot) VALUES (3, 99)")).to.deep.equal(
      outcome("missing reference", "truck_depot_fkey"),
    );
    expect(await refused("INSERT INTO truck (id) VALUES (NULL)")).to.deep.equal(
      outcome("not null", undefined),
    );
    expect(await constrained(insert(4))).to.deep.equal({ status: "done", result: 1 });
    expect(await failure(constrained(database.change("SELEC"))))
      .to.be.instanceOf(SqlError)
      .and.include({ sqlState: "42601" });
  });

  it("may do what migrations granted, and nothing else", async () => {
    expect(await failure(database.change("DROP TABLE truck"))).to.include({ sqlState: "42501" });
    expect(await failure(database.change("CREATE TABLE own (id int)"))).to.include({ sqlState: "42501" });
    expect(await failure(database.one("SELECT * FROM schema_migrations"))).to.include({ sqlState: "42501" });
  });

  it("carries out a transaction as a whole or not at all", async () => {
    await database.transaction(async (tx) => {
      await tx.change("INSERT INTO truck (id) VALUES (1)");
      await tx.batch("INSERT INTO truck (id) VALUES (:id)", [{ id: 2 }, { id: 3 }]);
    });
    const broken = database.transaction(async (tx) => {
      await tx.change("DELETE FROM truck");
      throw new Error("changed my mind");
    });
    expect(await failure(broken)).to.include({ message: "changed my mind" });
    expect(await database.query("SELECT id FROM truck ORDER BY id")).to.deep.equal([
      { id: 1 },
      { id: 2 },
      { id: 3 },
    ]);
  });

  it("begins a transaction anew when it met another, three times at most", async () => {
    let attempts = 0;
    const raise = "DO $$ BEGIN RAISE EXCEPTION 'met another' USING ERRCODE = '40001'; END $$";
    const once = await database.transaction(async (tx) => {
      if (++attempts === 1) await tx.change(raise);
      return attempts;
    });
    expect(once).to.equal(2);
    attempts = 0;
    const always = await failure(
      database.transaction(async (tx) => {
        attempts++;
        await tx.change(raise);
      }),
    );
    expect([always.name, attempts]).to.deep.equal(["DatabaseBusy", 3]);
  });

  it("reads anew where the database is when what it remembers leads nowhere", async () => {
    const right = { resourceArn: cloud.clusterArn, secretArn: cloud.appSecretArn, database: "fleet" };
    const moved = connect({
      read: async () => ({ ...right, resourceArn: `${right.resourceArn}-before` }),
      refresh: async () => right,
    });
    expect(await moved.one("SELECT 1 AS one")).to.deep.equal({ one: 1 });
  });

  for (const name of [
    "DatabaseBusy",
    "DatabaseResumingException",
    "TransactionNotFoundException",
    "UnknownOutcome",
  ]) {
    it(`lets an API answer ${name} with 503 and Retry-After`, () => {
      const { status, headers } = toResponse(Object.assign(new Error(), { name }), "1");
      expect([status, headers?.["retry-after"]]).to.deep.equal([503, "1"]);
    });
  }
});
