import { logger } from "../shared/logger.ts";
import type { WakeUp } from "../shared/outbox.ts";

/** Longer than the functions that write moves may take. */
const LATE_SECONDS = 30;

/**
 * Has the events of a change published. The relay is told to wake up later before anything is written, and at once when it
 * is; so it wakes up wherever this function dies. That it could not be woken at once is no failure.
 * @param write makes the change and tells whether it was made
 */
export async function publishing(wakeUp: WakeUp, write: () => Promise<boolean>): Promise<boolean> {
  await wakeUp.send(LATE_SECONDS);
  const written = await write();
  try {
    if (written) await wakeUp.send(0);
  } catch (error) {
    logger.warn("The relay of events is woken later", error instanceof Error ? error : String(error));
  }
  return written;
}
