/** A PostgreSQL database with the migrations of a system, behind the Data API, for handler tests. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RDSDataClient } from "@aws-sdk/client-rds-data";
import { readMigrations } from "../../../components/migrations.ts";
import type { Database } from "../../../handlers/shared/database-connection.ts";
import type { DatabaseSettings } from "../../../handlers/shared/database-settings.ts";
import {
  begin,
  commit,
  rollBack,
  type Statements,
  statementsIn,
} from "../../../handlers/shared/database-statements.ts";
import { rds } from "../../../local/services/rds/index.ts";
import { secretsmanager } from "../../../local/services/secretsmanager/index.ts";
import { DataCloud } from "../../local/support/data-cloud.ts";

export interface MigratedDatabase {
  /** Statements of the master user, whom only constraints and triggers hold back. */
  readonly statements: Statements;
  /** The same, with transactions. */
  readonly database: Database;
  stop(): Promise<void>;
}

/** @param folder of the migrations */
export async function migratedDatabase(name: string, folder: string): Promise<MigratedDatabase> {
  const data = mkdtempSync(join(tmpdir(), `${name}-database-`));
  const cloud = await DataCloud.start([rds, secretsmanager], data);
  const { outputs } = await cloud.declare("aws:rds/cluster:Cluster", name, {
    engine: "aurora-postgresql",
    databaseName: name,
    masterUsername: `${name}_admin`,
    manageMasterUserPassword: true,
    enableHttpEndpoint: true,
  });
  const [managed] = outputs.masterUserSecrets as unknown as readonly { readonly secretArn: string }[];
  const where = { resourceArn: String(outputs.arn), secretArn: managed?.secretArn ?? "", database: name };
  const client = new RDSDataClient(cloud.asUser);
  const statements = statementsIn((execute) => execute(client, where));
  await statements.change("CREATE ROLE app NOLOGIN");
  const { migrations, mistakes } = readMigrations(folder);
  if (mistakes.length > 0) throw new Error(mistakes.map(({ reason }) => reason).join("\n"));
  for (const sql of migrations.flatMap((migration) => migration.statements)) await statements.change(sql);
  return {
    statements,
    database: {
      ...statements,
      transaction: (work) => inTransaction(client, where, work),
    },
    async stop() {
      client.destroy();
      await cloud.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

async function inTransaction<Result>(
  client: RDSDataClient,
  where: DatabaseSettings,
  work: (tx: Statements) => Promise<Result>,
): Promise<Result> {
  const transactionId = await begin(client, where);
  try {
    const result = await work(statementsIn((execute) => execute(client, where, transactionId)));
    await commit(client, where, transactionId);
    return result;
  } catch (error) {
    await rollBack(client, where, transactionId).catch(() => undefined);
    throw error;
  }
}
