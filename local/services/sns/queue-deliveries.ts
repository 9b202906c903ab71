/** Deliveries to queues, which fauxqs makes by itself, with the faults that are set for them. */
import { arnName } from "../../core/name-patterns.ts";
import type { Cloud } from "../../core/service.ts";
import type { Fauxqs } from "../../real-parts/fauxqs.ts";
import { HIDDEN_QUEUE_PREFIX } from "../sqs/operations.ts";

/** Carries out a publication; what it puts into queues goes the way of the faults. */
export function publishing<T>(
  cloud: Cloud,
  fauxqs: Fauxqs,
  topicArn: string,
  request: () => Promise<T>,
): Promise<T> {
  if (cloud.faults.quiet) return request();
  const carry = (queueArn: string, deliver: () => void): void => {
    // Behind a hidden queue is another subscriber, whose delivery comes later.
    if (arnName(queueArn).startsWith(HIDDEN_QUEUE_PREFIX)) deliver();
    else void cloud.faults.deliver(topicArn, queueArn, deliver);
  };
  return fauxqs.carried(carry, request);
}
