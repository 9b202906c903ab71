/** Reads and writes of tasks. Each function names the DynamoDB actions that it needs. */
import { GetCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Key, Page, Table, TransactWrite, WriteOutcome } from "../shared/dynamo.ts";
import { conditionally, queryPage, removeItem } from "../shared/dynamo.ts";
import { BY_CREATION, BY_STATUS, byStatus, taskKey } from "./keys.ts";
import type { Task, TaskFields, TaskItem } from "./task.ts";

const NEW = "attribute_not_exists(pk)";
const EXISTS = "attribute_exists(pk)";

/** GetItem */
export async function findTask({ client, name }: Table, id: string): Promise<TaskItem | undefined> {
  const { Item } = await client.send(
    new GetCommand({ TableName: name, Key: taskKey(id), ConsistentRead: true }),
  );
  return Item as TaskItem | undefined;
}

/** Part of a transaction; PutItem */
export function creation({ name }: Table, item: TaskItem): TransactWrite {
  return { Put: { TableName: name, Item: item, ConditionExpression: NEW } };
}

/** Part of a transaction; ConditionCheckItem */
export function mustExist({ name }: Table, id: string): TransactWrite {
  return { ConditionCheck: { TableName: name, Key: taskKey(id), ConditionExpression: EXISTS } };
}

/**
 * Stores a new task unless there is one of this id; PutItem.
 * @returns refused when there is one, which stays as it is
 */
export function createOnce({ client, name }: Table, item: TaskItem): Promise<WriteOutcome<unknown>> {
  return conditionally(
    client.send(new PutCommand({ TableName: name, Item: item, ConditionExpression: NEW })),
  );
}

/**
 * Replaces what clients decide about a task, if it still has the version that was read; UpdateItem. What the worker
 * writes at the same time is kept.
 */
export async function replaceFields(
  { client, name }: Table,
  before: Task,
  fields: TaskFields,
  now: Date,
): Promise<WriteOutcome<TaskItem>> {
  const values: Record<string, unknown> = {
    ...fields,
    gsi2pk: byStatus(fields.status, before.createdAt, before.id).gsi2pk,
    version: before.version + 1,
    updatedAt: now.toISOString(),
  };
  const removed = ["description", "dueAt"].filter((property) => values[property] === undefined);
  const set = Object.keys(values).filter((property) => values[property] !== undefined);
  const update = client.send(
    new UpdateCommand({
      TableName: name,
      Key: taskKey(before.id),
      UpdateExpression: [
        `SET ${set.map((property) => `#${property} = :${property}`).join(", ")}`,
        ...(removed.length > 0 ? [`REMOVE ${removed.map((property) => `#${property}`).join(", ")}`] : []),
      ].join(" "),
      ConditionExpression: "#version = :read",
      ExpressionAttributeNames: Object.fromEntries(
        [...set, ...removed].map((property) => [`#${property}`, property]),
      ),
      ExpressionAttributeValues: {
        ...Object.fromEntries(set.map((property) => [`:${property}`, values[property]])),
        ":read": before.version,
      },
      ReturnValues: "ALL_NEW",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    }),
  );
  return conditionally(update.then(({ Attributes }) => Attributes as TaskItem));
}

/**
 * Removes a task; DeleteItem.
 * @param versions one of which it must have; undefined for any
 */
export function removeTask(
  table: Table,
  id: string,
  versions: readonly number[] | undefined,
): Promise<WriteOutcome<unknown>> {
  return removeItem(table, taskKey(id), versions);
}

/** Notes that the worker handled a task, once; UpdateItem. */
export function markProcessed(
  { client, name }: Table,
  id: string,
  category: string,
  now: Date,
): Promise<WriteOutcome<unknown>> {
  return conditionally(
    client.send(
      new UpdateCommand({
        TableName: name,
        Key: taskKey(id),
        UpdateExpression: "SET processedAt = :now, category = :category",
        ConditionExpression: `${EXISTS} AND attribute_not_exists(processedAt)`,
        ExpressionAttributeValues: { ":now": now.toISOString(), ":category": category },
      }),
    ),
  );
}

/** A page of all tasks or of those of one status, newest first; Query on the index. */
export function listTasks(
  table: Table,
  status: string | undefined,
  limit: number,
  start?: Key,
): Promise<Page<TaskItem>> {
  const index = status === undefined ? BY_CREATION : BY_STATUS;
  const [attribute, value] = status === undefined ? ["gsi1pk", "TASKS"] : ["gsi2pk", `STATUS#${status}`];
  return queryPage(
    table,
    {
      IndexName: index,
      KeyConditionExpression: "#partition = :partition",
      ExpressionAttributeNames: { "#partition": attribute },
      ExpressionAttributeValues: { ":partition": value },
      ScanIndexForward: false,
    },
    limit,
    start,
  );
}
