/**
 * Where the trucks of moves are, in a table of tracking's own. A track only ever goes on to a later stage, so the events
 * that tell of its move may come twice and in any order.
 */
import { GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Key, Page, Table, TransactOutcome, WriteOutcome } from "../../shared/dynamo.ts";
import { conditionally, queryPage, transact } from "../../shared/dynamo.ts";

/** How far the track of a move has come; stored as its number. */
export const STAGE = Object.freeze({ waiting: 1, underWay: 2, ended: 3 });

export const TRACK = "TRACK";
const POSITION = "POSITION#";

export interface Track {
  /** Id of the move. */
  readonly pk: string;
  readonly sk: string;
  readonly stage?: number;
  /** Why it has ended. */
  readonly endedAs?: string;
  /** Whose move it is; unknown until MoveRegistered has come. */
  readonly clientId?: string;
  /** When the first position came in. */
  readonly startedAt?: string;
  /** The request that brought the first position. */
  readonly correlationId?: string;
}

export interface Position {
  readonly lat: number;
  readonly lon: number;
  readonly at: string;
}

const trackKey = (moveId: string): Key => ({ pk: moveId, sk: TRACK });

/** GetItem */
export async function findTrack({ client, name }: Table, moveId: string): Promise<Track | undefined> {
  const { Item } = await client.send(
    new GetCommand({ TableName: name, Key: trackKey(moveId), ConsistentRead: true }),
  );
  return Item as Track | undefined;
}

/** Notes whose move it is; UpdateItem. */
export async function openTrack({ client, name }: Table, moveId: string, clientId: string): Promise<void> {
  await client.send(
    new UpdateCommand({
      TableName: name,
      Key: trackKey(moveId),
      UpdateExpression: "SET clientId = :client, stage = if_not_exists(stage, :waiting)",
      ExpressionAttributeValues: { ":client": clientId, ":waiting": STAGE.waiting },
    }),
  );
}

/**
 * Takes a track on to a stage, unless it is there or further; UpdateItem.
 * @param endedAs why, for the last stage
 */
export function advanceTrack(
  { client, name }: Table,
  moveId: string,
  stage: number,
  endedAs?: string,
): Promise<WriteOutcome<unknown>> {
  return conditionally(
    client.send(
      new UpdateCommand({
        TableName: name,
        Key: trackKey(moveId),
        UpdateExpression: `SET stage = :stage${endedAs === undefined ? "" : ", endedAs = :endedAs"}`,
        ConditionExpression: "attribute_not_exists(stage) OR stage < :stage",
        ExpressionAttributeValues: { ":stage": stage, ...(endedAs !== undefined && { ":endedAs": endedAs }) },
      }),
    ),
  );
}

/**
 * Stores a position while the truck is under way; the first one starts the track. A position of the same time takes the
 * place of the one before, so a repeated request changes nothing. PutItem, and UpdateItem or ConditionCheckItem.
 */
export function addPosition(
  table: Table,
  track: Track,
  position: Position,
  correlationId: string,
  expiresAt: number,
): Promise<TransactOutcome> {
  const { pk } = track;
  const item = { pk, sk: `${POSITION}${position.at}`, ...position, expiresAt };
  const underWay = {
    TableName: table.name,
    Key: trackKey(pk),
    ConditionExpression: "stage = :underWay",
  };
  const values = { ":underWay": STAGE.underWay };
  const guard =
    track.startedAt === undefined
      ? {
          Update: {
            ...underWay,
            UpdateExpression:
              "SET startedAt = if_not_exists(startedAt, :at), correlationId = if_not_exists(correlationId, :correlation)",
            ExpressionAttributeValues: { ...values, ":at": position.at, ":correlation": correlationId },
          },
        }
      : { ConditionCheck: { ...underWay, ExpressionAttributeValues: values } };
  return transact(table, [guard, { Put: { TableName: table.name, Item: item } }]);
}

/** A page of positions, newest first; Query. */
export function listPositions(
  table: Table,
  moveId: string,
  limit: number,
  start?: Key,
): Promise<Page<Position>> {
  return queryPage(
    table,
    {
      KeyConditionExpression: "pk = :move AND begins_with(sk, :position)",
      ExpressionAttributeValues: { ":move": moveId, ":position": POSITION },
      ScanIndexForward: false,
    },
    limit,
    start,
  );
}
