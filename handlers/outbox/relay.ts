/**
 * The queue that wakes it: publishes what stands in the table `outbox` of a system. A message says nothing but that there
 * may be something; all of a batch are one run, and are delivered again when something could not be published.
 *
 * - DATABASE_PATH: SELECT, UPDATE, DELETE
 * - EVENT_BUS: PutEvents, as EVENT_SOURCE
 */
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { openBus } from "../shared/bus.ts";
import { openDatabase } from "../shared/database.ts";
import { readEnv } from "../shared/env.ts";
import { logger } from "../shared/logger.ts";
import { relayEvents } from "./relay-events.ts";

const env = readEnv(["DATABASE_PATH", "EVENT_BUS", "EVENT_SOURCE"]);
const database = openDatabase(env.DATABASE_PATH);
const bus = openBus(env.EVENT_BUS, env.EVENT_SOURCE);

export const handler = async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
  logger.addContext(context);
  try {
    await relayEvents(database, bus);
    return { batchItemFailures: [] };
  } catch (error) {
    logger.error("Not all events were published", error instanceof Error ? error : new Error(String(error)));
    return { batchItemFailures: event.Records.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  }
};
