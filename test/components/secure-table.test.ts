import { expect } from "chai";
import type { SecureTableArgs, TableAccess } from "../../components/secure-table.ts";
import { SecureTable } from "../../components/secure-table.ts";
import { DEFAULTS } from "./support/functions.ts";
import { known, record } from "./support/recorder.ts";
import { refusalOf } from "./support/refusal.ts";

const TABLE = "aws:dynamodb/table:Table";
const ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/tasks-table";

const production = { ...DEFAULTS, production: true };

function tasks(overrides: Partial<SecureTableArgs> = {}, name = "tasks"): SecureTable {
  return new SecureTable(name, { defaults: DEFAULTS, partitionKey: "pk", sortKey: "sk", ...overrides });
}

const indexes = {
  byStatus: { partitionKey: "status", sortKey: "createdAt" },
  byDay: { partitionKey: "day", projection: "keys" },
  byOwner: { partitionKey: "owner", projection: ["title"] },
} as const;

async function inputsOf(overrides: Partial<SecureTableArgs> = {}) {
  return (await record(() => tasks(overrides))).one(TABLE).inputs;
}

async function statementsOf(
  access: TableAccess | readonly TableAccess[],
  args: Partial<SecureTableArgs> = {},
) {
  const { result } = await record(() => known(tasks(args).link(access)));
  return result.statements.map(({ Action, Resource, Effect }) => ({ Action, Resource, Effect }));
}

