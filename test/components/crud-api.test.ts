import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import * as z from "zod";
import type { CrudApiArgs } from "../../components/crud-api.ts";
import { CrudApi } from "../../components/crud-api.ts";
import { Secret } from "../../components/secret.ts";
import { DEFAULTS, functionNamed } from "./support/functions.ts";
import type { Recording } from "./support/recorder.ts";
import { documentIn, known, record } from "./support/recorder.ts";

const TABLE = "aws:dynamodb/table:Table";
const FUNCTION = "aws:lambda/function:Function";

const OPERATIONS = ["create", "list", "get", "update", "delete"];

function recordsApi(overrides: () => Partial<CrudApiArgs> = () => ({}), name = "records"): CrudApi {
  return new CrudApi(name, {
    defaults: DEFAULTS,
    description: "Records of any kind.",
    entity: { name: "record", schema: z.strictObject({ name: z.string() }) },
    cursorKey: new Secret(`${name}-cursor-key`, {
      defaults: DEFAULTS,
      description: "Signs.",
      randomBytes: 32,
    }),
    throttle: { ratePerSecond: 5, burst: 10 },
    ...overrides(),
  });
}

function variablesOf(recording: Recording<unknown>, operation: string): unknown {
  const { environment } = recording.one(FUNCTION, `records-${operation}-function`).inputs;
  return (environment as { variables: unknown }).variables;
}

/** Actions on the table, by what a function's policy says. */
function actionsOf(recording: Recording<unknown>, operation: string): string[] {
  const policy = documentIn(
    recording.one("aws:iam/rolePolicy:RolePolicy", `records-${operation}-policy`),
    "policy",
  );
  const { Statement } = policy as { Statement: { Action: string[] }[] };
  return Statement.flatMap(({ Action }) => Action).filter((action) => action.startsWith("dynamodb:"));
}

function pathsOf(recording: Recording<unknown>): Record<string, Record<string, unknown>> {
  const body = documentIn(recording.one("aws:apigateway/restApi:RestApi"), "body");
  return (body as { paths: Record<string, Record<string, unknown>> }).paths;
}

describe("CrudApi", () => {
  it("creates a table, a function per operation and an API with the five routes", async () => {
    const recording = await record(() => recordsApi());
    recording.one(TABLE, "records-table");
    expect(recording.all(FUNCTION).map(({ name }) => name)).to.have.members(
      OPERATIONS.map((operation) => `records-${operation}-function`),
    );
    const routes = Object.entries(pathsOf(recording)).map(([path, operations]) => [
      path,
      Object.keys(operations),
    ]);
    expect(Object.fromEntries(routes)).to.deep.equal({
      "/records": ["post", "get"],
      "/records/{id}": ["get", "put", "delete"],
    });
  });

  it("lets each function do with the table exactly what its operation needs", async () => {
    const recording = await record(() => recordsApi());
    const actions = Object.fromEntries(
      OPERATIONS.map((operation) => [operation, actionsOf(recording, operation)]),
    );
    expect(actions).to.deep.equal({
      create: ["dynamodb:GetItem", "dynamodb:PutItem"],
      list: ["dynamodb:Query"],
      get: ["dynamodb:GetItem"],
      update: ["dynamodb:UpdateItem"],
      delete: ["dynamodb:DeleteItem"],
    });
  });

  it("tells the functions their table, and the origins that may read answers", async () => {
    const recording = await record(() =>
      recordsApi(() => ({ cors: { allowedOrigins: ["https://a.example", "https://b.example"] } })),
    );
    expect(variablesOf(recording, "get")).to.deep.equal({
      ENTITY_TABLE: "records-table",
      POWERTOOLS_SERVICE_NAME: "records",
      CORS_ALLOWED_ORIGINS: "https://a.example,https://b.example",
    });
  });

  it("validates creations and updates against the schema, and publishes what it answers", async () => {
    const recording = await record(() => recordsApi());
    const body = documentIn(recording.one("aws:apigateway/restApi:RestApi"), "body") as {
      components: { schemas: Record<string, { required: string[] }> };
    };
    expect(body.components.schemas.PostRecordsRequest?.required).to.deep.equal(["name"]);
    expect(body.components.schemas.PutRecordsIdRequest?.required).to.deep.equal(["name"]);
    const document = JSON.parse((await known(recording.result.api.document)) ?? "") as {
      paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
      components: { schemas: Record<string, { required: string[] }> };
    };
    const created = JSON.stringify(document.paths["/records"]?.post?.responses["201"]);
    expect(created).to.contain('"#/components/schemas/Record"');
    expect(document.components.schemas.Record?.required).to.have.members([
      "id",
      "name",
      "version",
      "createdAt",
      "updatedAt",
    ]);
  });

  it("takes further routes", async () => {
    const recording = await record(() =>
      recordsApi(() => ({
        entity: { name: "entry", plural: "entries", schema: z.strictObject({}) },
        routes: { "GET /prices/{coin}": { handler: functionNamed("prices"), summary: "Reads prices." } },
      })),
    );
    expect(pathsOf(recording)).to.have.all.keys("/entries", "/entries/{id}", "/prices/{coin}");
  });

  it("can stand beside another one", async () => {
    const recording = await record(() => [recordsApi(), recordsApi(undefined, "notes")]);
    const names = recording.list.map(({ type, name }) => `${type} ${name}`);
    expect(new Set(names).size).to.equal(names.length);
  });

  it("refuses wrong arguments, all of them at once", async () => {
    const program = () =>
      recordsApi(() => ({
        entity: { name: "Record", plural: "my records", schema: z.strictObject({ version: z.string() }) },
        routes: { "GET /my records": { handler: functionNamed("x"), summary: "x" } },
      }));
    const error = await record(program).catch((reason: unknown) => reason);
    if (!pulumi.InputPropertiesError.isInstance(error)) throw error;
    expect(error.errors.map(({ propertyPath }) => propertyPath)).to.deep.equal([
      "entity.name",
      "entity.plural",
      "entity.schema.version",
      'routes["GET /my records"]',
    ]);
  });
});
