/** Which queues are there for what failed. */
import { ASYNC, EVENT_TARGET, FUNCTION, MAPPING, QUEUE, SCHEDULE, SUBSCRIPTION } from "./rules/types.ts";
import type { Stack, Subject } from "./stack.ts";

/** The properties that name a queue for what failed. */
const FAILURES: readonly (readonly [type: string, property: string])[] = [
  [QUEUE, "redrivePolicy"],
  [SUBSCRIPTION, "redrivePolicy"],
  [EVENT_TARGET, "deadLetterConfig"],
  [SCHEDULE, "target"],
  [MAPPING, "destinationConfig"],
  [ASYNC, "destinationConfig"],
  [FUNCTION, "deadLetterConfig"],
];

/** What has failures; a rule that asks for dead-letter queues looks at all of these. */
export const FAILING: readonly string[] = FAILURES.map(([type]) => type);

/** A queue for what failed: something puts its failures there, and no function reads it. */
export function isDeadLetterQueue(queue: Subject, stack: Stack): boolean {
  return (
    stack.referring(queue, MAPPING, "eventSourceArn").length === 0 &&
    FAILURES.some(([type, property]) => stack.referring(queue, type, property).length > 0)
  );
}
