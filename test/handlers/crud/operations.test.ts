import "../support/environment.ts";
import { expect } from "chai";
import * as z from "zod";
import {
  createEntity,
  deleteEntity,
  showEntities,
  showEntity,
  updateEntity,
} from "../../../handlers/crud/operations.ts";
import type { Table } from "../../../handlers/shared/dynamo.ts";
import { newTable } from "../support/aws.ts";
import type { Asked } from "../support/events.ts";
import { request } from "../support/events.ts";
import { problemOf } from "../support/problems.ts";
import { fixedSecret } from "../support/secrets.ts";

const schema = z.strictObject({ name: z.string().min(1), data: z.looseObject({}).optional() });
const cursorKey = fixedSecret("cursor key");

interface Entity {
  readonly id: string;
  readonly name: string;
  readonly version: number;
}

let table: Table;

const create = (body: unknown, headers = {}) =>
  createEntity(request("POST /records", { body, headers }), table, schema);
const created = async (body: unknown) => (await create(body)).body as Entity;
const show = (id: string) => showEntity(request("GET /records/{id}", { path: { id } }), table);
const update = (id: string, body: unknown, headers = {}) =>
  updateEntity(request("PUT /records/{id}", { path: { id }, body, headers }), table, schema);
const remove = (id: string, headers = {}) =>
  deleteEntity(request("DELETE /records/{id}", { path: { id }, headers }), table);
const list = async (query: Asked["query"] = {}) =>
  (await showEntities(request("GET /records", { query }), table, cursorKey)).body as {
    items: Entity[];
    nextCursor?: string;
  };

describe("CRUD operations", () => {
  before(async function () {
    this.timeout(30_000);
    table = await newTable();
  });

  it("create answers 201 with the entity, its absolute URL and its ETag; get reads it again", async () => {
    const { status, headers, body } = await create({ name: "Café", data: { tags: ["a"], deep: { n: 1.5 } } });
    const { id } = body as Entity;
    expect(status).to.equal(201);
    expect(headers).to.deep.equal({ location: `https://api.example.com/live/records/${id}`, etag: '"1"' });
    expect(body).to.deep.include({ name: "Café", version: 1, data: { tags: ["a"], deep: { n: 1.5 } } });
    expect(body).to.have.all.keys("id", "name", "data", "version", "createdAt", "updatedAt");
    expect((await show(id)).body).to.deep.equal(body);
  });

  it("create has one effect for one Idempotency-Key", async () => {
    const first = await create({ name: "once" }, { "Idempotency-Key": "crud-1" });
    const second = await create({ name: "once" }, { "Idempotency-Key": "crud-1" });
    expect(second.body).to.deep.equal(first.body);
    expect(second.headers).to.include({ "idempotency-replayed": "true" });
    await problemOf(() => create({ name: "other" }, { "Idempotency-Key": "crud-1" }), 422);
  });

  it("create refuses what the schema refuses, and values that could not be kept, at their place", async () => {
    const refused = async (body: unknown) => (await problemOf(() => create(body), 400)).extras.errors;
    expect(await refused({ name: "", extra: 1 })).to.have.length(2);
    const nested = (depth: number): unknown => (depth === 0 ? {} : { inner: nested(depth - 1) });
    expect((await refused({ name: "x", data: nested(30) }))?.[0]?.code).to.equal("too_deep");
    const huge = () => create('{"name":"x","data":{"big":1e309}}', { "Content-Type": "application/json" });
    expect((await problemOf(huge, 400)).extras.errors).to.deep.include({
      pointer: "/data/big",
      detail: "must be 0 or a number between 1e-130 and 9.9e+125, of either sign",
      code: "invalid_number",
    });
  });

  it("update replaces what the client decided, counts the version, and keeps the rest", async () => {
    const { id } = await created({ name: "before", data: { a: 1 } });
    const { headers, body } = await update(id, { name: "after" }, { "If-Match": '"1"' });
    expect(headers).to.deep.equal({ etag: '"2"' });
    expect(body).to.include({ id, name: "after", version: 2 }).and.not.have.property("data");
    await problemOf(() => update(id, { name: "late" }, { "If-Match": '"1"' }), 412);
    expect((await update(id, { name: "any" })).body).to.include({ version: 3 });
  });

  it("delete removes an entity once, and only the version that is named", async () => {
    const { id } = await created({ name: "short-lived" });
    await problemOf(() => remove(id, { "If-Match": '"7"' }), 412);
    expect(await remove(id, { "If-Match": '"1"' })).to.deep.equal({ status: 204 });
    await problemOf(() => remove(id), 404);
    await problemOf(() => show(id), 404);
  });

  it("answer 404 for ids that nobody has, whatever they look like", async () => {
    for (const id of ["0190a6f2-7a3e-7cc1-8b5a-2f6d8f3f9c11", "nothing", "../x"]) {
      await problemOf(() => show(id), 404);
      await problemOf(() => update(id, { name: "x" }), 404);
      await problemOf(() => remove(id), 404);
    }
  });

  it("list shows every entity once, newest first, page by page", async () => {
    table = await newTable();
    const names = ["one", "two", "three", "four", "five"];
    for (const name of names) await created({ name });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list({ limit: "2", ...(cursor && { cursor }) });
      seen.push(...page.items.map(({ name }) => name));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen).to.have.members(names).and.have.length(names.length);
  });

  it("list pages of very large entities stay below what a function may answer", async () => {
    table = await newTable();
    const data = { text: "x".repeat(240_000) };
    for (let index = 0; index < 24; index++) await created({ name: "large", data });
    const page = await list({ limit: "100" });
    expect(JSON.stringify(page).length).to.be.below(6_000_000);
    expect(page.nextCursor).to.be.a("string");
  });
});
