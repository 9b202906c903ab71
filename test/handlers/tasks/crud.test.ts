import "../support/environment.ts";
import { expect } from "chai";
import * as fc from "fast-check";
import { api } from "../../../handlers/shared/api.ts";
import type { Table } from "../../../handlers/shared/dynamo.ts";
import { createTask } from "../../../handlers/tasks/create.ts";
import { deleteTask } from "../../../handlers/tasks/delete.ts";
import { showTask } from "../../../handlers/tasks/get.ts";
import { showTasks } from "../../../handlers/tasks/list.ts";
import type { Task } from "../../../handlers/tasks/task.ts";
import { markProcessed } from "../../../handlers/tasks/task-store.ts";
import { updateTask } from "../../../handlers/tasks/update.ts";
import { itemsOf, newTable } from "../support/aws.ts";
import type { Asked } from "../support/events.ts";
import { gatewayEvent, lambdaContext, request } from "../support/events.ts";
import { problemOf } from "../support/problems.ts";
import { fixedSecret } from "../support/secrets.ts";

let table: Table;
const cursorKey = fixedSecret("cursor key");

const create = (body: unknown, headers = {}) => createTask(request("POST /tasks", { body, headers }), table);
const created = async (body: unknown) => (await create(body)).body as Task;
const update = (id: string, body: unknown, headers = {}) =>
  updateTask(request("PUT /tasks/{id}", { path: { id }, body, headers }), table);
const remove = (id: string, headers = {}) =>
  deleteTask(request("DELETE /tasks/{id}", { path: { id }, headers }), table);
const show = (id: string) => showTask(request("GET /tasks/{id}", { path: { id } }), table);
const list = async (query: Asked["query"] = {}) =>
  (await showTasks(request("GET /tasks", { query }), table, cursorKey)).body as {
    items: Task[];
    nextCursor?: string;
  };

const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString();

