/** Which notices have been sent. Each function names the DynamoDB actions that it needs. */
import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Table } from "../shared/dynamo.ts";
import { conditionally } from "../shared/dynamo.ts";
import { noticeKey } from "./keys.ts";

/** Longer than an invocation that sends, shorter than the time after which a queue delivers again. */
const CLAIM_MS = 30_000;
/** Longer than a message waits in a queue and its dead-letter queue together. */
const KEPT_DAYS = 30;

export type Channel = "EMAIL" | "WHATSAPP";

/**
 * Sends the notice of an event unless it was sent before; GetItem, PutItem. Deliveries of the event at the same time
 * send it once, too: one claims it, the others fail and come again. It is sent twice only when the sender dies, or does
 * not learn that it has sent, between sending and noting it.
 * @returns whether it was sent now
 * @throws Error of `send`; or that another delivery is at work
 */
export async function sendOnce(
  table: Table,
  eventId: string,
  channel: Channel,
  send: () => Promise<void>,
): Promise<boolean> {
  const claimed = await claim(table, eventId, channel);
  if (claimed === "sent") return false;
  if (claimed === "busy") throw new Error("Another delivery of the event is at work");
  await send();
  await table.client.send(new PutCommand({ TableName: table.name, Item: noteOf(eventId, channel) }));
  return true;
}

async function claim(
  { client, name }: Table,
  eventId: string,
  channel: Channel,
): Promise<"claimed" | "busy" | "sent"> {
  const now = Date.now();
  const { status } = await conditionally(
    client.send(
      new PutCommand({
        TableName: name,
        Item: { ...noteOf(eventId, channel), claimedUntil: now + CLAIM_MS },
        ConditionExpression: "attribute_not_exists(pk) OR claimedUntil < :now",
        ExpressionAttributeValues: { ":now": now },
      }),
    ),
  );
  if (status === "written") return "claimed";
  const { Item } = await client.send(
    new GetCommand({ TableName: name, Key: noticeKey(eventId, channel), ConsistentRead: true }),
  );
  return Item && Item.claimedUntil === undefined ? "sent" : "busy";
}

/** What is noted once a notice is sent. */
function noteOf(eventId: string, channel: Channel) {
  const now = Date.now();
  const expiresAt = Math.floor(now / 1000) + KEPT_DAYS * 24 * 60 * 60;
  return { ...noticeKey(eventId, channel), notedAt: new Date(now).toISOString(), expiresAt };
}
