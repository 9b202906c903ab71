/** Waiting until nothing that is due now is still under way in any service. */
import { setTimeout as pause, setImmediate as turn } from "node:timers/promises";
import { UserError } from "../core/errors.ts";
import type { RunningService } from "../endpoint/index.ts";

/** Real time. A function may run for 15 minutes; who advances the clock hardly wants to wait for that. */
const LONGEST_MILLISECONDS = 30_000;
const PAUSE_MILLISECONDS = 2;

/**
 * Resolves when no service has been busy twice in a row. In between events that have been handed over, and answers on
 * sockets, get their turn.
 * @param longest milliseconds of real time
 * @throws UserError naming the services that are busy after that
 */
export async function settle(
  services: readonly RunningService[],
  longest = LONGEST_MILLISECONDS,
): Promise<void> {
  const end = performance.now() + longest;
  let busy: readonly string[] = [];
  for (let quiet = 0; quiet < 2; quiet = busy.length === 0 ? quiet + 1 : 0) {
    if (performance.now() > end) {
      const names = busy.join(", ");
      throw new UserError(`Not settled after ${longest / 1000} seconds; still busy: ${names}`);
    }
    if (busy.length > 0) await pause(PAUSE_MILLISECONDS);
    await turn();
    await turn();
    busy = await namesOfBusy(services);
  }
}

/** All are asked at the same moment: work that goes from one to another is seen in one of them. */
async function namesOfBusy(services: readonly RunningService[]): Promise<string[]> {
  const answers = await Promise.all(services.map(({ service }) => service.busy?.() ?? false));
  return services.filter((_, index) => answers[index]).map(({ definition }) => definition.name);
}
