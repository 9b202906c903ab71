/** The RDS Data API. https://docs.aws.amazon.com/rdsdataservice/latest/APIReference/ */
import { AwsError, notSupported } from "../../core/errors.ts";
import { environmentOf } from "../../core/identity.ts";
import { type JsonInput, jsonReply, parseInput } from "../../core/protocol.ts";
import type { AwsCall, AwsReply, Cloud } from "../../core/service.ts";
import { PostgresEnded, PostgresError, type PostgresResult } from "../../real-parts/postgres.ts";
import { type Cluster, type Credentials, unavailable } from "./cluster.ts";
import type { Caller, Database, Statement } from "./database.ts";
import { type ResultSetOptions, type SqlParameter, toField, toPostgres, typeName } from "./fields.ts";
import { numbered } from "./named-parameters.ts";

/** https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.limitations.html */
const MAX_RESPONSE_BYTES = 1024 * 1024;
const MAX_ROW_BYTES = 64 * 1024;
const MAX_PARAMETER_SETS = 1_000;

/** Where a call goes, and as whom. */
interface Session {
  readonly database: Database;
  readonly caller: Caller;
  readonly input: JsonInput;
}

type Operation = (session: Session) => Promise<unknown>;

/** By path: the operation and its name. */
const OPERATIONS: Readonly<Record<string, readonly [name: string, Operation]>> = {
  "/Execute": ["ExecuteStatement", execute],
  "/BatchExecute": ["BatchExecuteStatement", batchExecute],
  "/BeginTransaction": ["BeginTransaction", begin],
  "/CommitTransaction": ["CommitTransaction", (session) => end(session, "COMMIT", "Transaction Committed")],
  "/RollbackTransaction": ["RollbackTransaction", (session) => end(session, "ROLLBACK", "Rollback Complete")],
};

/** The name of the operation that a call is, as its path says. */
export function operationOf({ path }: AwsCall): string | undefined {
  return OPERATIONS[path]?.[0];
}

/** The way to answer a call of the API. */
export function answerer(
  cloud: Cloud,
  clusterOf: (arn: string) => Cluster | undefined,
): (call: AwsCall) => Promise<AwsReply> {
  return async (call) => {
    const [name, operation] = OPERATIONS[call.path] ?? [];
    if (!name || !operation) throw notSupported("rds-data", call.operation ?? `${call.method} ${call.path}`);
    const input = parseInput(call.body);
    const resourceArn = String(input.resourceArn ?? "");
    const secretArn = String(input.secretArn ?? "");
    cloud.authorize(call.principal, [{ action: `rds-data:${name}`, resource: resourceArn }]);
    cloud.authorize(call.principal, [{ action: "secretsmanager:GetSecretValue", resource: secretArn }]);
    const cluster = clusterOf(resourceArn);
    if (!cluster)
      throw new AwsError("BadRequestException", `HttpEndpoint is not enabled for resource ${resourceArn}`);
    const credentials = credentialsIn(cloud.services.secretsmanager.value(secretArn), secretArn);
    const database = await cluster.database(text(input.database));
    // Whoever began a transaction was let in then; asking again would wait for its end.
    if (input.transactionId === undefined) await cluster.authenticate(database, credentials);
    const environment = environmentOf(call.headers["x-amz-security-token"]);
    const { lambda } = cloud.services;
    const onEnd = (task: () => void) => lambda.onEnd(String(environment), task);
    const caller = { user: credentials.username, secretArn, ...(environment !== undefined && { onEnd }) };
    const output = await operation({ database, caller, input }).catch(asDatabaseError);
    return jsonReply(output, "application/json");
  };
}

async function execute({ database, caller, input }: Session): Promise<unknown> {
  const statement = statementOf(input.sql, (input.parameters ?? []) as readonly SqlParameter[]);
  const [result] = await database.execute(caller, [statement], text(input.transactionId));
  return result && answerOf(result, input);
}

