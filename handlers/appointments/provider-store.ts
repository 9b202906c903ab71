/** Reads and writes of providers. Each function names the DynamoDB actions that it needs. */
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import type { Key, Page, Table, TransactWrite } from "../shared/dynamo.ts";
import { queryPage } from "../shared/dynamo.ts";
import { LISTS, providerKey } from "./keys.ts";
import type { ProviderItem } from "./provider.ts";

/** GetItem */
export async function findProvider({ client, name }: Table, id: string): Promise<ProviderItem | undefined> {
  const { Item } = await client.send(
    new GetCommand({ TableName: name, Key: providerKey(id), ConsistentRead: true }),
  );
  return Item as ProviderItem | undefined;
}

/** Part of a transaction; PutItem */
export function providerCreation({ name }: Table, item: ProviderItem): TransactWrite {
  return { Put: { TableName: name, Item: item, ConditionExpression: "attribute_not_exists(pk)" } };
}

/** A page of all providers, newest first; Query on the index. */
export function listProviders(table: Table, limit: number, start?: Key): Promise<Page<ProviderItem>> {
  return queryPage(
    table,
    {
      IndexName: LISTS,
      KeyConditionExpression: "gsi1pk = :partition",
      ExpressionAttributeValues: { ":partition": "PROVIDERS" },
      ScanIndexForward: false,
    },
    limit,
    start,
  );
}

/** What clients are told a provider's name is; GetItem */
export async function nameOfProvider(table: Table, id: string): Promise<string> {
  const provider = await findProvider(table, id);
  return provider?.name ?? "your provider";
}
