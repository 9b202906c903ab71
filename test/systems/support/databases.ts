/** What the databases of a program go through once in a while. */
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { ExecuteStatementCommand, RDSDataClient } from "@aws-sdk/client-rds-data";
import {
  DescribeSecretCommand,
  RotateSecretCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { expect } from "chai";
import type { Resource } from "../../../local/core/graph.ts";
import type { LocalCloud } from "../../../local/local-cloud.ts";
import { eventually } from "../../support/eventually.ts";

/** What a client of an AWS service needs to call the cloud as its user. */
export const clientOf = ({ world: { endpoint, region } }: LocalCloud) => ({
  endpoint,
  region,
  credentials: { accessKeyId: "AKIAUSER", secretAccessKey: "local" },
});

const FUNCTION = "aws:lambda/function:Function";

/** Rotates the login of a database, and waits for the end. */
export async function rotateLogin(cloud: LocalCloud, database: string): Promise<void> {
  const { secretId, lastRotation } = loginOf(cloud, database);
  const before = await lastRotation();
  await eventually(async () => {
    const done = (await lastRotation()) !== before;
    // Refused while another one, or its test, is under way; one that failed goes on when it is asked for again.
    if (!done) await askForRotation(cloud, secretId).catch(() => undefined);
    expect(done).to.equal(true);
  });
}

/**
 * Interrupts the functions that look after a database in the middle of their transactions, and lets them go on: they roll
 * back, which they never do otherwise. Then each permission of theirs was needed.
 */
export async function interruptCaretakers(cloud: LocalCloud, database: string): Promise<void> {
  const { secretId } = loginOf(cloud, database);
  const setUp = idOf(cloud, FUNCTION, `${database}-set-up-function`);
  await untilRolledBack(cloud, setUp, () =>
    new LambdaClient(clientOf(cloud)).send(new InvokeCommand({ FunctionName: setUp })),
  );
  await untilRolledBack(cloud, idOf(cloud, FUNCTION, `${database}-rotate-function`), () =>
    // Refused while a rotation is still at its end.
    askForRotation(cloud, secretId).catch(() => undefined),
  );
  await rotateLogin(cloud, database);
}

/** Fails every statement of a function, which is made to work by `work`, until it has rolled a transaction back. */
async function untilRolledBack(
  cloud: LocalCloud,
  caller: string,
  work: () => Promise<unknown>,
): Promise<void> {
  const { faults } = cloud.cloud;
  const failing = faults.add({
    target: { call: "rds-data:ExecuteStatement", caller },
    effect: { action: "error", code: "InternalServerErrorException", status: 500 },
  });
  const counting = faults.add({
    target: { call: "rds-data:RollbackTransaction", caller },
    effect: { action: "add-delay", milliseconds: 1 },
  });
  await eventually(async () => {
    await work();
    expect(faults.list().find(({ id }) => id === counting.id)?.applied).to.be.above(0);
  });
  for (const { id } of [failing, counting]) faults.remove(id);
}

/** A hash of everything that each of some tables of a database holds. */
export async function contentOf(
  cloud: LocalCloud,
  database: string,
  tables: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const hash = (table: string) =>
    `(SELECT count(*) || ' rows ' || md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM ${table} t)`;
  const [row = []] = await select(cloud, database, `SELECT ${tables.map(hash).join(", ")}`);
  return Object.fromEntries(tables.map((table, index) => [table, row[index] ?? ""]));
}

/** The names of a database's own tables. */
export async function tablesOf(cloud: LocalCloud, database: string): Promise<readonly string[]> {
  const sql = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename";
  return (await select(cloud, database, sql)).flat();
}

/** Rows of texts, read as the application. */
async function select(cloud: LocalCloud, database: string, sql: string): Promise<string[][]> {
  const parameter = (key: string) =>
    textOf(cloud, "aws:ssm/parameter:Parameter", `${database}-database-${key}`, "value");
  const client = new RDSDataClient(clientOf(cloud));
  const place = { resourceArn: parameter("cluster-arn"), secretArn: parameter("secret-arn") };
  const statement = new ExecuteStatementCommand({ ...place, database: parameter("name"), sql });
  // It is refused while the database resumes from a pause, into which a test before has advanced the clock.
  const { records = [] } = await eventually(() => client.send(statement));
  return records.map((fields) => fields.map(({ stringValue = "" }) => stringValue));
}

function loginOf(cloud: LocalCloud, database: string) {
  const secretId = idOf(cloud, "aws:secretsmanager/secret:Secret", `${database}-login-secret`);
  const client = new SecretsManagerClient(clientOf(cloud));
  const lastRotation = async (): Promise<number | undefined> =>
    (await client.send(new DescribeSecretCommand({ SecretId: secretId }))).LastRotatedDate?.getTime();
  return { secretId, lastRotation };
}

async function askForRotation(cloud: LocalCloud, SecretId: string): Promise<void> {
  const client = new SecretsManagerClient({ ...clientOf(cloud), maxAttempts: 1 });
  await client.send(new RotateSecretCommand({ SecretId }));
}

function resourceOf(cloud: LocalCloud, type: string, name: string): Resource {
  const found = cloud.cloud.resources().find((resource) => resource.type === type && resource.name === name);
  if (!found) throw new Error(`The program has no ${type} "${name}"`);
  return found;
}

function idOf(cloud: LocalCloud, type: string, name: string): string {
  return resourceOf(cloud, type, name).id;
}

function textOf(cloud: LocalCloud, type: string, name: string, output: string): string {
  return String(resourceOf(cloud, type, name).outputs[output]);
}
