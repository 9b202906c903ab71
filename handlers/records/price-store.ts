/** Reads and writes of prices. Each function names the DynamoDB actions that it needs. */
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Key, Page, Table, WriteOutcome } from "../shared/dynamo.ts";
import { conditionally, queryPage } from "../shared/dynamo.ts";
import type { Price, PriceItem } from "./price.ts";
import { coinKey } from "./price.ts";

/** ISO times between which prices are wanted, both included. */
export interface Range {
  readonly from?: string;
  readonly to?: string;
}

/**
 * Stores a price unless its minute has one; PutItem.
 * @returns refused when there is one, which stays as it is
 */
export function storePrice(
  { client, name }: Table,
  price: Price,
  keepDays: number,
): Promise<WriteOutcome<unknown>> {
  const expiresAt = Math.floor(Date.parse(price.at) / 1000) + keepDays * 24 * 60 * 60;
  const Item: PriceItem = { pk: coinKey(price.coin), sk: price.at, ...price, expiresAt };
  return conditionally(
    client.send(new PutCommand({ TableName: name, Item, ConditionExpression: "attribute_not_exists(pk)" })),
  );
}

/** The newest price of a coin; Query. */
export async function latestPrice(table: Table, coin: string, now: Date): Promise<PriceItem | undefined> {
  const { items } = await listPrices(table, coin, {}, now, 1);
  return items[0];
}

/** A page of a coin's prices, newest first; Query. */
export function listPrices(
  table: Table,
  coin: string,
  { from = "0", to = "9" }: Range,
  now: Date,
  limit: number,
  start?: Key,
): Promise<Page<PriceItem>> {
  return queryPage(
    table,
    {
      KeyConditionExpression: "pk = :coin AND sk BETWEEN :from AND :to",
      // DynamoDB deletes expired items late.
      FilterExpression: "expiresAt > :now",
      ExpressionAttributeValues: {
        ":coin": coinKey(coin),
        ":from": from,
        ":to": to,
        ":now": Math.floor(now.getTime() / 1000),
      },
      ScanIndexForward: false,
    },
    limit,
    start,
  );
}
