/** Statements and transactions of the RDS Data API: https://docs.aws.amazon.com/rdsdataservice/latest/APIReference/ */
import type { ExecuteStatementCommandOutput, RDSDataClient } from "@aws-sdk/client-rds-data";
import {
  BatchExecuteStatementCommand,
  BeginTransactionCommand,
  CommitTransactionCommand,
  ExecuteStatementCommand,
  RollbackTransactionCommand,
} from "@aws-sdk/client-rds-data";
import { asSqlError, SqlError, UnknownOutcome } from "./database-errors.ts";
import type { DatabaseSettings } from "./database-settings.ts";
import { type Parameters, toParameters, toRow } from "./database-values.ts";

/** Statements have named parameters (`:id`); a value is never part of their text. All throw `SqlError`. */
export interface Statements {
  /** All rows: 1 MiB at most, and 64 KB each. */
  query<Row extends object>(sql: string, parameters?: Parameters): Promise<readonly Row[]>;
  /** The first row. */
  one<Row extends object>(sql: string, parameters?: Parameters): Promise<Row | undefined>;
  /** @returns the number of rows that were inserted, changed or deleted */
  change(sql: string, parameters?: Parameters): Promise<number>;
  /** The same statement for each set of parameters (1,000 at most), all or none. */
  batch(sql: string, parameterSets: readonly Parameters[]): Promise<void>;
}

/** One call of the Data API, in a transaction or alone. */
type Execute<Result> = (
  client: RDSDataClient,
  where: DatabaseSettings,
  transactionId?: string,
) => Promise<Result>;

/** @param run makes a call where the database is; it may repeat one that was not carried out */
export function statementsIn(run: <Result>(execute: Execute<Result>) => Promise<Result>): Statements {
  const query = async <Row extends object>(sql: string, parameters: Parameters = {}) => {
    const { records = [], columnMetadata = [] } = await run((...place) => execute(sql, parameters, ...place));
    return records.map((fields) => toRow(fields, columnMetadata) as Row);
  };
  return {
    query,
    one: async <Row extends object>(sql: string, parameters?: Parameters) =>
      (await query<Row>(sql, parameters))[0],
    change: async (sql, parameters = {}) => {
      const { numberOfRecordsUpdated = 0 } = await run((...place) => execute(sql, parameters, ...place));
      return numberOfRecordsUpdated;
    },
    batch: async (sql, parameterSets) => {
      if (parameterSets.length === 0) return;
      const sets = parameterSets.map(toParameters);
      await run((client, where, transactionId) =>
        refused(
          client.send(
            new BatchExecuteStatementCommand({ ...where, sql, parameterSets: sets, transactionId }),
          ),
        ),
      );
    },
  };
}

function execute(
  sql: string,
  parameters: Parameters,
  client: RDSDataClient,
  where: DatabaseSettings,
  transactionId?: string,
): Promise<ExecuteStatementCommandOutput> {
  return refused(
    client.send(
      new ExecuteStatementCommand({
        ...where,
        sql,
        parameters: toParameters(parameters),
        includeResultMetadata: true,
        // Numbers of JavaScript would cut them off.
        resultSetOptions: { longReturnType: "STRING", decimalReturnType: "STRING" },
        transactionId,
      }),
    ),
  );
}

/** @returns the transaction's id */
export async function begin(client: RDSDataClient, where: DatabaseSettings): Promise<string> {
  const { transactionId } = await refused(client.send(new BeginTransactionCommand(where)));
  if (transactionId === undefined) throw new Error("The Data API began a transaction without an id");
  return transactionId;
}

/** @throws UnknownOutcome when nobody said whether it worked */
export async function commit(
  client: RDSDataClient,
  { resourceArn, secretArn }: DatabaseSettings,
  transactionId: string,
): Promise<void> {
  try {
    await refused(client.send(new CommitTransactionCommand({ resourceArn, secretArn, transactionId })));
  } catch (error) {
    const wasAnswered = error instanceof SqlError || statusOf(error) < 500;
    throw wasAnswered
      ? error
      : new UnknownOutcome("The end of the transaction is not known", { cause: error });
  }
}

export async function rollBack(
  client: RDSDataClient,
  { resourceArn, secretArn }: DatabaseSettings,
  transactionId: string,
): Promise<void> {
  await client.send(new RollbackTransactionCommand({ resourceArn, secretArn, transactionId }));
}

async function refused<Output>(answer: Promise<Output>): Promise<Output> {
  try {
    return await answer;
  } catch (error) {
    throw asSqlError(error);
  }
}

/** The HTTP status of the SDK's error; 599 when there was no answer. */
function statusOf(error: unknown): number {
  const metadata: unknown =
    typeof error === "object" && error !== null ? Reflect.get(error, "$metadata") : {};
  const status: unknown =
    typeof metadata === "object" && metadata !== null ? Reflect.get(metadata, "httpStatusCode") : undefined;
  return typeof status === "number" ? status : 599;
}
