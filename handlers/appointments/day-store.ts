/** Reads and writes of days and their slots. Each function names the DynamoDB actions that it needs. */
import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { staleVersion } from "../shared/conditional.ts";
import type { Table, TransactWrite } from "../shared/dynamo.ts";
import { contended, pauseAfter, TRANSACT_ATTEMPTS, transact } from "../shared/dynamo.ts";
import type { Hours, Slot, Span } from "./calendar.ts";
import { changesOf, slotsOf } from "./calendar.ts";
import { dayKey, slotKey } from "./keys.ts";

/** The hours of a provider's day, as clients see them. */
export interface Day extends Hours {
  readonly providerId: string;
  readonly version: number;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
const MAX_WRITES = 100;

/** How long a day that is over is kept. */
const KEEP_SECONDS = 7 * 24 * 60 * 60;

/** A day and its slots, 97 items of some 200 bytes at most; Query. */
export async function readDay({ client, name }: Table, providerId: string, date: string) {
  const { pk, sk } = dayKey(providerId, date);
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: name,
      KeyConditionExpression: "pk = :pk AND begins_with(sk, :sk)",
      ExpressionAttributeValues: { ":pk": pk, ":sk": sk },
      ConsistentRead: true,
    }),
  );
  const day = Items.find((item) => item.sk === sk) as Day | undefined;
  return { day, slots: Items.filter((item) => item.sk !== sk) as Slot[] };
}

/** GetItem */
export async function findSlot(
  { client, name }: Table,
  providerId: string,
  startsAt: string,
): Promise<Slot | undefined> {
  const { Item } = await client.send(
    new GetCommand({ TableName: name, Key: slotKey(providerId, startsAt), ConsistentRead: true }),
  );
  return Item as Slot | undefined;
}

/**
 * Replaces the hours of a day, and its free slots with them; Query, PutItem, UpdateItem, DeleteItem. One transaction
 * as a rule; a change of more than 100 slots takes a second one, until which there are fewer slots, never wrong ones.
 * @param versions one of which the day must have; undefined for any
 * @throws Problem 412 when it has another one, 503 when others keep changing the day
 */
export async function changeDay(
  table: Table,
  providerId: string,
  hours: Hours,
  versions: readonly number[] | undefined,
): Promise<Day> {
  let allowed = versions;
  for (let attempt = 1; attempt <= TRANSACT_ATTEMPTS; attempt++) {
    const { day, slots } = await readDay(table, providerId, hours.date);
    if (allowed && !allowed.includes(day?.version ?? 0)) throw staleVersion();
    const changed = { ...hours, providerId, version: (day?.version ?? 0) + 1 };
    const slotWrites = writesOf(table, providerId, slots, hours);
    if (day && isSame(day, hours) && slotWrites.length === 0) return toDay(day);
    const writes = [putDay(table, changed, day), ...slotWrites];
    const { status } = await transact(table, writes.slice(0, MAX_WRITES));
    if (status === "committed" && writes.length <= MAX_WRITES) return changed;
    if (status === "committed") allowed &&= [changed.version];
    else await pauseAfter(attempt);
  }
  throw contended();
}

/** Parts of a transaction, what takes slots away first; PutItem, UpdateItem, DeleteItem */
function writesOf(
  { name }: Table,
  providerId: string,
  slots: readonly Slot[],
  hours: Hours,
): TransactWrite[] {
  const { removed, withdrawn, restored, opened } = changesOf(slots, slotsOf(hours));
  const update = (slot: Slot, UpdateExpression: string): TransactWrite => ({
    Update: {
      TableName: name,
      Key: slotKey(providerId, slot.startsAt),
      UpdateExpression,
      ConditionExpression: "attribute_exists(appointmentId)",
      ...(UpdateExpression.startsWith("SET") && { ExpressionAttributeValues: { ":true": true } }),
    },
  });
  return [
    ...removed.map(({ startsAt }) => ({
      Delete: {
        TableName: name,
        Key: slotKey(providerId, startsAt),
        ConditionExpression: "attribute_not_exists(appointmentId)",
      },
    })),
    ...withdrawn.map((slot) => update(slot, "SET withdrawn = :true")),
    ...restored.map((slot) => update(slot, "REMOVE withdrawn")),
    ...opened.map((span) => ({
      Put: {
        TableName: name,
        Item: slotItem(providerId, span),
        ConditionExpression: "attribute_not_exists(appointmentId)",
      },
    })),
  ];
}

