/**
 * The queue of what clients are to know: MoveRegistered, TruckAssigned, MoveCompleted. Each becomes one e-mail.
 *
 * - NOTIFICATIONS_TABLE: GetItem, PutItem, UpdateItem
 * - SENDER: SendEmail
 * - the queue
 */
import type { SQSRecord } from "aws-lambda";
import {
  moveCompletedSchema,
  moveRegisteredSchema,
  truckAssignedSchema,
} from "../../../events/catalogue.schema.ts";
import { queueHandler } from "../../shared/batch.ts";
import { openTable, type Table } from "../../shared/dynamo.ts";
import { readEnv } from "../../shared/env.ts";
import { detailTypeOf, eventIn } from "../../shared/event.ts";
import { count } from "../../shared/metrics.ts";
import { claimMail, findMailedMove, type MailedMove, noteSent, releaseMail, rememberMove } from "./ledger.ts";
import { type Mailer, openMailer } from "./mailer.ts";
import { messageOf, type Occasion } from "./messages.ts";

/** Longer than this function may take: its sender is dead by then. */
const CLAIM_MS = 10_000;
/** As long as a move may be ahead and an event may be replayed. */
const KEEP_SECONDS = 400 * 24 * 60 * 60;

const env = readEnv(["NOTIFICATIONS_TABLE", "SENDER"]);
const table = openTable(env.NOTIFICATIONS_TABLE);
const mailer = openMailer(env.SENDER);

type MailRecord = Pick<SQSRecord, "body">;

/** What an event asks for. */
interface Notice {
  readonly eventId: string;
  readonly moveId: string;
  readonly occasion: Occasion;
  readonly plate?: string;
  /** What is known of the move from now on. */
  readonly move?: MailedMove;
}

const NOTICES: Readonly<Record<string, (record: MailRecord) => Notice>> = {
  MoveRegistered: (record) => {
    const { eventId, data } = eventIn(record, moveRegisteredSchema);
    const { moveId, origin, destination, date, client } = data;
    const move = { id: moveId, email: client.email, origin, destination, date };
    return { eventId, moveId, occasion: "MoveRegistered", move };
  },
  TruckAssigned: (record) => {
    const { eventId, data } = eventIn(record, truckAssignedSchema);
    return { eventId, moveId: data.moveId, occasion: "TruckAssigned", plate: data.plate };
  },
  MoveCompleted: (record) => {
    const { eventId, data } = eventIn(record, moveCompletedSchema);
    return { eventId, moveId: data.moveId, occasion: "MoveCompleted" };
  },
};

/**
 * Writes to the client what an event tells, once.
 * @throws Error when the event is not understood, its e-mail is just being sent by another delivery of it, or it comes before
 * its move is known: it will be delivered again
 */
export async function notifyClient(record: MailRecord, table: Table, mailer: Mailer): Promise<void> {
  const detailType = detailTypeOf(record);
  const notice = NOTICES[detailType]?.(record);
  if (!notice) throw new Error(`No event ${detailType} is expected here`);
  const { eventId, moveId, occasion, plate } = notice;
  const expiresAt = Math.floor(Date.now() / 1000) + KEEP_SECONDS;
  if (notice.move) await rememberMove(table, notice.move, expiresAt);
  const move = notice.move ?? (await findMailedMove(table, moveId));
  if (!move) throw new Error(`${detailType} came before MoveRegistered`);
  const claim = await claimMail(table, moveId, eventId, Date.now() + CLAIM_MS, expiresAt);
  if (claim === "sent") return;
  if (claim === "being sent") throw new Error("Another delivery of the event is sending its e-mail");
  const messageId = await mailer.send(move.email, messageOf(occasion, move, plate)).catch(async (error) => {
    await releaseMail(table, moveId, eventId);
    throw error;
  });
  await noteSent(table, moveId, eventId, messageId);
  count({ ClientsNotified: 1 });
}

export const handler = queueHandler((record) => notifyClient(record, table, mailer));
