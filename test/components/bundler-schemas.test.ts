import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "chai";
import * as fc from "fast-check";
import { bundleEntry } from "../../components/bundler/entry.ts";
import type { Issue, PrecompiledSchema } from "../../components/bundler/schema-runtime.ts";
import { TemporaryProject } from "./support/temporary-project.ts";

const LIMITS = 'export const MAX = 8; export const KINDS = ["standard", "deadline"] as const;';

const SCHEMAS = `
import * as z from "zod";
import { KINDS, MAX } from "./limits.ts";
export { KINDS };
export const task = z.strictObject({
  title: z.string().min(1).max(MAX).regex(/\\S/, "must not be blank").regex(/^[^<]*$/, "must not have <"),
  kind: z.enum(KINDS).optional(),
  dueAt: z.iso.datetime().nullable().optional(),
  count: z.int().min(0).lt(10),
  price: z.number().gt(0).multipleOf(0.5).optional(),
  tags: z.array(z.string().max(3)).min(1).max(2),
  data: z.record(z.string(), z.unknown()).optional(),
  owner: z.strictObject({ email: z.email(), "a/b": z.boolean().optional() }).optional().describe("Who does it."),
});
export const page = z.strictObject({
  limit: z.int().min(1).max(100).default(20),
  sort: z.strictObject({ by: z.string().default("name") }).optional(),
});
export const figure = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("circle"), radius: z.number().positive() }),
  z.strictObject({ kind: z.literal("square"), side: z.number() }),
]);
export const either = z.strictObject({ value: z.union([z.int(), z.array(z.string())]) });
export const loose = z.looseObject({ id: z.uuid() });
export const change = z.strictObject({ title: z.string().optional() }).meta({ minProperties: 1 });
export const pair = z.tuple([z.string(), z.int()]);
`;

type Schemas = Readonly<Record<string, PrecompiledSchema>>;

async function load(file: string): Promise<Schemas> {
  const { schemas }: { schemas: Schemas } = await import(pathToFileURL(file).href);
  return schemas;
}

