/**
 * Events leave through the table `outbox`: they are written in the transaction that changes the state, and published by
 * handlers/outbox/relay.ts, at least once and in order per subject.
 *
 * Nothing polls. A message of a queue wakes the relay after the commit; another one, sent before it and held back for
 * longer than a function lives, wakes it when the function died in between. Without events nothing runs and nothing is paid.
 */
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { clientSettings } from "./aws-client.ts";
import type { Database, Statements } from "./database.ts";
import { uuid } from "./database-values.ts";
import { newId } from "./ids.ts";
import { logger } from "./logger.ts";

/**
 * Longer than functions of an API may take. A consumer of a queue may take longer; when it dies its message comes again,
 * and with it the wake-up.
 */
const LATE_SECONDS = 30;

/** Something that has happened. */
export interface NewEvent {
  /** One of events/catalogue.schema.ts. */
  readonly detailType: string;
  readonly version: number;
  /** What the event is about, such as the id of a move; its events stay in order. */
  readonly subject: string;
  readonly correlationId: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** An event as it waits to be published. */
export interface WaitingEvent {
  readonly eventId: string;
  readonly detailType: string;
  /** JSON. */
  readonly detail: string;
}

/** Wakes the relay. */
export interface WakeUp {
  /** @param delaySeconds until the relay is woken */
  send(delaySeconds: number): Promise<void>;
}

const ADD = `
  INSERT INTO outbox (event_id, subject, detail_type, detail)
  VALUES (:eventId, :subject, :detailType, :detail)`;

/** Writes an event, as part of a transaction. Its publication is up to `publishing`, around that transaction. */
export async function addEvent(tx: Statements, event: NewEvent, now = new Date()): Promise<void> {
  const { eventId, detailType, detail } = waitingEvent(event, now);
  await tx.change(ADD, { eventId: uuid(eventId), subject: event.subject, detailType, detail });
}

/** The form in which an event that happens now waits in the table. */
export function waitingEvent(event: Omit<NewEvent, "subject">, now: Date): WaitingEvent {
  const { detailType, version, correlationId, data } = event;
  const eventId = newId(now);
  const detail = JSON.stringify({ eventId, version, occurredAt: now.toISOString(), correlationId, data });
  return { eventId, detailType, detail };
}

/**
 * Carries out a transaction that writes events, and has them published. Fails only when nothing was committed: that the
 * relay could not be woken at once is no failure, since it will be woken later.
 */
export async function publishing<Result>(
  database: Database,
  wakeUp: WakeUp,
  work: (tx: Statements) => Promise<Result>,
): Promise<Result> {
  const armed = wakeLater(wakeUp);
  armed.catch(() => undefined);
  const result = await database.transaction(async (tx) => {
    const done = await work(tx);
    await armed;
    return done;
  });
  await wakeNow(wakeUp);
  return result;
}

/** To be told before anything is committed: then the relay wakes up wherever the caller dies. */
export function wakeLater(wakeUp: WakeUp): Promise<void> {
  return wakeUp.send(LATE_SECONDS);
}

/** To be told after the commit. Never fails: that the relay could not be woken now is no failure. */
export async function wakeNow(wakeUp: WakeUp): Promise<void> {
  try {
    await wakeUp.send(0);
  } catch (error) {
    logger.warn("The relay of events is woken later", error instanceof Error ? error : String(error));
  }
}

/** The queue whose messages wake a relay. */
export function openWakeUp(queueUrl: string): WakeUp {
  const client = new SQSClient(clientSettings(2000));
  return {
    async send(delaySeconds) {
      await client.send(
        new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: "wake", DelaySeconds: delaySeconds }),
      );
    },
  };
}
