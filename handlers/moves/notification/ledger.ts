/**
 * What notification knows of moves and has written about them, in a table of its own.
 *
 * An e-mail is claimed before it is sent and noted after it. So an event that is delivered several times, at once too, makes
 * one e-mail; only a function that dies between sending and noting makes a second one, which is better than none.
 */
import { GetCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Key, Table } from "../../shared/dynamo.ts";
import { conditionally } from "../../shared/dynamo.ts";

/** What e-mails about a move need. */
export interface MailedMove {
  readonly id: string;
  readonly email: string;
  readonly origin: string;
  readonly destination: string;
  readonly date: string;
}

const MOVE = "MOVE";

/** How an attempt to claim an e-mail ended. */
export type Claim = "claimed" | "sent" | "being sent";

const mailKey = (moveId: string, eventId: string): Key => ({ pk: moveId, sk: `MAIL#${eventId}` });

/** PutItem */
export async function rememberMove(
  { client, name }: Table,
  move: MailedMove,
  expiresAt: number,
): Promise<void> {
  const item = { pk: move.id, sk: MOVE, ...move, expiresAt };
  await client.send(new PutCommand({ TableName: name, Item: item }));
}

/** GetItem */
export async function findMailedMove({ client, name }: Table, id: string): Promise<MailedMove | undefined> {
  const { Item } = await client.send(
    new GetCommand({ TableName: name, Key: { pk: id, sk: MOVE }, ConsistentRead: true }),
  );
  return Item as MailedMove | undefined;
}

/**
 * Claims the e-mail that follows from an event; UpdateItem.
 * @param until when its sender is dead at the latest, in milliseconds
 * @param expiresAt when it may be forgotten, in seconds
 */
export async function claimMail(
  { client, name }: Table,
  moveId: string,
  eventId: string,
  until: number,
  expiresAt: number,
): Promise<Claim> {
  const claim = await conditionally(
    client.send(
      new UpdateCommand({
        TableName: name,
        Key: mailKey(moveId, eventId),
        UpdateExpression: "SET claimedUntil = :until, expiresAt = :expiresAt",
        ConditionExpression:
          "attribute_not_exists(sentAt) AND (attribute_not_exists(pk) OR claimedUntil < :now)",
        ExpressionAttributeValues: { ":until": until, ":now": Date.now(), ":expiresAt": expiresAt },
      }),
    ),
  );
  if (claim.status === "written") return "claimed";
  const { Item } = await client.send(
    new GetCommand({ TableName: name, Key: mailKey(moveId, eventId), ConsistentRead: true }),
  );
  return Item?.sentAt === undefined ? "being sent" : "sent";
}

/** Notes that an e-mail was taken for delivery; UpdateItem. */
export async function noteSent(
  { client, name }: Table,
  moveId: string,
  eventId: string,
  messageId: string,
): Promise<void> {
  await client.send(
    new UpdateCommand({
      TableName: name,
      Key: mailKey(moveId, eventId),
      UpdateExpression: "SET sentAt = :now, messageId = :message",
      ExpressionAttributeValues: { ":now": new Date().toISOString(), ":message": messageId },
    }),
  );
}

/** Lets the next delivery try at once what could not be sent; UpdateItem. */
export async function releaseMail({ client, name }: Table, moveId: string, eventId: string): Promise<void> {
  await client.send(
    new UpdateCommand({
      TableName: name,
      Key: mailKey(moveId, eventId),
      UpdateExpression: "SET claimedUntil = :never",
      ExpressionAttributeValues: { ":never": 0 },
    }),
  );
}