describe("bundler, schemas", () => {
  let project: TemporaryProject;
  let bundled: Schemas;
  let originals: Schemas;
  let code: string;

  before(async () => {
    project = await TemporaryProject.create({
      "limits.ts": LIMITS,
      "task.schema.ts": SCHEMAS,
      "originals.ts": 'export * as schemas from "./task.schema.ts";',
      "handler.ts": 'export * as handler from "./task.schema.ts";',
    });
    const file = await bundleEntry("handler.ts", project.root);
    code = (await project.read(file)).toString();
    const module: { handler: Schemas } = await import(pathToFileURL(join(project.root, file)).href);
    bundled = module.handler;
    originals = await load(join(project.root, "originals.ts"));
  });

  after(() => project.remove());

  function schema(name: string, of: Schemas = bundled): PrecompiledSchema {
    const found = of[name];
    if (!found) throw new Error(`there is no schema ${name}`);
    return found;
  }

  function issuesOf(name: string, value: unknown): readonly Issue[] {
    const parsed = schema(name).safeParse(value);
    return parsed.success ? [] : parsed.error.issues;
  }

  /** `path: message` of each issue. */
  function messagesOf(name: string, value: unknown): string[] {
    return issuesOf(name, value).map(({ path, message }) => `${path.join(".")}: ${message}`);
  }

  const task = { title: "Buy", count: 1, tags: ["a"] };

  it("have nothing of zod in them", () => {
    expect(code.length).to.be.below(25_000);
    expect(code).not.to.include("ZodError");
  });

  it("export plain constants as they are", () => {
    expect(bundled.KINDS).to.deep.equal(["standard", "deadline"]);
  });

  it("accept what is right", () => {
    const full = {
      ...task,
      kind: "deadline",
      dueAt: "2026-01-31T12:00:00Z",
      price: 1.5,
      data: { any: [1, null] },
      owner: { email: "ana@example.com", "a/b": true },
    };
    expect(schema("task").safeParse(full)).to.deep.equal({ success: true, data: full });
    expect(messagesOf("task", { ...task, dueAt: null })).to.deep.equal([]);
  });

  it("fill in defaults, and leave what they are given as it was", () => {
    const given = { sort: {} };
    expect(schema("page").safeParse(given)).to.deep.equal({
      success: true,
      data: { limit: 20, sort: { by: "name" } },
    });
    expect(given).to.deep.equal({ sort: {} });
  });

  it("say everything that is wrong, and where", () => {
    const wrong = {
      title: "<".repeat(9),
      kind: "other",
      dueAt: "2026-02-30T12:00:00Z",
      count: 10,
      price: 0.7,
      tags: ["a", "long", "b"],
      owner: { email: "ana", "a/b": "yes" },
      extra: 1,
    };
    expect(messagesOf("task", wrong)).to.have.members([
      "title: must have at most 8 characters",
      "title: must not have <",
      "kind: must be one of standard, deadline",
      "dueAt: must be an ISO 8601 date and time in UTC, such as 2026-01-31T12:00:00Z",
      "count: must be < 10",
      "price: must be a multiple of 0.5",
      "tags: must have at most 2 items",
      "tags.1: must have at most 3 characters",
      "owner.email: must be an e-mail address",
      "owner.a/b: must be true or false",
      "extra: is not a known property",
    ]);
    const paths = issuesOf("task", wrong).map(({ path }) => path);
    expect(paths).to.deep.include(["tags", 1]).and.to.deep.include(["owner", "a/b"]);
  });

  it("say what is missing, by its own path, and what has the wrong type", () => {
    expect(messagesOf("task", { title: 5, tags: null })).to.have.members([
      "count: is required",
      "title: must be a text",
      "tags: must be a list",
    ]);
    expect(messagesOf("task", "text")).to.deep.equal([": must be an object"]);
    expect(messagesOf("task", { ...task, dueAt: 5 })).to.deep.equal(["dueAt: must be a text or null"]);
    expect(messagesOf("change", {})).to.deep.equal([": must have at least 1 property"]);
  });

  it("name problems as zod does", () => {
    const codes = issuesOf("task", { title: " ", count: -1, tags: [5], extra: 1 }).map((issue) => issue.code);
    expect(codes).to.have.members(["invalid_format", "too_small", "invalid_type", "unrecognized_keys"]);
  });

  it("judge a discriminated union by the kind that is meant", () => {
    expect(messagesOf("figure", { kind: "circle", radius: -1 })).to.deep.equal(["radius: must be > 0"]);
    expect(messagesOf("figure", { kind: "star" })).to.deep.equal(["kind: is none of the known kinds"]);
  });

  it("give one reason when a value is none of several things", () => {
    expect(messagesOf("either", { value: "x" })).to.deep.equal(["value: matches none of the allowed forms"]);
  });

  it("refuse properties that would reach prototypes", () => {
    const value: unknown = JSON.parse(
      '{ "title": "Buy", "count": 1, "tags": ["a"], "__proto__": { "x": 1 } }',
    );
    expect(messagesOf("task", value)).to.deep.equal(["__proto__: is not a known property"]);
  });

  it("count the length of a text in characters, as the gateway does", () => {
    expect(messagesOf("task", { ...task, title: "🚀".repeat(8) })).to.deep.equal([]);
    expect(messagesOf("task", { ...task, title: "🚀".repeat(9) })).to.have.length(1);
  });

  it("accept and refuse exactly what zod does", () => {
    const text = fc.constantFrom(
      "",
      " ",
      "ab",
      "a<b",
      "123456789",
      "2026-01-31T12:00:00Z",
      "a@b.co",
      "circle",
      "name",
    );
    const uuid = fc.constantFrom("7d444840-9dc0-11d1-b245-5ffdce74fad2", "7d444840");
    const number = fc.constantFrom(-1, 0, 0.5, 0.7, 1, 9, 10, 100, 101, Number.POSITIVE_INFINITY, 2 ** 53);
    const simple = fc.oneof(text, uuid, number, fc.boolean(), fc.constant(null));
    const value = fc.oneof(
      simple,
      fc.array(simple, { maxLength: 3 }),
      fc.dictionary(text, simple, { maxKeys: 2 }),
    );
    const names = [
      "title",
      "kind",
      "dueAt",
      "count",
      "price",
      "tags",
      "data",
      "owner",
      "limit",
      "sort",
      "radius",
      "side",
      "value",
      "id",
    ];
    const anyObject = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 6 });
    const nearTask = anyObject.map((over) => ({ ...task, ...over }));
    const schemas = ["task", "page", "figure", "either", "loose", "pair"];
    const input = fc.oneof(anyObject, nearTask, value);
    fc.assert(
      fc.property(fc.constantFrom(...schemas), input, (name, given) => {
        const expected = schema(name, originals).safeParse(given);
        const actual = schema(name).safeParse(given);
        expect(actual.success, `${name} ${JSON.stringify(given)}`).to.equal(expected.success);
        if (actual.success && expected.success) expect(actual.data).to.deep.equal(expected.data);
      }),
      { numRuns: 3_000 },
    );
  });

  it("are made anew when a file that they import has changed", async () => {
    await project.write({ "limits.ts": LIMITS.replace("8", "4") });
    const file = await bundleEntry("handler.ts", project.root);
    const { handler }: { handler: Schemas } = await import(pathToFileURL(join(project.root, file)).href);
    expect(schema("task", handler).safeParse({ ...task, title: "12345" }).success).to.equal(false);
    expect(messagesOf("task", { ...task, title: "12345" })).to.deep.equal([]);
  });
});