describe("SecureTable", () => {
  it("creates one table, paid per request", async () => {
    const recording = await record(() => tasks());
    expect(recording.types()).to.deep.equal([TABLE]);
    expect(recording.one(TABLE).inputs).to.deep.include({
      billingMode: "PAY_PER_REQUEST",
      hashKey: "pk",
      rangeKey: "sk",
      attributes: [
        { name: "pk", type: "S" },
        { name: "sk", type: "S" },
      ],
    });
  });

  it("has no backups to pay for in development, and a ceiling of cost", async () => {
    const recording = await record(() => tasks());
    expect(recording.one(TABLE).inputs).to.deep.include({
      pointInTimeRecovery: { enabled: false },
      deletionProtectionEnabled: false,
      onDemandThroughput: { maxReadRequestUnits: 2_000, maxWriteRequestUnits: 2_000 },
    });
    expect(recording.one(TABLE).protect).to.equal(false);
  });

  it("is protected and can be restored to any moment in production", async () => {
    const recording = await record(() => tasks({ defaults: production }));
    expect(recording.one(TABLE).inputs).to.deep.include({
      pointInTimeRecovery: { enabled: true },
      deletionProtectionEnabled: true,
    });
    expect(recording.one(TABLE).protect).to.equal(true);
  });

  it("declares each key attribute once, with its type, and gives each index a ceiling", async () => {
    const { attributes, globalSecondaryIndexes } = await inputsOf({
      indexes,
      attributes: { createdAt: "N" },
    });
    expect(attributes).to.deep.equal([
      { name: "pk", type: "S" },
      { name: "sk", type: "S" },
      { name: "status", type: "S" },
      { name: "createdAt", type: "N" },
      { name: "day", type: "S" },
      { name: "owner", type: "S" },
    ]);
    const onDemandThroughput = { maxReadRequestUnits: 2_000, maxWriteRequestUnits: 4_000 };
    expect(globalSecondaryIndexes).to.deep.equal([
      {
        name: "byStatus",
        keySchemas: [
          { attributeName: "status", keyType: "HASH" },
          { attributeName: "createdAt", keyType: "RANGE" },
        ],
        projectionType: "ALL",
        onDemandThroughput,
      },
      {
        name: "byDay",
        keySchemas: [{ attributeName: "day", keyType: "HASH" }],
        projectionType: "KEYS_ONLY",
        onDemandThroughput,
      },
      {
        name: "byOwner",
        keySchemas: [{ attributeName: "owner", keyType: "HASH" }],
        projectionType: "INCLUDE",
        nonKeyAttributes: ["title"],
        onDemandThroughput,
      },
    ]);
  });

  it("emits changes and expires items only when asked to", async () => {
    expect(await inputsOf()).not.to.have.any.keys("streamEnabled", "ttl");
    expect(await inputsOf({ stream: true, timeToLive: "expiresAt" })).to.deep.include({
      streamEnabled: true,
      streamViewType: "NEW_AND_OLD_IMAGES",
      ttl: { attributeName: "expiresAt", enabled: true },
    });
  });

  it("lets the user transform the table, but not how it is paid", async () => {
    const inputs = await inputsOf({
      transform: { table: { tableClass: "STANDARD_INFREQUENT_ACCESS", billingMode: "PROVISIONED" } },
    });
    expect(inputs).to.include({ tableClass: "STANDARD_INFREQUENT_ACCESS", billingMode: "PAY_PER_REQUEST" });
  });

  describe("link", () => {
    const READ = ["dynamodb:GetItem", "dynamodb:BatchGetItem"];
    const WRITE = ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "ConditionCheckItem"].map(
      (action) => `dynamodb:${action}`,
    );
    const items = (...Action: string[]) => ({ Effect: "Allow", Action, Resource: ARN });
    const query = { Effect: "Allow", Action: ["dynamodb:Query"], Resource: [ARN] };

    const cases: readonly (readonly [TableAccess, readonly object[]])[] = [
      ["get", [items("dynamodb:GetItem")]],
      ["query", [query]],
      ["read", [items(...READ), query]],
      ["put", [items("dynamodb:PutItem")]],
      ["update", [items("dynamodb:UpdateItem")]],
      ["delete", [items("dynamodb:DeleteItem")]],
      ["check", [items("dynamodb:ConditionCheckItem")]],
      ["write", [items(...WRITE)]],
      ["readWrite", [items(...READ, ...WRITE), query]],
    ];
    for (const [access, statements] of cases) {
      it(`grants exactly what "${access}" needs, on this table`, async () => {
        expect(await statementsOf(access)).to.deep.equal(statements);
      });
    }

    it("tells the table's name", async () => {
      const { result } = await record(() => known(tasks().link("read").value));
      expect(result).to.equal("tasks-table");
    });

    it("puts several kinds of access together without repeats", async () => {
      expect(await statementsOf(["get", "put", "check", "put"])).to.deep.equal([
        items("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:ConditionCheckItem"),
      ]);
    });

    it("lets readers query each index by its own ARN, and writers none", async () => {
      const all = await statementsOf("readWrite", { indexes });
      expect(all[1]?.Resource).to.deep.equal([
        ARN,
        `${ARN}/index/byStatus`,
        `${ARN}/index/byDay`,
        `${ARN}/index/byOwner`,
      ]);
      expect(JSON.stringify(await statementsOf("write", { indexes }))).not.to.include("/index/");
    });

    it("lets a reader query the named indexes only", async () => {
      const link = await record(() => known(tasks({ indexes }).link("query", { indexes: ["byDay"] })));
      expect(link.result.statements[0]?.Resource).to.deep.equal([ARN, `${ARN}/index/byDay`]);
    });

    it("lets a reader query indexes and not the table", async () => {
      const link = await record(() => known(tasks({ indexes }).link("query", { table: false })));
      const queried = ["byStatus", "byDay", "byOwner"].map((index) => `${ARN}/index/${index}`);
      expect(link.result.statements.map(({ Resource }) => Resource)).to.deep.equal([queried]);
    });

    it("refuses an index that the table does not have", async () => {
      let message = "";
      await record(() => tasks({ indexes }).link("query", { indexes: ["byTitle"] })).catch((error: Error) => {
        message = error.message;
      });
      expect(message).to.equal('SecureTable "tasks" has no index byTitle');
    });
  });

  it("is the parent of its table, under its name, so that two do not collide", async () => {
    const { list } = await record(() => [tasks(), tasks({}, "orders")]);
    const tables = list.filter(({ type }) => type === TABLE).map(({ name, parent }) => [parent, name]);
    expect(tables).to.deep.equal([
      ["tasks", "tasks-table"],
      ["orders", "orders-table"],
    ]);
  });

  it("says everything that is wrong with its arguments", async () => {
    const { message, mistakes } = await refusalOf(() =>
      tasks({
        partitionKey: "",
        attributes: { title: "S" },
        indexes: { "by status": { partitionKey: "status" } },
      }),
    );
    expect(message).to.match(/^SecureTable "tasks": /);
    expect(mistakes).to.deep.equal([
      "attributes.title is no key of the table or of an index; leave it out, DynamoDB declares keys only",
      "partitionKey or another key is empty",
      "indexes.by status is no name of an index; use 3 to 255 letters, digits, _ . -",
    ]);
  });
});
