/** Reads and writes of appointments. Each function names the DynamoDB actions that it needs. */
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import type { Key, Page, Table, TransactWrite } from "../shared/dynamo.ts";
import { queryPage } from "../shared/dynamo.ts";
import type { AppointmentItem } from "./appointment.ts";
import { appointmentKey, LISTS, ofClient } from "./keys.ts";

/** GetItem */
export async function findAppointment(
  { client, name }: Table,
  id: string,
): Promise<AppointmentItem | undefined> {
  const { Item } = await client.send(
    new GetCommand({ TableName: name, Key: appointmentKey(id), ConsistentRead: true }),
  );
  return Item as AppointmentItem | undefined;
}

/** Part of a transaction; PutItem */
export function appointmentCreation({ name }: Table, item: AppointmentItem): TransactWrite {
  return { Put: { TableName: name, Item: item, ConditionExpression: "attribute_not_exists(pk)" } };
}

/** Part of a transaction: replaces an appointment that still has the version that was read; PutItem */
export function appointmentChange({ name }: Table, item: AppointmentItem, read: number): TransactWrite {
  return {
    Put: {
      TableName: name,
      Item: item,
      ConditionExpression: "#version = :read",
      ExpressionAttributeNames: { "#version": "version" },
      ExpressionAttributeValues: { ":read": read },
    },
  };
}

/** A page of the appointments of a client, latest first, cancelled ones among them; Query on the index. */
export function listAppointments(
  table: Table,
  email: string,
  limit: number,
  start?: Key,
): Promise<Page<AppointmentItem>> {
  return queryPage(
    table,
    {
      IndexName: LISTS,
      KeyConditionExpression: "gsi1pk = :client",
      ExpressionAttributeValues: { ":client": ofClient(email) },
      ScanIndexForward: false,
    },
    limit,
    start,
  );
}
