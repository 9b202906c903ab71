import "../support/environment.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Administration } from "../../../handlers/database/administration.ts";
import type { AppSecret } from "../../../handlers/database/app-secret.ts";
import { prepare } from "../../../handlers/database/prepare.ts";
import { type RotationStep, rotate } from "../../../handlers/database/rotate.ts";
import type { Database } from "../../../handlers/shared/database.ts";
import { DatabaseCloud } from "../support/database.ts";

const STEPS: readonly RotationStep[] = ["createSecret", "setSecret", "testSecret", "finishSecret"];
const MIGRATION = {
  name: "0001-trucks",
  checksum: "1",
  statements: ["CREATE TABLE truck (id int PRIMARY KEY)", "GRANT SELECT, INSERT ON truck TO app"],
};

/** What a function that dies leaves undone. */
class Died extends Error {}

describe("rotation of a database's login", () => {
  const folder = mkdtempSync(join(tmpdir(), "rotate-"));
  let database: DatabaseCloud;
  let administration: Administration;

  before(async function () {
    this.timeout(60_000);
    database = await DatabaseCloud.start(folder);
    administration = database.administration;
    await prepare(administration, [MIGRATION]);
  });
  after(async () => {
    await database.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const user = async () => (await database.app.one<{ user: string }>("SELECT current_user AS user"))?.user;
  const rotateOnce = async (): Promise<void> => {
    const versionId = await database.beginRotation();
    for (const step of STEPS) await rotate(administration, step, versionId);
  };

  it("lets the application's two users take turns", async () => {
    const first = await user();
    await rotateOnce();
    const second = await user();
    await rotateOnce();
    expect([first, second, await user()]).to.deep.equal(["fleet_app", "fleet_app_clone", "fleet_app"]);
  });

  it("leaves the password before valid until the next rotation", async () => {
    const before = await administration.secret.read();
    await rotateOnce();
    if (!before) throw new Error("The secret has no value");
    expect(await database.letsIn(before)).to.equal(true);
    await rotateOnce();
    expect(await database.letsIn(before)).to.equal(false);
  });

  it("fails no request under load: 1,000 statements, 5 rotations", async function () {
    this.timeout(180_000);
    let rotating = true;
    let statements = 0;
    const app = database.app;
    const client = async (): Promise<void> => {
      while (rotating || statements < 1_000) {
        const number = ++statements;
        if (number % 20 > 0) await app.one("SELECT count(*) AS trucks FROM truck");
        else await insertInTransaction(app, number);
      }
    };
    const clients = Promise.all(Array.from({ length: 8 }, client));
    for (let rotation = 0; rotation < 5; rotation++) await rotateOnce();
    rotating = false;
    await clients;
    expect(statements).to.be.at.least(1_000);
    const { trucks } = (await app.one<{ trucks: number }>("SELECT count(*) AS trucks FROM truck")) ?? {};
    expect(trucks).to.equal(Math.floor(statements / 20));
  });

  for (const step of STEPS) {
    for (const when of ["before", "after"] as const) {
      it(`logs in all the time, and completes, when it dies ${when} an effect of ${step}, and is called twice`, async () => {
        const versionId = await database.beginRotation();
        const before = await user();
        for (const done of STEPS.slice(0, STEPS.indexOf(step))) await rotate(administration, done, versionId);
        const died = await rotate(dying(administration, when), step, versionId).catch(
          (error: Error) => error,
        );
        if (step !== "testSecret") expect(died).to.be.instanceOf(Died);
        expect(await user()).to.be.oneOf([before, "fleet_app", "fleet_app_clone"]);
        for (const again of [...STEPS, ...STEPS]) await rotate(administration, again, versionId);
        expect(await user()).to.not.equal(before);
      });
    }
  }

  it("refuses to touch the user that is in use", async () => {
    const versionId = await database.beginRotation();
    const current = await administration.secret.read();
    await administration.secret.write(
      versionId,
      { username: current?.username ?? "", password: "x" },
      "AWSPENDING",
    );
    const refused = await rotate(administration, "setSecret", versionId).catch(
      (error: Error) => error.message,
    );
    expect(refused).to.contain("in use");
    expect(await user()).to.equal(current?.username);
    await database.dropRotation(versionId);
  });

  it("goes back to the user before when the new one is not let in", async () => {
    const versionId = await database.beginRotation();
    const before = await user();
    for (const step of STEPS.slice(0, 3)) await rotate(administration, step, versionId);
    const after = before === "fleet_app" ? "fleet_app_clone" : "fleet_app";
    await database.master.change(`ALTER ROLE ${after} PASSWORD 'another'`);
    const refused = await rotate(administration, "finishSecret", versionId).catch(
      (error: Error) => error.message,
    );
    expect(refused).to.contain("28P01");
    expect(await user()).to.equal(before);
    for (const step of STEPS) await rotate(administration, step, versionId);
    expect(await user()).to.equal(after);
  });

  it("tests the login as it is while no rotation is due", async () => {
    const versionId = await database.beginRotation();
    await rotate(administration, "testSecret", versionId);
    await database.dropRotation(versionId);
  });
});

async function insertInTransaction(app: Database, id: number): Promise<void> {
  await app.transaction(async (tx) => {
    await tx.change("INSERT INTO truck (id) VALUES (:id)", { id });
    await tx.one("SELECT 1 AS one");
  });
}

/** Dies before or after the first thing that it changes. */
function dying(administration: Administration, when: "before" | "after"): Administration {
  const fatal =
    <Arguments extends readonly unknown[], Result>(change: (...args: Arguments) => Promise<Result>) =>
    async (...args: Arguments): Promise<Result> => {
      if (when === "after") await change(...args);
      throw new Died();
    };
  const { secret, master } = administration;
  const mortal: AppSecret = { ...secret, write: fatal(secret.write), promote: fatal(secret.promote) };
  const transaction: Database["transaction"] = (work) => fatal(() => master.transaction(work))();
  return { ...administration, secret: mortal, master: { ...master, transaction } };
}
