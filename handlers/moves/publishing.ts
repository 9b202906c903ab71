import { type WakeUp, wakeLater, wakeNow } from "../shared/outbox.ts";

/**
 * Has the events of a change published. The relay is told to wake up later before anything is written, and at once when it
 * is; so it wakes up wherever this function dies.
 * @param write makes the change and tells whether it was made
 */
export async function publishing(wakeUp: WakeUp, write: () => Promise<boolean>): Promise<boolean> {
  await wakeLater(wakeUp);
  const written = await write();
  if (written) await wakeNow(wakeUp);
  return written;
}
