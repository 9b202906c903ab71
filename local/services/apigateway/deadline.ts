/** Waiting for a backend, but not longer than its integration allows. */
import type { Clock, Timer } from "../../core/clock.ts";
import { GatewayError } from "./gateway-error.ts";

/**
 * @param begun when the time begins; default now
 * @throws GatewayError INTEGRATION_TIMEOUT after `milliseconds`; the work goes on unheard, as it does on AWS
 */
export function within<T>(
  clock: Clock,
  milliseconds: number,
  work: Promise<T>,
  begun: Promise<void> | undefined = undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: Timer | undefined;
    let isOver = false;
    const begin = (): void => {
      if (isOver) return;
      timer = clock.elapse(milliseconds, () =>
        reject(
          new GatewayError("INTEGRATION_TIMEOUT", "Endpoint request timed out", {
            reason: `Execution failed due to a timeout error after ${milliseconds} ms`,
          }),
        ),
      );
    };
    if (begun) void begun.then(begin);
    else begin();
    const end = (): void => {
      isOver = true;
      timer?.cancel();
    };
    work.finally(end).then(resolve, reject);
  });
}