/** Part of a transaction: gives a free slot to an appointment; UpdateItem */
export function claim(
  { name }: Table,
  providerId: string,
  startsAt: string,
  appointmentId: string,
): TransactWrite {
  return {
    Update: {
      TableName: name,
      Key: slotKey(providerId, startsAt),
      UpdateExpression: "SET appointmentId = :id",
      ConditionExpression: "attribute_exists(pk) AND attribute_not_exists(appointmentId)",
      ExpressionAttributeValues: { ":id": appointmentId },
    },
  };
}

/**
 * Parts of a transaction that take a slot from its appointment: it is free again, unless the provider no longer works
 * then; in that case the slots that it was in the way of are opened. GetItem, Query; PutItem, UpdateItem, DeleteItem
 */
export async function vacating(
  table: Table,
  {
    id,
    providerId,
    startsAt,
  }: { readonly id: string; readonly providerId: string; readonly startsAt: string },
): Promise<TransactWrite[]> {
  const TableName = table.name;
  const Key = slotKey(providerId, startsAt);
  const ExpressionAttributeValues = { ":id": id };
  const slot = await findSlot(table, providerId, startsAt);
  if (!slot?.withdrawn) {
    const ConditionExpression = "appointmentId = :id AND attribute_not_exists(withdrawn)";
    const UpdateExpression = "REMOVE appointmentId";
    return [{ Update: { TableName, Key, UpdateExpression, ConditionExpression, ExpressionAttributeValues } }];
  }
  const { day, slots } = await readDay(table, providerId, startsAt.slice(0, 10));
  if (!day) throw new Error("A slot has no day");
  const others = slots.filter((other) => other.startsAt !== startsAt);
  const { opened } = changesOf(others, slotsOf(day));
  const ConditionExpression = "attribute_not_exists(appointmentId) OR appointmentId = :id";
  const isReplaced = opened.some((span) => span.startsAt === startsAt);
  return [
    putDay(table, { ...toDay(day), version: day.version + 1 }, day),
    ...(isReplaced
      ? []
      : [
          {
            Delete: { TableName, Key, ConditionExpression: "appointmentId = :id", ExpressionAttributeValues },
          },
        ]),
    ...opened.map((span) => ({
      Put: { TableName, Item: slotItem(providerId, span), ConditionExpression, ExpressionAttributeValues },
    })),
  ];
}

/** Part of a transaction, if nobody has changed the day since it was read; PutItem */
function putDay({ name }: Table, day: Day, read: Day | undefined): TransactWrite {
  const Item = { ...dayKey(day.providerId, day.date), ...day, expiresAt: expiry(`${day.date}T24:00:00Z`) };
  if (!read) return { Put: { TableName: name, Item, ConditionExpression: "attribute_not_exists(pk)" } };
  return {
    Put: {
      TableName: name,
      Item,
      ConditionExpression: "#version = :read",
      ExpressionAttributeNames: { "#version": "version" },
      ExpressionAttributeValues: { ":read": read.version },
    },
  };
}

/** The public part of a stored day. */
export function toDay({ providerId, date, from, to, slotMinutes, version }: Day): Day {
  return { providerId, date, from, to, slotMinutes, version };
}

function isSame(one: Hours, other: Hours): boolean {
  return one.from === other.from && one.to === other.to && one.slotMinutes === other.slotMinutes;
}

function slotItem(providerId: string, { startsAt, endsAt }: Span) {
  return { ...slotKey(providerId, startsAt), startsAt, endsAt, expiresAt: expiry(endsAt) };
}

function expiry(time: string): number {
  return Math.floor(Date.parse(time) / 1000) + KEEP_SECONDS;
}
