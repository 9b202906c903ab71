/**
 * Reads and writes of imports. An import is `waiting` for its file (and expires if none comes), then `running` by one
 * execution of the workflow, then finished. Each function names the DynamoDB actions that it needs.
 */
import { GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type * as z from "zod";
import type { Table, TransactWrite, WriteOutcome } from "../shared/dynamo.ts";
import { conditionally } from "../shared/dynamo.ts";
import type { importSchema } from "./answers.schema.ts";
import type { ImportProgress, Totals } from "./imports/state.ts";
import { importKey } from "./keys.ts";

export type Import = Readonly<Omit<z.infer<typeof importSchema>, "errors">> & Totals;
export type FinalStatus = Extract<Import["status"], "completed" | "partial" | "failed">;

/** How an import ended. Totals that are left out stay as they were noted last. */
export interface ImportResult extends Partial<Totals> {
  readonly status: FinalStatus;
  readonly reason?: string;
}

/** An import as it is stored. */
export interface ImportItem extends Import {
  readonly correlationId: string;
  readonly expiresAt?: number;
  /** When the report was sent. */
  readonly reportedAt?: string;
}

/** How long an import waits for its file: far longer than the form is good. */
const WAITING_SECONDS = 24 * 60 * 60;

/** GetItem */
export async function findImport(
  { client, name }: Table,
  importId: string,
  now: Date,
): Promise<ImportItem | undefined> {
  const { Item } = await client.send(
    new GetCommand({ TableName: name, Key: importKey(importId), ConsistentRead: true }),
  );
  const found = Item as ImportItem | undefined;
  return found?.expiresAt !== undefined && found.expiresAt * 1000 <= now.getTime() ? undefined : found;
}

/** Part of a transaction; PutItem */
export function waitingImport(
  { name }: Table,
  importId: string,
  fileName: string,
  correlationId: string,
  now: Date,
): TransactWrite {
  const time = now.toISOString();
  const item: ImportItem = {
    importId,
    fileName,
    status: "waiting",
    created: 0,
    rejected: 0,
    errors: [],
    createdAt: time,
    updatedAt: time,
    correlationId,
    expiresAt: Math.floor(now.getTime() / 1000) + WAITING_SECONDS,
  };
  return {
    Put: {
      TableName: name,
      Item: { ...importKey(importId), ...item },
      ConditionExpression: "attribute_not_exists(pk)",
    },
  };
}

interface Change {
  readonly set: Readonly<Record<string, unknown>>;
  readonly remove?: readonly string[];
  readonly condition: string;
  /** Values of the condition alone. */
  readonly values?: Readonly<Record<string, unknown>>;
}

async function change(
  { client, name }: Table,
  importId: string,
  change: Change,
): Promise<WriteOutcome<ImportItem>> {
  const { set, remove = [], condition, values } = change;
  const names = [...Object.keys(set), ...remove];
  const update = client.send(
    new UpdateCommand({
      TableName: name,
      Key: importKey(importId),
      UpdateExpression: [
        `SET ${Object.keys(set)
          .map((property) => `#${property} = :${property}`)
          .join(", ")}`,
        ...(remove.length > 0 ? [`REMOVE ${remove.map((property) => `#${property}`).join(", ")}`] : []),
      ].join(" "),
      ConditionExpression: condition,
      ExpressionAttributeNames: Object.fromEntries(names.map((property) => [`#${property}`, property])),
      ExpressionAttributeValues: {
        ...Object.fromEntries(Object.entries(set).map(([property, value]) => [`:${property}`, value])),
        ...values,
      },
      ReturnValues: "ALL_NEW",
    }),
  );
  return conditionally(update.then(({ Attributes }) => Attributes as ImportItem));
}

/**
 * Makes an import the work of one execution, for good; UpdateItem. An execution may claim again what it has.
 * @returns refused when there is no such import, or when another execution has it (the event came twice)
 */
export function claimImport(
  table: Table,
  importId: string,
  execution: string,
  now: Date,
): Promise<WriteOutcome<ImportItem>> {
  return change(table, importId, {
    set: { status: "running", execution, updatedAt: now.toISOString() },
    remove: ["expiresAt"],
    condition:
      "attribute_exists(pk) AND (attribute_not_exists(#execution) OR (#execution = :execution AND #status = :status))",
  });
}

/** Notes how far a running import has come; UpdateItem. What is noted already never goes back. */
export function saveProgress(
  table: Table,
  importId: string,
  execution: string,
  { offset, created, rejected, errors }: ImportProgress,
  now: Date,
): Promise<WriteOutcome<ImportItem>> {
  return change(table, importId, {
    set: { offset, created, rejected, errors, updatedAt: now.toISOString() },
    condition: "execution = :execution AND (attribute_not_exists(#offset) OR #offset < :offset)",
    values: { ":execution": execution },
  });
}

/**
 * Ends an import; UpdateItem. It may be called again with the same status.
 * @returns refused when the import is not of this execution, or ended in another way
 */
export function finishImport(
  table: Table,
  importId: string,
  execution: string,
  result: ImportResult,
  now: Date,
): Promise<WriteOutcome<ImportItem>> {
  return change(table, importId, {
    set: {
      ...Object.fromEntries(Object.entries(result).filter(([, value]) => value !== undefined)),
      execution,
      updatedAt: now.toISOString(),
    },
    remove: ["expiresAt"],
    condition:
      "attribute_exists(pk) AND (attribute_not_exists(#execution) OR #execution = :execution) AND #status IN (:waiting, :running, :status)",
    values: { ":waiting": "waiting", ":running": "running" },
  });
}

/** Notes that the report of an import was sent; UpdateItem. */
export async function markReported(table: Table, importId: string, now: Date): Promise<void> {
  await change(table, importId, {
    set: { reportedAt: now.toISOString() },
    condition: "attribute_exists(pk)",
  });
}
