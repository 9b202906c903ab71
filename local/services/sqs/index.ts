/**
 * SQS, carried out by fauxqs.
 *
 * Supported: standard and FIFO queues, long polling, delays, visibility time-outs, dead-letter queues, batches, tags.
 * Not enforced: message retention, encryption. Not supported: the query protocol, message move tasks.
 */
import type { Service, ServiceDefinition } from "../../core/service.ts";
import { fauxqsOf, stopFauxqs } from "../../real-parts/fauxqs.ts";
import { answer } from "./operations.ts";
import { outputs } from "./outputs.ts";
import { Queues } from "./queues.ts";
import { realizers } from "./realize.ts";

export const sqs: ServiceDefinition = {
  name: "sqs",
  signingNames: ["sqs"],
  protocol: "json",
  outputs,
  create: (cloud): Service => {
    const queues = new Queues(cloud);
    return {
      api: queues,
      realize: realizers(cloud),
      start: async () => void (await fauxqsOf(cloud)),
      call: (call) => answer(call, cloud, queues),
      stop: () => stopFauxqs(cloud),
    };
  },
};
