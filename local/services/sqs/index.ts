/**
 * SQS, carried out by fauxqs.
 *
 * Supported: standard and FIFO queues, long polling, delays, visibility time-outs, dead-letter queues, batches, tags,
 * message move tasks. Not enforced: message retention, encryption. Not supported: the query protocol.
 */
import { answerJson } from "../../core/protocol.ts";
import type { Service, ServiceDefinition } from "../../core/service.ts";
import { fauxqsOf, stopFauxqs } from "../../real-parts/fauxqs.ts";
import { moveOperations } from "./move-operations.ts";
import { MoveTasks } from "./move-tasks.ts";
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
    const tasks = new MoveTasks(cloud);
    const queues = new Queues(cloud, tasks);
    const moves = moveOperations(cloud, tasks);
    return {
      api: queues,
      realize: realizers(cloud),
      start: async () => void (await fauxqsOf(cloud)),
      call: (call) => {
        const isMove =
          Object.hasOwn(moves, call.operation ?? "") && call.headers["x-amz-target"] !== undefined;
        return isMove ? answerJson("sqs", moves, call) : answer(call, cloud, queues);
      },
      reset: async () => {
        tasks.reset();
        await queues.empty();
      },
      busy: () => queues.busy || tasks.busy,
      stop: async () => {
        tasks.stop();
        await stopFauxqs(cloud);
      },
    };
  },
};
