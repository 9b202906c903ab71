/** Reads and writes of entities. Each function names the DynamoDB actions that it needs. */
import { GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Key, Page, Table, TransactWrite, WriteOutcome } from "../shared/dynamo.ts";
import { conditionally, hasVersion, queryPage, removeItem } from "../shared/dynamo.ts";
import type { Content, EntityItem } from "./entity.ts";
import { ALL_ENTITIES, BY_CREATION, entityKey } from "./entity.ts";

/** Part of a transaction; PutItem */
export function creation({ name }: Table, item: EntityItem): TransactWrite {
  return { Put: { TableName: name, Item: item, ConditionExpression: "attribute_not_exists(pk)" } };
}

/** GetItem */
export async function findEntity({ client, name }: Table, id: string): Promise<EntityItem | undefined> {
  const { Item } = await client.send(
    new GetCommand({ TableName: name, Key: entityKey(id), ConsistentRead: true }),
  );
  return Item as EntityItem | undefined;
}

/**
 * Replaces what clients decide about an entity; UpdateItem.
 * @param versions one of which the entity must have; undefined for any
 */
export function replaceContent(
  { client, name }: Table,
  id: string,
  content: Content,
  versions: readonly number[] | undefined,
  now: Date,
): Promise<WriteOutcome<EntityItem>> {
  const { ConditionExpression, ExpressionAttributeValues } = hasVersion(versions);
  const update = client.send(
    new UpdateCommand({
      TableName: name,
      Key: entityKey(id),
      UpdateExpression: "SET content = :content, updatedAt = :now, #version = #version + :one",
      ConditionExpression,
      ExpressionAttributeNames: { "#version": "version" },
      ExpressionAttributeValues: {
        ...ExpressionAttributeValues,
        ":content": content,
        ":now": now.toISOString(),
        ":one": 1,
      },
      ReturnValues: "ALL_NEW",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    }),
  );
  return conditionally(update.then(({ Attributes }) => Attributes as EntityItem));
}

/**
 * Removes an entity; DeleteItem.
 * @param versions one of which it must have; undefined for any
 */
export function removeEntity(
  table: Table,
  id: string,
  versions: readonly number[] | undefined,
): Promise<WriteOutcome<unknown>> {
  return removeItem(table, entityKey(id), versions);
}

/** A page of all entities, newest first; Query on the index. */
export function listEntities(table: Table, limit: number, start?: Key): Promise<Page<EntityItem>> {
  return queryPage(
    table,
    {
      IndexName: BY_CREATION,
      KeyConditionExpression: "gsi1pk = :all",
      ExpressionAttributeValues: { ":all": ALL_ENTITIES },
      ScanIndexForward: false,
    },
    limit,
    start,
  );
}
