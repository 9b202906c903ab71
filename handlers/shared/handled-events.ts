/** Events come at least once; in a relational database their effect is had once, with the table `handled_events`. */
import type { Statements } from "./database.ts";
import { uuid } from "./database-values.ts";

const MARK = `
  INSERT INTO handled_events (event_id, handled_at) VALUES (:eventId, :now) ON CONFLICT DO NOTHING`;

/**
 * Notes that an event is handled, in the transaction of its effect. The same event in another transaction waits for this
 * one to end.
 * @returns false when it was handled before
 */
export async function isFirst(tx: Statements, eventId: string, now = new Date()): Promise<boolean> {
  return (await tx.change(MARK, { eventId: uuid(eventId), now })) === 1;
}
