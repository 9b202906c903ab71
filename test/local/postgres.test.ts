import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Postgres, PostgresEnded } from "../../local/real-parts/postgres.ts";

describe("PostgreSQL in a process", () => {
  let folder: string;
  let postgres: Postgres;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "postgres-"));
    postgres = new Postgres(folder);
    await postgres.query("CREATE TABLE number (value int)");
  });
  after(async () => {
    await postgres.end();
    rmSync(folder, { recursive: true });
  });

  const add = (value: number) => postgres.query("INSERT INTO number VALUES ($1)", [String(value)], [23]);
  const count = async () => (await postgres.query("SELECT count(*) FROM number")).rows[0]?.[0];

  it("has what was written after it has ended and starts again by itself", async () => {
    await add(1);
    await postgres.stop();
    expect(await count()).to.equal("1");
  });

  it("says that it has ended to whoever waits for an answer, and starts again for the next", async () => {
    const slow = postgres.query("SELECT count(*) FROM generate_series(1, 100000000)").catch((error) => error);
    await postgres.stop();
    expect(await slow).to.be.instanceOf(PostgresEnded);
    await add(2);
    expect(await count()).to.equal("2");
  });

  it("does not start again once it is over", async () => {
    const other = new Postgres(join(folder, "other"));
    await other.end();
    expect(await other.query("SELECT 1").catch((error) => error)).to.be.instanceOf(PostgresEnded);
  });
});
