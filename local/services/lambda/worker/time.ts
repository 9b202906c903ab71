/** The time that a function sees. */
import { dateOn } from "../../../core/date.ts";

const RealDate = Date;
let offset = 0;

/**
 * Sets by how many milliseconds `Date` is ahead of the wall clock. As long as the cloud has not been advanced, `Date` is
 * Node.js's own.
 */
export function setClockOffset(milliseconds: number): void {
  if (milliseconds !== 0 && globalThis.Date === RealDate) {
    globalThis.Date = dateOn(() => RealDate.now() + offset);
  }
  offset = milliseconds;
}
