/** What became of Calendly's invitees. Each function names the DynamoDB actions that it needs. */
import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Table, TransactWrite } from "../shared/dynamo.ts";
import { conditionally } from "../shared/dynamo.ts";
import { derivedId } from "../shared/ids.ts";
import { unavailable } from "../shared/problem.ts";
import { inviteeKey } from "./keys.ts";

export type Invitee =
  | { readonly status: "booked"; readonly appointmentId: string }
  /** Could not be booked. */
  | { readonly status: "refused"; readonly discord: Discord }
  /** With a discord when the appointment could not be cancelled. */
  | { readonly status: "cancelled"; readonly discord?: Discord };

/** Where Calendly and the appointments do not agree; people are told (publish-changes.ts). Nothing of it says who it is. */
export interface Discord {
  readonly reason: string;
  readonly eventType: string;
  readonly startsAt: string;
  readonly correlationId: string;
}

export type InviteeItem = Invitee & {
  readonly sk: "CALENDLY";
  readonly uri: string;
  readonly notedAt: string;
};

/** Longer than Calendly sends an event again, and than anybody books ahead as a rule. */
const KEPT_DAYS = 400;

/** GetItem */
export async function findInvitee({ client, name }: Table, uri: string): Promise<Invitee | undefined> {
  const { Item } = await client.send(
    new GetCommand({ TableName: name, Key: keyOf(uri), ConsistentRead: true }),
  );
  return Item as Invitee | undefined;
}

/** Part of a transaction; PutItem. Refused when there is something about the invitee already. */
export function inviteeCreation({ name }: Table, uri: string, invitee: Invitee) {
  return {
    Put: { TableName: name, Item: itemOf(uri, invitee), ConditionExpression: "attribute_not_exists(pk)" },
  } satisfies TransactWrite;
}

/**
 * Notes what became of an invitee of whom nothing is known; PutItem
 * @throws Problem 503 when something has become known meanwhile: Calendly sends its event again
 */
export async function addInvitee(table: Table, uri: string, invitee: Invitee): Promise<void> {
  const put = new PutCommand(inviteeCreation(table, uri, invitee).Put);
  const { status } = await conditionally(table.client.send(put));
  if (status === "refused") throw unavailable("Another event of the invitee is at work.");
}

/** Notes that an invitee is cancelled; PutItem */
export async function noteCancelled(
  { client, name }: Table,
  uri: string,
  discord: Discord | undefined,
): Promise<void> {
  const Item = itemOf(uri, { status: "cancelled", ...(discord && { discord }) });
  await client.send(new PutCommand({ TableName: name, Item }));
}

function keyOf(uri: string) {
  return inviteeKey(derivedId("calendly", uri));
}

function itemOf(uri: string, invitee: Invitee) {
  const now = Date.now();
  const expiresAt = Math.floor(now / 1000) + KEPT_DAYS * 24 * 60 * 60;
  return { ...keyOf(uri), ...invitee, uri, notedAt: new Date(now).toISOString(), expiresAt };
}
