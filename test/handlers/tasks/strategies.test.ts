import { expect } from "chai";
import { strategies, TASK_TYPES } from "../../../handlers/tasks/strategies/index.ts";
import type { RuledTask } from "../../../handlers/tasks/strategies/strategy.ts";
import { createTaskSchema } from "../../../handlers/tasks/task.schema.ts";

const now = new Date("2026-06-15T12:00:00Z");
const PAST = "2026-06-15T12:00:00.000Z";
const FUTURE = "2026-06-15T12:00:01.000Z";
const LATER = "2026-06-16T12:00:00.000Z";

function broken(task: RuledTask, before?: RuledTask): string[] {
  const strategy = strategies[task.type as keyof typeof strategies];
  return strategy.check(task, before, now).map(({ code }) => code);
}

describe("task types", () => {
  it("are what the schema takes", () => {
    expect(TASK_TYPES).to.deep.equal(["standard", "deadline", "recurring"]);
    for (const type of TASK_TYPES)
      expect(createTaskSchema.safeParse({ title: "x", type }).success).to.equal(true);
    expect(createTaskSchema.safeParse({ title: "x", type: "epic" }).success).to.equal(false);
  });

  it("standard has no rules", () => {
    expect(broken({ type: "standard", status: "open" })).to.deep.equal([]);
    expect(broken({ type: "standard", status: "done", dueAt: PAST })).to.deep.equal([]);
  });

  describe("deadline", () => {
    const task = (dueAt?: string, status = "open") => ({ type: "deadline", status, dueAt });

    it("needs a date in the future when it is created", () => {
      expect(broken(task())).to.deep.equal(["required"]);
      expect(broken(task(PAST))).to.deep.equal(["not_in_future"]);
      expect(broken(task(FUTURE))).to.deep.equal([]);
    });

    it("may be overdue later, but gets no new date in the past", () => {
      expect(broken(task(PAST, "done"), task(PAST))).to.deep.equal([]);
      expect(broken(task(PAST), task(FUTURE))).to.deep.equal(["not_in_future"]);
      expect(broken(task(PAST), { type: "standard", status: "open", dueAt: PAST })).to.deep.equal([
        "not_in_future",
      ]);
    });
  });

  describe("recurring", () => {
    const task = (dueAt?: string, status = "open") => ({ type: "recurring", status, dueAt });

    it("needs a date, which may be in the past", () => {
      expect(broken(task())).to.deep.equal(["required"]);
      expect(broken(task(PAST))).to.deep.equal([]);
    });

    it("is not done when it is created", () => {
      expect(broken(task(FUTURE, "done"))).to.deep.equal(["done_too_early"]);
    });

    it("comes back with a later date only: an occurrence is done once", () => {
      expect(broken(task(FUTURE, "done"), task(FUTURE))).to.deep.equal([]);
      expect(broken(task(FUTURE), task(FUTURE, "done"))).to.deep.equal(["occurrence_done"]);
      expect(broken(task(PAST, "in_progress"), task(FUTURE, "done"))).to.deep.equal(["occurrence_done"]);
      expect(broken(task(LATER), task(FUTURE, "done"))).to.deep.equal([]);
    });
  });
});
