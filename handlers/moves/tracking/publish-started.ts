/**
 * The tracking table's stream: tells that a move has started, once its first position is stored. The event leaves through
 * the table's own stream, so no start is lost; delivered again it has the same eventId.
 *
 * - EVENT_BUS: PutEvents, as EVENT_SOURCE
 * - the stream of the tracking table
 */
import type { DynamoDBRecord } from "aws-lambda";
import { streamHandler } from "../../shared/batch.ts";
import { type Bus, openBus } from "../../shared/bus.ts";
import { readEnv } from "../../shared/env.ts";
import { derivedId } from "../../shared/ids.ts";
import { changedItem } from "../../shared/stream.ts";
import { TRACK, type Track } from "./track-store.ts";

const env = readEnv(["EVENT_BUS", "EVENT_SOURCE"]);
const bus = openBus(env.EVENT_BUS, env.EVENT_SOURCE);

/** Tells of a track that has just started. */
export async function publishStarted(record: DynamoDBRecord, bus: Bus): Promise<void> {
  const { before, after } = changedItem<Track>(record);
  if (!before || !after || after.sk !== TRACK || before.startedAt !== undefined) return;
  const { pk: moveId, startedAt, correlationId = "unknown" } = after;
  if (startedAt === undefined) return;
  const eventId = derivedId("MoveStarted", moveId);
  const detail = { eventId, version: 1, occurredAt: startedAt, correlationId, data: { moveId } };
  const [taken] = await bus.publish([{ detailType: "MoveStarted", detail: JSON.stringify(detail) }]);
  if (!taken) throw new Error("MoveStarted was not published");
}

export const handler = streamHandler((record) => publishStarted(record, bus));
