/**
 * What an operation needs to be allowed to do, with exact ARNs.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 */
import type { JsonInput } from "../../core/protocol.ts";
import type { Permission } from "../../core/service.ts";
import { tableNameOf } from "./arns.ts";
import { statementPermissions } from "./partiql.ts";

/** What is known of the program's tables. */
export interface TableFacts {
  tableArn(tableName: string): string;
  programStream(streamArn: string): string;
  /** Name of the partition key of a table or of one of its indexes; undefined for tables that are not the program's. */
  partitionKey(tableName: string, indexName?: string): string | undefined;
}

type PermissionsOf = (input: JsonInput, facts: TableFacts) => Permission[];
type Item = Readonly<Record<string, unknown>>;

const onTable =
  (action: string): PermissionsOf =>
  (input, facts) => [{ action: `dynamodb:${action}`, resource: tableArn(input.TableName, facts) }];

const onItem =
  (action: string, keyOf: (input: JsonInput) => unknown): PermissionsOf =>
  (input, facts) => [itemPermission(action, input.TableName, [keyOf(input)], facts)];

const onEverything =
  (action: string): PermissionsOf =>
  () => [{ action: `dynamodb:${action}`, resource: "*" }];

const onStream =
  (action: string): PermissionsOf =>
  (input, facts) => {
    const iterator = String(input.ShardIterator ?? "");
    const streamArn = String(input.StreamArn ?? iterator.slice(0, Math.max(0, iterator.indexOf("|"))));
    return [{ action: `dynamodb:${action}`, resource: facts.programStream(streamArn) }];
  };

/** By operation of DynamoDB; an operation that is not here is not supported. */
export const TABLE_PERMISSIONS: Readonly<Record<string, PermissionsOf>> = {
  BatchExecuteStatement: (input, facts) =>
    listOf(input.Statements).flatMap((one) => statementPermissions(one, facts)),
  BatchGetItem: (input, facts) =>
    Object.entries(recordOf(input.RequestItems)).map(([table, request]) =>
      itemPermission("BatchGetItem", table, listOf(recordOf(request).Keys), facts),
    ),
  BatchWriteItem: (input, facts) =>
    Object.entries(recordOf(input.RequestItems)).map(([table, requests]) =>
      itemPermission("BatchWriteItem", table, listOf(requests).map(writtenKey), facts),
    ),
  CreateTable: onTable("CreateTable"),
  DeleteItem: onItem("DeleteItem", ({ Key }) => Key),
  DeleteTable: onTable("DeleteTable"),
  DescribeLimits: onEverything("DescribeLimits"),
  DescribeTable: onTable("DescribeTable"),
  DescribeTimeToLive: onTable("DescribeTimeToLive"),
  ExecuteStatement: statementPermissions,
  ExecuteTransaction: (input, facts) =>
    listOf(input.TransactStatements).flatMap((one) => statementPermissions(one, facts)),
  GetItem: onItem("GetItem", ({ Key }) => Key),
  ListTables: onEverything("ListTables"),
  PutItem: onItem("PutItem", ({ Item }) => Item),
  Query: (input, facts) => [readPermission("Query", input, facts, queriedKey(input, facts))],
  Scan: (input, facts) => [readPermission("Scan", input, facts, undefined)],
  TransactGetItems: (input, facts) =>
    listOf(input.TransactItems).map(({ Get }) =>
      transactionPermission("GetItem", recordOf(Get), "TransactGetItems", facts),
    ),
  TransactWriteItems: (input, facts) =>
    listOf(input.TransactItems).flatMap((one) =>
      Object.entries(one).map(([kind, part]) =>
        transactionPermission(TRANSACTION_ACTIONS[kind] ?? kind, recordOf(part), "TransactWriteItems", facts),
      ),
    ),
  UpdateItem: onItem("UpdateItem", ({ Key }) => Key),
  UpdateTable: onTable("UpdateTable"),
  UpdateTimeToLive: onTable("UpdateTimeToLive"),
};

/** By operation of DynamoDB Streams. */
export const STREAM_PERMISSIONS: Readonly<Record<string, PermissionsOf>> = {
  DescribeStream: onStream("DescribeStream"),
  GetRecords: onStream("GetRecords"),
  GetShardIterator: onStream("GetShardIterator"),
  ListStreams: (input, facts) => [
    {
      action: "dynamodb:ListStreams",
      resource: input.TableName === undefined ? "*" : `${tableArn(input.TableName, facts)}/stream/*`,
    },
  ],
};

const TRANSACTION_ACTIONS: Readonly<Record<string, string>> = {
  ConditionCheck: "ConditionCheckItem",
  Delete: "DeleteItem",
  Put: "PutItem",
  Update: "UpdateItem",
};

function transactionPermission(action: string, part: Item, operation: string, facts: TableFacts): Permission {
  const { context, ...permission } = itemPermission(action, part.TableName, [part.Key ?? part.Item], facts);
  return { ...permission, context: { ...context, "dynamodb:EnclosingOperation": operation } };
}

function itemPermission(
  action: string,
  tableName: unknown,
  keys: readonly unknown[],
  facts: TableFacts,
): Permission {
  const partitionKey = facts.partitionKey(tableNameOf(String(tableName)));
  const values = partitionKey === undefined ? [] : keys.flatMap((key) => scalar(recordOf(key)[partitionKey]));
  return {
    action: `dynamodb:${action}`,
    resource: tableArn(tableName, facts),
    ...(values.length > 0 ? { context: { "dynamodb:LeadingKeys": [...new Set(values)] } } : {}),
  };
}

function readPermission(
  action: string,
  input: JsonInput,
  facts: TableFacts,
  leadingKey: string | undefined,
): Permission {
  const table = tableArn(input.TableName, facts);
  return {
    action: `dynamodb:${action}`,
    resource: typeof input.IndexName === "string" ? `${table}/index/${input.IndexName}` : table,
    ...(leadingKey === undefined ? {} : { context: { "dynamodb:LeadingKeys": [leadingKey] } }),
  };
}

/** The value that a query's key condition compares the partition key with. */
function queriedKey(input: JsonInput, facts: TableFacts): string | undefined {
  const index = typeof input.IndexName === "string" ? input.IndexName : undefined;
  const partitionKey = facts.partitionKey(tableNameOf(String(input.TableName)), index);
  const names = recordOf(input.ExpressionAttributeNames);
  const values = recordOf(input.ExpressionAttributeValues);
  for (const [, name, placeholder] of String(input.KeyConditionExpression ?? "").matchAll(
    /([#\w.-]+)\s*=\s*(:\w+)/g,
  )) {
    if (name === undefined || placeholder === undefined) continue;
    if ((names[name] ?? name) === partitionKey) return scalar(values[placeholder])[0];
  }
  return undefined;
}

function writtenKey(request: Item): unknown {
  return recordOf(request.PutRequest).Item ?? recordOf(request.DeleteRequest).Key;
}

function tableArn(tableName: unknown, facts: TableFacts): string {
  return facts.tableArn(tableNameOf(String(tableName ?? "")));
}

/** The text of a key attribute such as `{ S: "…" }`. */
function scalar(attribute: unknown): string[] {
  const value: unknown = Object.values(recordOf(attribute))[0];
  return typeof value === "string" ? [value] : [];
}

function listOf(value: unknown): Item[] {
  return Array.isArray(value) ? value.map(recordOf) : [];
}

function recordOf(value: unknown): Item {
  return typeof value === "object" && value !== null ? (value as Item) : {};
}
