/** What became of requests from the queue. Each function names the DynamoDB actions that it needs. */
import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Table, TransactWrite, WriteOutcome } from "../shared/dynamo.ts";
import { conditionally } from "../shared/dynamo.ts";
import { bookingKey } from "./keys.ts";

/** How a request was decided. */
export type Decision =
  | { readonly status: "confirmed"; readonly appointmentId: string }
  | { readonly status: "rejected"; readonly reason: string };

/** How long a decision can be read. */
export const KEPT_DAYS = 30;

/** GetItem */
export async function findDecision({ client, name }: Table, id: string): Promise<Decision | undefined> {
  const { Item } = await client.send(
    new GetCommand({ TableName: name, Key: bookingKey(id), ConsistentRead: true }),
  );
  return Item as Decision | undefined;
}

/** Part of a transaction; PutItem. Refused when the request is decided already. */
export function decision({ name }: Table, id: string, decided: Decision) {
  const expiresAt = Math.floor(Date.now() / 1000) + KEPT_DAYS * 24 * 60 * 60;
  const Item = { ...bookingKey(id), ...decided, expiresAt };
  return {
    Put: { TableName: name, Item, ConditionExpression: "attribute_not_exists(pk)" },
  } satisfies TransactWrite;
}

/** PutItem; the first decision stays. */
export function decide(table: Table, id: string, decided: Decision): Promise<WriteOutcome<unknown>> {
  return conditionally(table.client.send(new PutCommand(decision(table, id, decided).Put)));
}
