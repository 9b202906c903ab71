import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { LogEntry } from "../../local/core/log.ts";
import { LocalCloud } from "../../local/local-cloud.ts";
import { eventually } from "../support/eventually.ts";
import { interruptCaretakers, rotateLogin } from "./support/databases.ts";
import { component, type EditedProgram, editedProgram } from "./support/edited-program.ts";

const copied = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder)
      .filter((file) => file.endsWith(".ts"))
      .map((file) => [`${folder}/${file}`, readFileSync(join(folder, file), "utf8")]),
  );

const FILES = {
  ...copied("handlers/shared"),
  ...copied("handlers/database"),
  "Pulumi.yaml": "name: depot\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.ts\n",
  "Pulumi.dev.yaml": "config: { aws:region: eu-west-1 }\n",
  "package.json": '{ "name": "depot", "type": "module" }\n',
  "migrations/0001-trucks.sql": `
    -- Trucks; and who may use them.
    CREATE TABLE truck (id int GENERATED ALWAYS AS IDENTITY, plate text UNIQUE);
    CREATE FUNCTION plates() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*) FROM truck); END $$;
    GRANT SELECT, INSERT ON truck TO app;
  `,
  "index.ts": `
    import { AlarmedFunction } from ${component("alarmed-function")};
    import { DatabaseNetwork } from ${component("database-network")};
    import { RelationalDatabase } from ${component("relational-database")};
    const defaults = { production: false, logRetentionDays: 7, alarms: "essential" as const };
    const network = new DatabaseNetwork("databases");
    const depot = new RelationalDatabase("depot", { defaults, network, databaseName: "depot", migrations: "migrations" });
    const use = new AlarmedFunction("use", {
      defaults, description: "Uses it.", entry: "handlers/use.ts", links: { DATABASE_PATH: depot.link() },
    });
    export const functionArn = use.alias.arn;
    export const subnets = network.subnetIds;
  `,
  "handlers/use.ts": `
    import { openDatabase } from "./shared/database.ts";
    const database = openDatabase(process.env.DATABASE_PATH ?? "");
    export async function handler({ plate, query }: { plate?: string; query?: string }): Promise<unknown> {
      if (query) return database.query(query);
      return database.transaction(async (tx) => {
        await tx.change("INSERT INTO truck (plate) VALUES (:plate)", { plate: plate ?? null });
        return tx.one("SELECT plates() AS plates, current_user AS user");
      });
    }
  `,
};

interface Used {
  readonly plates: number;
  readonly user: string;
}

function start({ folder }: EditedProgram, logged: LogEntry[]): Promise<LocalCloud> {
  const log = (entry: LogEntry) => void logged.push(entry);
  return LocalCloud.start({ cwd: folder, stack: "dev", port: 0, log });
}

