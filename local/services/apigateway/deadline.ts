/** Waiting for a backend, but not longer than its integration allows. */
import type { Clock } from "../../core/clock.ts";
import { GatewayError } from "./gateway-error.ts";

/** @throws GatewayError INTEGRATION_TIMEOUT after `milliseconds`; the work goes on unheard, as it does on AWS */
export function within<T>(clock: Clock, milliseconds: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.elapse(milliseconds, () =>
      reject(
        new GatewayError("INTEGRATION_TIMEOUT", "Endpoint request timed out", {
          reason: `Execution failed due to a timeout error after ${milliseconds} ms`,
        }),
      ),
    );
    work.then(
      (value) => {
        timer.cancel();
        resolve(value);
      },
      (error: unknown) => {
        timer.cancel();
        reject(error);
      },
    );
  });
}
