import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  BatchExecuteStatementCommand,
  BeginTransactionCommand,
  CommitTransactionCommand,
  ExecuteStatementCommand,
  type ExecuteStatementCommandInput,
  RDSDataClient,
  RollbackTransactionCommand,
} from "@aws-sdk/client-rds-data";
import { RotateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { expect } from "chai";
import { rds } from "../../local/services/rds/index.ts";
import { secretsmanager } from "../../local/services/secretsmanager/index.ts";
import { DataCloud } from "./support/data-cloud.ts";

const SECRET = "aws:secretsmanager/secret:Secret";
const VERSION = "aws:secretsmanager/secretVersion:SecretVersion";

interface Managed {
  readonly secretArn: string;
}

describe("Aurora PostgreSQL through the Data API", () => {
  const folder = mkdtempSync(join(tmpdir(), "rds-"));
  let cloud: DataCloud;
  let client: RDSDataClient;
  let target: { resourceArn: string; secretArn: string; database: string };

  before(async function () {
    this.timeout(60_000);
    cloud = await DataCloud.start([rds, secretsmanager], folder);
    const { outputs } = await declareCluster();
    const [managed] = outputs.masterUserSecrets as unknown as readonly Managed[];
    target = { resourceArn: String(outputs.arn), secretArn: managed?.secretArn ?? "", database: "fleet" };
    client = new RDSDataClient(cloud.asUser);
    await run("CREATE TABLE truck (id int PRIMARY KEY, plate text UNIQUE, at timestamptz)");
  });
  after(async () => {
    client.destroy();
    await cloud.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const declareCluster = () =>
    cloud.declare("aws:rds/cluster:Cluster", "fleet", {
      engine: "aurora-postgresql",
      databaseName: "fleet",
      masterUsername: "fleet_admin",
      manageMasterUserPassword: true,
      enableHttpEndpoint: true,
    });
  const run = (sql: string, input: Partial<ExecuteStatementCommandInput> = {}) =>
    client.send(new ExecuteStatementCommand({ ...target, sql, ...input }));
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => undefined,
      (error: Error) => error,
    );

  it("takes named parameters of every type and answers values of every type", async () => {
    const { records } = await run(
      "SELECT :i + 1, :s || '!', :d, :b, :n::text, :u, :j ->> 'a', :day, ':s', 5::int8, 1.50, '{1,2}'::int[], now()::date = :day",
      {
        parameters: [
          { name: "i", value: { longValue: 41 } },
          { name: "s", value: { stringValue: "o'clock" } },
          { name: "d", value: { doubleValue: 2.5 } },
          { name: "b", value: { booleanValue: true } },
          { name: "n", value: { isNull: true } },
          { name: "u", typeHint: "UUID", value: { stringValue: "0190a6f2-7a3e-7cc1-8b5a-2f6d8f3f9c11" } },
          { name: "j", typeHint: "JSON", value: { stringValue: '{"a":"b"}' } },
          { name: "day", typeHint: "DATE", value: { stringValue: "2026-01-31" } },
        ],
      },
    );
    expect(records?.[0]).to.deep.equal([
      { longValue: 42 },
      { stringValue: "o'clock!" },
      { doubleValue: 2.5 },
      { booleanValue: true },
      { isNull: true },
      { stringValue: "0190a6f2-7a3e-7cc1-8b5a-2f6d8f3f9c11" },
      { stringValue: "b" },
      { stringValue: "2026-01-31" },
      { stringValue: ":s" },
      { longValue: 5 },
      { stringValue: "1.50" },
      { arrayValue: { longValues: [1, 2] } },
      { booleanValue: false },
    ]);
  });

  it("answers rows as JSON, and the columns when they are wanted", async () => {
    const answer = await run("SELECT 1 AS one, NULL::text AS none", {
      formatRecordsAs: "JSON",
      includeResultMetadata: true,
    });
    expect(JSON.parse(answer.formattedRecords ?? "")).to.deep.equal([{ one: 1, none: null }]);
    expect(answer.columnMetadata?.map(({ name, typeName }) => [name, typeName])).to.deep.equal([
      ["one", "int4"],
      ["none", "text"],
    ]);
  });

  it("says what PostgreSQL says, with its SQLSTATE", async () => {
    await run("INSERT INTO truck VALUES (1, 'one')");
    expect(await failure(run("INSERT INTO truck VALUES (1, 'other')"))).to.include({
      name: "DatabaseErrorException",
      message: 'ERROR: duplicate key value violates unique constraint "truck_pkey"; SQLState: 23505',
    });
    const typed = await failure(
      run("SELECT :id = '0190a6f2-7a3e-7cc1-8b5a-2f6d8f3f9c11'::uuid", {
        parameters: [{ name: "id", value: { stringValue: "x" } }],
      }),
    );
    expect(typed).to.have.property("message").that.contains("SQLState: 42883");
    expect(await failure(run("SELECT :missing"))).to.include({ message: "Cannot find parameter: missing" });
  });

  it("counts what changed, and carries out a batch as a whole or not at all", async () => {
    await run("DELETE FROM truck");
    const batch = (ids: readonly number[]) =>
      client.send(
        new BatchExecuteStatementCommand({
          ...target,
          sql: "INSERT INTO truck (id) VALUES (:id)",
          parameterSets: ids.map((id) => [{ name: "id", value: { longValue: id } }]),
        }),
      );
    await batch([1, 2, 3]);
    expect(await failure(batch([4, 1]))).to.include({ name: "DatabaseErrorException" });
    expect((await run("UPDATE truck SET plate = NULL")).numberOfRecordsUpdated).to.equal(3);
  });

  it("keeps a transaction apart until it is committed, and knows no transaction that has ended", async () => {
    await run("DELETE FROM truck");
    const begun = await client.send(new BeginTransactionCommand(target));
    const { transactionId } = begun;
    await run("INSERT INTO truck (id) VALUES (7)", { transactionId });
    const outside = run("SELECT count(*) FROM truck");
    await client.send(new CommitTransactionCommand({ ...target, transactionId }));
    expect((await outside).records?.[0]).to.deep.equal([{ longValue: 1 }]);
    const late = await failure(run("SELECT 1", { transactionId }));
    expect(late).to.include({ name: "TransactionNotFoundException" });

    const second = await client.send(new BeginTransactionCommand(target));
    await run("DELETE FROM truck", { transactionId: second.transactionId });
    await client.send(new RollbackTransactionCommand({ ...target, transactionId: second.transactionId }));
    expect((await run("SELECT count(*) FROM truck")).records?.[0]).to.deep.equal([{ longValue: 1 }]);
  });

  it("forgets between calls what a statement has set", async () => {
    await run("SET search_path TO pg_catalog");
    await run("SELECT count(*) FROM truck");
  });

  it("refuses answers above 1 MiB and rows above 64 KB", async () => {
    const rows = "SELECT repeat('x', 60000) FROM generate_series(1, 18)";
    expect(await failure(run(rows))).to.include({
      message: "Database returned more than the allowed response size limit",
    });
    expect(await failure(run("SELECT repeat('x', 70000)")))
      .to.have.property("message")
      .that.contains("64 KB");
  });

  it("knows users by the password in their secret, and does as them what they may", async () => {
    await run("CREATE ROLE app LOGIN PASSWORD 'first'");
    await run("GRANT SELECT ON truck TO app");
    const secret = await cloud.declare(SECRET, "app");
    const secretId = String(secret.outputs.arn);
    const write = (password: string) =>
      cloud.declare(VERSION, "app", {
        secretId,
        secretString: JSON.stringify({ username: "app", password }),
      });
    await write("first");
    const asApp = { secretArn: secretId };
    expect((await run("SELECT current_user", asApp)).records?.[0]).to.deep.equal([{ stringValue: "app" }]);
    expect(await failure(run("DELETE FROM truck", asApp)))
      .to.have.property("message")
      .that.contains("42501");
    await write("wrong");
    expect(await failure(run("SELECT 1", asApp)))
      .to.have.property("message")
      .that.contains("28P01");
  });

  it("makes another password for the master user when its secret is to be rotated, without a function", async () => {
    const { secretsmanager: secrets } = cloud.apis;
    const before = secrets.value(target.secretArn);
    const client = new SecretsManagerClient(cloud.asUser);
    await client.send(new RotateSecretCommand({ SecretId: target.secretArn }));
    client.destroy();
    const user = (secret = "{}") =>
      JSON.parse(secret) as { readonly username: string; readonly password: string };
    const after = secrets.value(target.secretArn);
    expect(user(after).username).to.equal(user(before).username);
    expect(user(after).password).to.not.equal(user(before).password);
    await run("SELECT 1");
  });

  it("keeps a transaction for the secret that it was begun with", async () => {
    const begun = await client.send(new BeginTransactionCommand(target));
    const { transactionId } = begun;
    await run("DELETE FROM truck", { transactionId });
    const secret = await cloud.declare(SECRET, "app");
    const other = await failure(run("SELECT 1", { transactionId, secretArn: String(secret.outputs.arn) }));
    expect(other).to.include({ name: "TransactionNotFoundException" });
    await client.send(new CommitTransactionCommand({ ...target, transactionId }));
  });

  it("lets a function in whose role may use the cluster and read the secret, and no other", async () => {
    const may = (actions: Readonly<Record<string, string>>) =>
      Object.entries(actions).map(([Action, Resource]) => ({ Effect: "Allow", Action, Resource }));
    const both = may({
      "rds-data:ExecuteStatement": target.resourceArn,
      "secretsmanager:GetSecretValue": target.secretArn,
    });
    const allowed = new RDSDataClient(await cloud.asFunction("app", both));
    const denied = new RDSDataClient(await cloud.asFunction("other", both.slice(0, 1)));
    const select = () => new ExecuteStatementCommand({ ...target, sql: "SELECT 1" });
    expect((await allowed.send(select())).records).to.have.length(1);
    expect(await failure(denied.send(select()))).to.include({ name: "AccessDeniedException" });
    allowed.destroy();
    denied.destroy();
  });

  it("has its data when the local cloud starts again in the same folder", async function () {
    this.timeout(30_000);
    await run("CREATE TABLE kept AS SELECT 42 AS answer");
    await cloud.stop();
    cloud = await DataCloud.start([rds, secretsmanager], folder);
    await declareCluster();
    client = new RDSDataClient(cloud.asUser);
    expect((await run("SELECT answer FROM kept")).records).to.deep.equal([[{ longValue: 42 }]]);
  });
});