describe("a program with a relational database", function () {
  this.timeout(60_000);
  const logged: LogEntry[] = [];
  let program: EditedProgram;
  let cloud: LocalCloud;

  before(async () => {
    program = editedProgram(FILES);
    cloud = await start(program, logged);
  });
  after(async () => {
    await cloud.stop();
    program.end();
  });

  const call = async (event: object) => {
    const arn = String(cloud.outputValues.functionArn);
    const { payload, functionError } = await cloud.cloud.services.lambda.invoke(arn, event, "test");
    return { failed: functionError !== undefined, result: JSON.parse(payload) as unknown };
  };
  const use = async (plate: string): Promise<Used> => {
    const { failed, result } = await call({ plate });
    expect(failed, JSON.stringify(result)).to.equal(false);
    return result as Used;
  };
  const problems = () =>
    logged.filter(({ kind }) => kind === "warning" || kind === "error").map(({ message }) => message);

  it("has its schema, its login and its network when it is deployed, and nothing to warn of", async () => {
    expect(await use("first")).to.deep.equal({ plates: 1, user: "depot_app" });
    expect(cloud.outputValues.subnets).to.have.length(2);
    expect(problems()).to.deep.equal([]);
  });

  it("fails no request while its login rotates", async () => {
    // Its first rotation is tried out when it is deployed.
    await cloud.deployed();
    await cloud.advance(0);
    let rotating = true;
    const users = new Set<string>();
    const client = async (name: number): Promise<void> => {
      for (let count = 0; rotating; count++) users.add((await use(`${name}-${count}`)).user);
    };
    const clients = [1, 2].map(client);
    for (let rotation = 0; rotation < 2; rotation++) await rotateLogin(cloud, "depot");
    rotating = false;
    await Promise.all(clients);
    expect([...users].sort()).to.deep.equal(["depot_app", "depot_app_clone"]);
    expect(problems()).to.deep.equal([]);
  });

  it("grants no permission that nobody needs", async () => {
    await interruptCaretakers(cloud, "depot");
    expect(await call({ plate: "first" })).to.have.property("failed", true);
    const { granted, ...rest } = (await (
      await fetch(`${cloud.world.endpoint}/_local/permissions`)
    ).json()) as Record<"granted" | "unused" | "untested" | "denied", unknown[]>;
    expect(granted.length).to.be.above(10);
    expect(rest).to.deep.include({ unused: [], untested: [] });
  });

  it("is migrated when a file is added, and says so when an old one has changed", async () => {
    void cloud.watch();
    program.write("migrations/0002-color.sql", "ALTER TABLE truck ADD color text DEFAULT 'red';");
    await eventually(async () => {
      expect(await call({ query: "SELECT DISTINCT color FROM truck" })).to.deep.include({
        result: [{ color: "red" }],
      });
    });
    program.edit("migrations/0001-trucks.sql", "plate text", "plate varchar");
    await eventually(() => {
      expect(problems().join()).to.contain("0001-trucks has been applied, and its file has changed since");
    });
    program.restore("migrations/0001-trucks.sql");
  });

  it("is as new after a reset; what changes meanwhile is deployed after it", async () => {
    const { faults } = cloud.cloud;
    const resetting = cloud.reset();
    const { id } = faults.add({
      target: { call: "rds-data:BeginTransaction", caller: "*depot-set-up*" },
      effect: { action: "add-delay", milliseconds: 1_000 },
      times: 1,
    });
    await eventually(() => expect(faults.list().find((fault) => fault.id === id)?.applied).to.equal(1));
    logged.length = 0;
    program.edit("migrations/0001-trucks.sql", "plate text", "plate char(9)");
    await resetting;
    expect(await use("first")).to.deep.equal({ plates: 1, user: "depot_app" });
    await eventually(() => {
      expect(problems().join()).to.contain("0001-trucks has been applied, and its file has changed since");
    });
    await cloud.reset();
    expect(await use("second")).to.deep.equal({ plates: 1, user: "depot_app" });
  });
});

describe("a program whose first migration has a mistake", function () {
  this.timeout(60_000);
  const logged: LogEntry[] = [];
  let program: EditedProgram;
  let cloud: LocalCloud;

  before(async () => {
    const migration = FILES["migrations/0001-trucks.sql"].replace("CREATE TABLE truck", "CREATE TALBE truck");
    program = editedProgram({ ...FILES, "migrations/0001-trucks.sql": migration });
    cloud = await start(program, logged);
  });
  after(async () => {
    await cloud.stop();
    program.end();
  });

  const use = () => cloud.cloud.services.lambda.invoke(String(cloud.outputValues.functionArn), {}, "test");

  it("is told where it is, and so is who calls what needs the database", async () => {
    const refusal = await use().catch((error: Error) => error.message);
    expect(refusal).to.contain("is not deployed, since it depends on what has failed").and.contain("TALBE");
    const errors = logged.filter(({ kind }) => kind === "error").map(({ message }) => message);
    expect(errors.join()).to.contain('"depot-migration" failed: Statement 1 of 0001-trucks failed');
  });

  it("runs as soon as the mistake is mended", async () => {
    void cloud.watch();
    program.edit("migrations/0001-trucks.sql", "TALBE", "TABLE");
    await eventually(async () => {
      expect((await use()).functionError).to.equal(undefined);
    });
  });
});