async function batchExecute({ database, caller, input }: Session): Promise<unknown> {
  const sets = (input.parameterSets ?? [[]]) as readonly (readonly SqlParameter[])[];
  if (sets.length > MAX_PARAMETER_SETS) {
    throw new AwsError("BadRequestException", `Parameter sets are limited to ${MAX_PARAMETER_SETS}`);
  }
  const statements = sets.map((parameters) => statementOf(input.sql, parameters));
  await database.execute(caller, statements, text(input.transactionId));
  return { updateResults: sets.map(() => ({ generatedFields: [] })) };
}

async function begin({ database, caller }: Session): Promise<unknown> {
  return { transactionId: await database.begin(caller) };
}

async function end(
  { database, caller, input }: Session,
  how: "COMMIT" | "ROLLBACK",
  transactionStatus: string,
): Promise<unknown> {
  await database.end(caller.secretArn, text(input.transactionId) ?? "", how);
  return { transactionStatus };
}

function statementOf(sql: unknown, parameters: readonly SqlParameter[]): Statement {
  const { sql: text, names } = numbered(String(sql ?? ""));
  const values = names.map((name) => {
    const parameter = parameters.find((candidate) => candidate.name === name);
    if (!parameter) throw new AwsError("BadRequestException", `Cannot find parameter: ${name}`);
    return toPostgres(parameter);
  });
  return {
    sql: text,
    parameters: values.map((value) => value.text),
    types: values.map(({ type }) => type),
  };
}

function answerOf({ rows, fields, affectedRows }: PostgresResult, input: JsonInput): unknown {
  const options = (input.resultSetOptions ?? {}) as ResultSetOptions;
  const columns = fields.map(({ name, dataTypeID }) => ({
    name,
    label: name,
    typeName: typeName(dataTypeID),
    nullable: 2,
  }));
  const base = {
    numberOfRecordsUpdated: fields.length === 0 ? affectedRows : 0,
    generatedFields: [],
    ...(input.includeResultMetadata === true && { columnMetadata: columns }),
  };
  if (fields.length === 0) return base;
  checkSize(rows);
  if (input.formatRecordsAs === "JSON")
    return { ...base, formattedRecords: formatted(rows, fields, options) };
  const records = rows.map((row) =>
    row.map((value, index) => toField(value, fields[index]?.dataTypeID ?? 0, options)),
  );
  return { ...base, records };
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api-json.html */
function formatted(
  rows: PostgresResult["rows"],
  fields: PostgresResult["fields"],
  options: ResultSetOptions,
): string {
  const objects = rows.map((row) =>
    Object.fromEntries(
      fields.map(({ name, dataTypeID }, index) => {
        const { isNull, arrayValue, ...value } = toField(row[index] ?? null, dataTypeID, options);
        if (isNull) return [name, null];
        return [name, Object.values(arrayValue ?? value)[0]];
      }),
    ),
  );
  return JSON.stringify(objects);
}

function checkSize(rows: PostgresResult["rows"]): void {
  const sizes = rows.map((row) => row.reduce((sum, value) => sum + Buffer.byteLength(value ?? ""), 0));
  if (sizes.some((size) => size > MAX_ROW_BYTES)) {
    throw new AwsError("BadRequestException", "Database returned a row that exceeds the size limit of 64 KB");
  }
  if (sizes.reduce((sum, size) => sum + size, 0) > MAX_RESPONSE_BYTES) {
    throw new AwsError("BadRequestException", "Database returned more than the allowed response size limit");
  }
}

function credentialsIn(secret: string | undefined, secretArn: string): Credentials {
  try {
    const { username, password } = JSON.parse(secret ?? "") as Partial<Credentials>;
    if (username !== undefined && password !== undefined) return { username, password };
  } catch {
    // Told below, as for a secret without them.
  }
  throw new AwsError(
    "BadRequestException",
    `Error fetching the credentials: secret ${secretArn} must be JSON with username and password`,
  );
}

function asDatabaseError(error: unknown): never {
  if (error instanceof PostgresEnded) throw unavailable();
  if (!(error instanceof PostgresError)) throw error;
  const { message, code, position } = error.failure;
  const place = position === undefined ? "" : `; Position: ${position}`;
  throw new AwsError("DatabaseErrorException", `ERROR: ${message}${place}; SQLState: ${code}`);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
