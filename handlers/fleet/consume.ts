/**
 * The queue of moves' events: reserves trucks, and frees them.
 *
 * - DATABASE_PATH: SELECT, INSERT, UPDATE
 * - OUTBOX_QUEUE_URL: SendMessage
 */
import { queueHandler } from "../shared/batch.ts";
import { openDatabase } from "../shared/database.ts";
import { readEnv } from "../shared/env.ts";
import { openWakeUp } from "../shared/outbox.ts";
import { handleMoveEvent } from "./move-events.ts";

const env = readEnv(["DATABASE_PATH", "OUTBOX_QUEUE_URL"]);
// Nobody waits for the answer: long enough for a database that resumes from its pause.
const database = openDatabase(env.DATABASE_PATH, { waitMilliseconds: 40_000 });
const wakeUp = openWakeUp(env.OUTBOX_QUEUE_URL);

export const handler = queueHandler((record) => handleMoveEvent(record, database, wakeUp));
