/** What calls cost that a recorded request made: the prices of `npm run cost`, without free tiers. */
import { type Meter, PRICES } from "../../tools/cost/prices.ts";

/** By what a recorded call contains. */
const METERS_OF_CALLS: readonly (readonly [RegExp, Meter])[] = [
  [/^PUT .*x-id=PutObject/, "objectWrites"],
  [/^GET .*x-id=GetObject/, "objectReads"],
  [/^POST \/v2\/email/, "emails"],
  [/^POST \/$/, "publishes"],
  [/^(?:POST|PUT) \/schedules\//, "scheduled"],
  [/^AmazonSQS\.SendMessage/, "queueRequests"],
  [/^AWSEvents\.PutEvents/, "events"],
  [/^POST \/(?:Execute|BeginTransaction|CommitTransaction|RollbackTransaction)$/, "dataCalls"],
];

/** USD for so many units. */
export function dollars(meter: Meter, units: number): number {
  return (PRICES[meter].dollars / PRICES[meter].per) * units;
}

/** USD for one such call; nothing for those of third parties, and of DynamoDB, which is paid by units. */
export function dollarsOf(call: string): number {
  const meter = METERS_OF_CALLS.find(([pattern]) => pattern.test(call))?.[1];
  return meter === undefined ? 0 : dollars(meter, 1);
}
