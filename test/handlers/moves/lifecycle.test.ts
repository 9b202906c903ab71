/** The steps of moves: what the program allows, what the database allows, and a model of both. */
import { expect } from "chai";
import fc from "fast-check";
import { STATUSES, type Status, statusAfter } from "../../../handlers/moves/lifecycle.ts";
import type { Statements } from "../../../handlers/shared/database.ts";
import { SqlError } from "../../../handlers/shared/database-errors.ts";
import { type MigratedDatabase, migratedDatabase } from "../support/migrated-database.ts";

/** The model, written down again on purpose: every step that there is. */
const ARROWS: readonly (readonly [from: Status, step: Parameters<typeof statusAfter>[1], to: Status])[] = [
  ["registered", "requestTruck", "registered"],
  ["registered", "lackTruck", "registered"],
  ["registered", "assignTruck", "truck_assigned"],
  ["registered", "cancel", "cancelled"],
  ["truck_assigned", "requestTruck", "truck_assigned"],
  ["truck_assigned", "lackTruck", "truck_assigned"],
  ["truck_assigned", "assignTruck", "truck_assigned"],
  ["truck_assigned", "start", "in_transit"],
  ["truck_assigned", "cancel", "cancelled"],
  ["in_transit", "complete", "completed"],
];

const STEPS = ["requestTruck", "lackTruck", "assignTruck", "start", "complete", "cancel"] as const;

describe("the steps of a move", () => {
  it("lead where the model says, from every status, and nowhere else", () => {
    for (const status of STATUSES) {
      for (const step of STEPS) {
        const arrow = ARROWS.find(([from, name]) => from === status && name === step);
        expect(statusAfter(status, step), `${step} of a move that is ${status}`).to.equal(arrow?.[2]);
      }
    }
  });

  it("keep to the model in any order, and end at last", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...STEPS), { maxLength: 40 }), (steps) => {
        let status: Status = "registered";
        const path: Status[] = [status];
        for (const step of steps) {
          status = statusAfter(status, step) ?? status;
          if (status !== path.at(-1)) path.push(status);
        }
        const whole: readonly Status[] = ["registered", "truck_assigned", "in_transit", "completed"];
        const way = path.filter((one) => one !== "cancelled");
        expect(way).to.deep.equal(whole.slice(0, way.length));
        if (path.includes("cancelled")) {
          expect(path.at(-1)).to.equal("cancelled");
          expect(way.length).to.be.at.most(2);
        }
      }),
    );
  });
});

describe("the database of moves", function () {
  this.timeout(60_000);
  let database: MigratedDatabase;
  let sql: Statements;

  before(async () => {
    database = await migratedDatabase("moves", "handlers/moves/migrations");
    sql = database.statements;
  });
  after(() => database.stop());

  const ID = "0190a6f2-7a3e-7cc1-8b5a-2f6d8f3f9c11";
  const restart = async (): Promise<void> => {
    await sql.change("TRUNCATE moves");
    await sql.change(
      `INSERT INTO moves (id, client_id, client_email, origin, destination, volume_m3, move_date, status, version, created_at, updated_at)
       VALUES ('${ID}', 'ana', 'ana@example.com', 'A', 'B', 12, '2026-01-31', 'registered', 1, now(), now())`,
    );
  };
  const refusal = async (statement: string): Promise<string | undefined> => {
    try {
      await sql.change(statement);
      return undefined;
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      return error.sqlState;
    }
  };
  const setStatus = (to: Status) =>
    refusal(
      `UPDATE moves SET status = '${to}', version = version + 1, truck_id = coalesce(truck_id,
         CASE WHEN '${to}' = 'truck_assigned' THEN '${ID}'::uuid END),
         plate = coalesce(plate, CASE WHEN '${to}' = 'truck_assigned' THEN '1234ABC' END)`,
    );

  it("takes the steps of the model and refuses all others, whoever writes", async () => {
    const ways: Readonly<Record<Status, readonly Status[]>> = {
      registered: [],
      truck_assigned: ["truck_assigned"],
      in_transit: ["truck_assigned", "in_transit"],
      completed: ["truck_assigned", "in_transit", "completed"],
      cancelled: ["cancelled"],
    };
    for (const from of STATUSES) {
      for (const to of STATUSES) {
        await restart();
        for (const status of ways[from]) expect(await setStatus(status)).to.equal(undefined);
        const isStep = from === to || ARROWS.some(([start, , end]) => start === from && end === to);
        expect(await setStatus(to), `${from} → ${to}`).to.equal(isStep ? undefined : "23514");
      }
    }
  });

  it("refuses to lose, skip or rewrite anything", async () => {
    await restart();
    const next = "UPDATE moves SET version = version + 1";
    expect(await refusal("UPDATE moves SET note = 'x'"), "a change without a version").to.equal("23514");
    expect(await refusal("UPDATE moves SET version = version + 2"), "a version left out").to.equal("23514");
    expect(await refusal(`${next}, client_id = 'bob'`), "another owner").to.equal("23514");
    expect(await refusal(`${next}, volume_m3 = 1`), "another order").to.equal("23514");
    expect(await refusal(`${next}, truck_id = '${ID}', plate = 'X'`), "a truck, unassigned").to.equal(
      "23514",
    );
    expect(await refusal(`${next}, status = 'truck_assigned'`), "assigned, no truck").to.equal("23514");
    expect(await refusal(`${next}, status = 'lost'`), "an unknown status").to.equal("23514");
    expect(await refusal("DELETE FROM moves"), "deleting").to.equal("23001");
    expect(await refusal(next)).to.equal(undefined);
  });
});
