/** DynamoDB as the handlers use it. */
import { randomUUID } from "node:crypto";
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  TransactionCanceledException,
} from "@aws-sdk/client-dynamodb";
import type { QueryCommandInput, TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  QueryCommand,
  TransactWriteCommand,
} from "@aws-sdk/lib-dynamodb";
import { clientSettings } from "./aws-client.ts";
import { unavailable } from "./problem.ts";

/** A table and the client to reach it with. */
export interface Table {
  readonly client: DynamoDBDocumentClient;
  readonly name: string;
}

export type TransactWrite = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];
export type Key = Readonly<Record<string, string>>;

export function openTable(name: string): Table {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(clientSettings(3000)), {
    marshallOptions: { removeUndefinedValues: true },
  });
  return { client, name };
}

/** How a transaction ended. Every outcome but `committed` left nothing behind. */
export type TransactOutcome =
  | { readonly status: "committed" }
  /** Conditions did not hold; `refused` are the positions of those writes. */
  | { readonly status: "refused"; readonly refused: readonly number[] }
  /** Other transactions were at work on the same items; `conflicting` are the positions of those writes. */
  | { readonly status: "conflict"; readonly conflicting: readonly number[] };

/**
 * Carries out all writes or none.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 */
export async function transact(
  { client }: Table,
  writes: readonly TransactWrite[],
): Promise<TransactOutcome> {
  const ClientRequestToken = randomUUID();
  try {
    await client.send(new TransactWriteCommand({ TransactItems: [...writes], ClientRequestToken }));
    return { status: "committed" };
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw error;
    const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code);
    const positionsOf = (wanted: string) => codes.flatMap((code, index) => (code === wanted ? [index] : []));
    const refused = positionsOf("ConditionalCheckFailed");
    if (refused.length > 0) return { status: "refused", refused };
    const conflicting = positionsOf("TransactionConflict");
    if (conflicting.length > 0) return { status: "conflict", conflicting };
    throw error;
  }
}

/** Times that a transaction is tried while others are at work on the same items. */
export const TRANSACT_ATTEMPTS = 5;

/** Waits before the next attempt, longer each time and never as long as others do (full jitter): 1.6 s at most in all. */
export function pauseAfter(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * 25 * 2 ** attempt));
}

/** For a transaction that found others in its way each time. */
export const contended = () => unavailable("Others are at work on the same thing. Try again shortly.");

/** How a conditional write ended. */
export type WriteOutcome<T> =
  | { readonly status: "written"; readonly output: T }
  /** `exists` is known when the write asked for the old item (`ReturnValuesOnConditionCheckFailure`). */
  | { readonly status: "refused"; readonly exists: boolean };

/** Turns the exception of a condition that did not hold into an outcome. */
export async function conditionally<T>(write: Promise<T>): Promise<WriteOutcome<T>> {
  try {
    return { status: "written", output: await write };
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) {
      return { status: "refused", exists: error.Item !== undefined };
    }
    throw error;
  }
}

/**
 * Condition of a write: the item is there, with one of these values of its attribute `version`.
 * @param versions undefined for any
 */
export function hasVersion(versions: readonly number[] | undefined) {
  if (versions === undefined) return { ConditionExpression: "attribute_exists(pk)" };
  const names = versions.map((_, index) => `:version${index}`);
  return {
    ConditionExpression: `#version IN (${names.join(", ")})`,
    ExpressionAttributeNames: { "#version": "version" },
    ExpressionAttributeValues: Object.fromEntries(names.map((name, index) => [name, versions[index]])),
  };
}

/**
 * Removes an item; DeleteItem.
 * @param versions one of which it must have; undefined for any
 */
export function removeItem(
  { client, name }: Table,
  key: Key,
  versions: readonly number[] | undefined,
): Promise<WriteOutcome<unknown>> {
  return conditionally(
    client.send(
      new DeleteCommand({
        TableName: name,
        Key: key,
        ...hasVersion(versions),
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      }),
    ),
  );
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Where the next page starts; without it this was the last one. */
  readonly next?: Key;
}

/** Each query answers 1 MB at most; together they must fit into a function's answer of 6 MB. */
const MAX_QUERIES = 4;

/**
 * One page of a query, full even when a filter leaves items out, unless its items are very large.
 * @param limit items of the page
 */
export async function queryPage<Item>(
  { client, name }: Table,
  query: Omit<QueryCommandInput, "TableName" | "Limit" | "ExclusiveStartKey">,
  limit: number,
  start?: Key,
): Promise<Page<Item>> {
  const items: Item[] = [];
  let next = start;
  let queries = 0;
  do {
    queries++;
    const output = await client.send(
      new QueryCommand({ ...query, TableName: name, Limit: limit - items.length, ExclusiveStartKey: next }),
    );
    items.push(...((output.Items ?? []) as Item[]));
    next = output.LastEvaluatedKey as Key | undefined;
  } while (next !== undefined && items.length < limit && queries < MAX_QUERIES);
  return next === undefined ? { items } : { items, next };
}
