/** Answers DynamoDB's and DynamoDB Streams' API calls: authorized here, carried out by DynamoDB Local. */
import { notSupported } from "../../core/errors.ts";
import { type JsonInput, jsonReply, parseInput } from "../../core/protocol.ts";
import type { AwsCall, AwsReply, Cloud } from "../../core/service.ts";
import type { DynamoDbLocal } from "../../real-parts/dynamodb-local.ts";
import { logFailure } from "../../real-parts/failure-log.ts";
import { type Arns, tableNameOf } from "./arns.ts";
import { recordMetrics } from "./metrics.ts";
import { statementTarget } from "./partiql.ts";
import { STREAM_PERMISSIONS, TABLE_PERMISSIONS, type TableFacts } from "./permissions.ts";
import { programRecord, type RawRecord, type RecordContext } from "./streams.ts";
import type { WriteTraces } from "./write-traces.ts";

export interface OperationsContext {
  readonly cloud: Cloud;
  readonly server: () => DynamoDbLocal;
  readonly arns: Arns;
  readonly facts: TableFacts;
  readonly records: RecordContext;
  readonly traces: WriteTraces;
  /** Called with the tables that a successful call wrote to. */
  readonly onWrite: (tableNames: readonly string[]) => void;
}

/** Operations whose answers hold no ARNs, labels or regions. */
const ITEM_OPERATIONS: readonly string[] = [
  "BatchExecuteStatement",
  "BatchGetItem",
  "BatchWriteItem",
  "DeleteItem",
  "ExecuteStatement",
  "ExecuteTransaction",
  "GetItem",
  "PutItem",
  "Query",
  "Scan",
  "TransactGetItems",
  "TransactWriteItems",
  "UpdateItem",
];

export async function answer(call: AwsCall, context: OperationsContext): Promise<AwsReply> {
  const operation = call.operation ?? "";
  const target = call.headers["x-amz-target"] ?? "";
  const isStreams = target.startsWith("DynamoDBStreams_");
  const permissions = isStreams ? STREAM_PERMISSIONS : TABLE_PERMISSIONS;
  const permissionsOf = Object.hasOwn(permissions, operation) ? permissions[operation] : undefined;
  if (!permissionsOf) throw notSupported("dynamodb", operation || `${call.method} ${call.path}`);
  const input = parseInput(call.body);
  context.cloud.authorize(call.principal, permissionsOf(input, context.facts));

  const forget = context.traces.note(operation, input);
  const startedAt = context.cloud.clock.now();
  const reply = await forward(call, target, input, context);
  if (!isStreams) recordMetrics(context.cloud, { operation, input, reply, startedAt });
  if (reply.status !== 200) forget();
  logFailure(context.cloud, "dynamodb", operation, call, reply);
  if (reply.status === 200) context.onWrite(writtenTables(operation, input));
  if (ITEM_OPERATIONS.includes(operation) || reply.status !== 200) return reply;
  const output = JSON.parse(reply.body.toString("utf8")) as JsonInput;
  const seen =
    operation === "GetRecords" ? withRecords(input, output, context) : context.arns.toProgram(output);
  return jsonReply(seen, call.headers["content-type"]);
}

/** A shard iterator of DynamoDB Local holds the ARN of its stream. */
function withRecords({ ShardIterator }: JsonInput, output: JsonInput, context: OperationsContext): JsonInput {
  const records = list(output.Records) as unknown as RawRecord[];
  const tableName = /:table\/([^/|]+)/.exec(String(ShardIterator))?.[1] ?? "";
  return { ...output, Records: records.map((record) => programRecord(record, tableName, context.records)) };
}

async function forward(
  call: AwsCall,
  target: string,
  input: JsonInput,
  { server, arns }: OperationsContext,
): Promise<AwsReply & { readonly body: Buffer }> {
  const body =
    typeof input.StreamArn === "string"
      ? JSON.stringify({ ...input, StreamArn: arns.localStream(input.StreamArn) })
      : call.body;
  const { status, headers, body: answered } = await server().send(target, body);
  const contentType = headers["content-type"] ?? "application/x-amz-json-1.0";
  return { status, headers: { "content-type": contentType }, body: answered };
}

type TablesOf = (input: JsonInput) => unknown[];

const oneTable: TablesOf = ({ TableName }) => [TableName];

const WRITES: Readonly<Record<string, TablesOf>> = {
  BatchExecuteStatement: ({ Statements }) => list(Statements).flatMap(tableOfStatement),
  BatchWriteItem: ({ RequestItems }) => Object.keys(RequestItems ?? {}),
  DeleteItem: oneTable,
  ExecuteStatement: tableOfStatement,
  ExecuteTransaction: ({ TransactStatements }) => list(TransactStatements).flatMap(tableOfStatement),
  PutItem: oneTable,
  TransactWriteItems: ({ TransactItems }) =>
    list(TransactItems).flatMap((item) => Object.values(item).map((part) => (part as JsonInput).TableName)),
  UpdateItem: oneTable,
};

function writtenTables(operation: string, input: JsonInput): string[] {
  const names = Object.hasOwn(WRITES, operation) ? (WRITES[operation]?.(input) ?? []) : [];
  return [...new Set(names.map((name) => tableNameOf(String(name))))];
}

function tableOfStatement({ Statement }: JsonInput): unknown[] {
  const { action, tableName } = statementTarget(String(Statement ?? ""));
  return action === "PartiQLSelect" ? [] : [tableName];
}

function list(value: unknown): JsonInput[] {
  return Array.isArray(value) ? (value as JsonInput[]) : [];
}
