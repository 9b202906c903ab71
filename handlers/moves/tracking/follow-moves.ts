/**
 * The queue of what is told of moves: MoveRegistered, TruckAssigned, MoveCompleted, MoveCancelled. Tracking begins and ends
 * with them.
 *
 * - TRACKING_TABLE: UpdateItem
 * - the queue
 */
import type { SQSRecord } from "aws-lambda";
import {
  moveCancelledSchema,
  moveCompletedSchema,
  moveRegisteredSchema,
  truckAssignedSchema,
} from "../../../events/catalogue.schema.ts";
import { queueHandler } from "../../shared/batch.ts";
import { openTable, type Table } from "../../shared/dynamo.ts";
import { readEnv } from "../../shared/env.ts";
import { detailTypeOf, eventIn } from "../../shared/event.ts";
import { advanceTrack, openTrack, STAGE } from "./track-store.ts";

const env = readEnv(["TRACKING_TABLE"]);
const table = openTable(env.TRACKING_TABLE);

type Message = Pick<SQSRecord, "body">;

const EFFECTS: Readonly<Record<string, (message: Message, table: Table) => Promise<unknown>>> = {
  MoveRegistered: (message, table) => {
    const { moveId, client } = eventIn(message, moveRegisteredSchema).data;
    return openTrack(table, moveId, client.id);
  },
  TruckAssigned: (message, table) =>
    advanceTrack(table, eventIn(message, truckAssignedSchema).data.moveId, STAGE.underWay),
  MoveCompleted: (message, table) =>
    advanceTrack(table, eventIn(message, moveCompletedSchema).data.moveId, STAGE.ended, "completed"),
  MoveCancelled: (message, table) =>
    advanceTrack(table, eventIn(message, moveCancelledSchema).data.moveId, STAGE.ended, "cancelled"),
};

/**
 * Takes the track of a move on. Events may come twice and in any order: a track never goes back.
 * @throws Error when the event is not understood: it will be delivered again, and parked
 */
export async function followMove(message: Message, table: Table): Promise<void> {
  const detailType = detailTypeOf(message);
  const effect = EFFECTS[detailType];
  if (!effect) throw new Error(`No event ${detailType} is expected here`);
  await effect(message, table);
}

export const handler = queueHandler((record) => followMove(record, table));