describe("tasks operations", () => {
  before(async function () {
    this.timeout(30_000);
    table = await newTable();
  });

  describe("create", () => {
    it("answers 201 with the task, its absolute URL and its ETag", async () => {
      const { status, headers, body } = await create({ title: "Cafe\u0301", priority: "high" });
      const task = body as Task;
      expect(status).to.equal(201);
      expect(task).to.include({
        title: "Caf\u00e9",
        type: "standard",
        priority: "high",
        status: "open",
        version: 1,
      });
      expect(headers).to.deep.equal({
        location: `https://api.example.com/live/tasks/${task.id}`,
        etag: '"1"',
      });
    });

    it("keeps the correlation id and the source with the task, and shows neither", async () => {
      const { body } = await create({ title: "x" }, { "X-Request-Id": "trace-1" });
      const item = (await itemsOf(table)).find(({ id }) => id === (body as Task).id);
      expect(item).to.include({ correlationId: "trace-1", source: "api" });
      expect(body).to.not.have.any.keys("correlationId", "source", "pk", "gsi1pk");
    });

    it("refuses what the schema refuses, with a pointer to each mistake", async () => {
      const { extras } = await problemOf(() => create({ title: "", priority: "urgent", owner: "me" }), 400);
      expect(extras.errors?.map(({ pointer }) => pointer)).to.include.members(["/title", "/priority"]);
    });

    it("refuses what breaks a rule of the type", async () => {
      const { extras } = await problemOf(() => create({ title: "x", type: "deadline" }), 422);
      expect(extras.errors).to.deep.equal([
        { pointer: "/dueAt", detail: "is needed by a task of type deadline", code: "required" },
      ]);
    });

    it("takes line breaks in the description and not in the title", async () => {
      expect((await created({ title: "x", description: "a\n\tb" })).description).to.equal("a\n\tb");
      await problemOf(() => create({ title: "a\nb" }), 400);
    });
  });

  it("answers whatever it is sent without an error of its own", async function () {
    this.timeout(20_000);
    const text = fc.string({ unit: "binary", maxLength: 300 });
    const body = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .record({
          title: text,
          description: text,
          type: fc.constantFrom("deadline", "standard", "x"),
          dueAt: text,
        })
        .map((value) => JSON.stringify(value)),
    );
    const handle = api((asked) => createTask(asked, table), []);
    await fc.assert(
      fc.asyncProperty(body, fc.option(fc.string()), async (sent, key) => {
        const headers = {
          "Content-Type": "application/json",
          ...(key !== null && { "Idempotency-Key": key }),
        };
        const { statusCode } = await handle(
          gatewayEvent("POST /tasks", { body: sent, headers }),
          lambdaContext(),
        );
        expect(statusCode).to.be.oneOf([201, 400, 422]);
      }),
      { numRuns: 200 },
    );
  });

  describe("update", () => {
    it("changes the named properties only and counts the version", async () => {
      const { id } = await created({ title: "Old", description: "kept" });
      const { headers, body } = await update(id, { title: "New", status: "done" });
      expect(headers).to.deep.equal({ etag: '"2"' });
      expect(body).to.include({ title: "New", description: "kept", status: "done", version: 2 });
      expect((await show(id)).body).to.deep.equal(body);
    });

    it("removes a property that is set to null", async () => {
      const { id } = await created({ title: "x", description: "y", dueAt: tomorrow() });
      const task = (await update(id, { description: null, dueAt: null })).body as Task;
      expect(task.description).to.equal(undefined);
      expect(task.dueAt).to.equal(undefined);
    });

    it("keeps what the worker wrote", async () => {
      const { id } = await created({ title: "x" });
      await markProcessed(table, id, "general", new Date());
      const task = (await update(id, { status: "done" })).body as Task;
      expect(task).to.include({ category: "general", status: "done" });
      expect(task.processedAt).to.be.a("string");
    });

    it("is done only for the version that If-Match names", async () => {
      const { id } = await created({ title: "x" });
      await problemOf(() => update(id, { title: "y" }, { "If-Match": '"2"' }), 412);
      await problemOf(() => update(id, { title: "y" }, { "If-Match": 'W/"1"' }), 412);
      expect((await update(id, { title: "y" }, { "If-Match": '"7", "1"' })).status).to.equal(200);
      expect((await update(id, { title: "z" }, { "If-Match": "*" })).status).to.equal(200);
    });

    it("loses no change of ten at the same time", async () => {
      const { id } = await created({ title: "x" });
      const outcomes = await Promise.allSettled(
        Array.from({ length: 10 }, (_, index) => update(id, { title: `t${index}` })),
      );
      const done = outcomes.filter(({ status }) => status === "fulfilled").length;
      expect(done).to.be.greaterThan(0);
      expect(((await show(id)).body as Task).version).to.equal(1 + done);
    });

    it("lets one of two writers with the same ETag win", async () => {
      const { id } = await created({ title: "x" });
      const headers = { "If-Match": '"1"' };
      const outcomes = await Promise.allSettled([
        update(id, { title: "a" }, headers),
        update(id, { title: "b" }, headers),
      ]);
      expect(outcomes.map(({ status }) => status).sort()).to.deep.equal(["fulfilled", "rejected"]);
    });

    it("allows an overdue deadline to be done, and no new one in the past", async () => {
      const { id } = await created({ title: "x", type: "deadline", dueAt: tomorrow() });
      await problemOf(() => update(id, { dueAt: "2001-01-01T00:00:00Z" }), 422);
      expect((await update(id, { status: "done" })).status).to.equal(200);
    });

    it("needs a property and a task", async () => {
      const { id } = await created({ title: "x" });
      await problemOf(() => update(id, {}), 400);
      await problemOf(() => update(crypto.randomUUID(), { title: "y" }), 404);
      await problemOf(() => update("../secret", { title: "y" }), 404);
    });
  });

  describe("delete", () => {
    it("removes the task once", async () => {
      const { id } = await created({ title: "x" });
      expect(await remove(id)).to.deep.equal({ status: 204 });
      await problemOf(() => remove(id), 404);
      await problemOf(() => show(id), 404);
    });

    it("is refused for another version", async () => {
      const { id } = await created({ title: "x" });
      await problemOf(() => remove(id, { "If-Match": '"2"' }), 412);
      expect((await remove(id, { "If-Match": '"1"' })).status).to.equal(204);
    });
  });

  describe("list", () => {
    before(async () => {
      table = await newTable();
      for (let index = 0; index < 7; index++)
        await create({ title: `t${index}`, status: index % 2 ? "done" : "open" });
    });

    it("pages through every task once, newest first", async () => {
      const titles: string[] = [];
      const times: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await list({ limit: "3", ...(cursor && { cursor }) });
        titles.push(...page.items.map(({ title }) => title));
        times.push(...page.items.map(({ createdAt }) => createdAt));
        cursor = page.nextCursor;
      } while (cursor);
      expect(titles).to.have.members(["t0", "t1", "t2", "t3", "t4", "t5", "t6"]);
      expect(times).to.deep.equal([...times].sort().reverse());
    });

    it("can be narrowed to a status, and follows its changes", async () => {
      const { items } = await list({ status: "done" });
      expect(items.map(({ title }) => title)).to.have.members(["t1", "t3", "t5"]);
      await update(items[0]?.id ?? "", { status: "open" });
      expect((await list({ status: "done" })).items).to.have.length(2);
    });

    it("refuses a cursor of another filter", async () => {
      const { nextCursor = "" } = await list({ limit: "1" });
      await problemOf(() => list({ status: "open", cursor: nextCursor }), 400);
    });

    for (const limit of ["0", "-1", "101", "1e2", "abc", "", "1.5"]) {
      it(`refuses the limit ${JSON.stringify(limit)}`, async () => {
        const { extras } = await problemOf(() => list({ limit }), 400);
        expect(extras.errors?.[0]?.parameter).to.equal("limit");
      });
    }

    it("refuses unknown and repeated parameters", async () => {
      await problemOf(() => list({ sort: "title" }), 400);
      await problemOf(() => list({ status: ["open", "done"] }), 400);
    });
  });
});
