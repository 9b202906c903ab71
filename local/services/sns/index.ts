/**
 * SNS, carried out by fauxqs.
 *
 * Supported: standard and FIFO topics, batches, message attributes, a text per protocol, filter policies, raw delivery; subscriptions to
 * queues, functions, e-mail and text messages (captured), and HTTP on this machine. A notification is tried three times.
 * Not supported: platform applications, other subscriptions made by API call.
 */
import type { Service, ServiceDefinition } from "../../core/service.ts";
import { fauxqsOf, stopFauxqs } from "../../real-parts/fauxqs.ts";
import { answer } from "./operations.ts";
import { outputs } from "./outputs.ts";
import { StructuredMessages } from "./structured-messages.ts";
import { Subscriptions } from "./subscriptions.ts";
import { Topics } from "./topics.ts";

export const sns: ServiceDefinition = {
  name: "sns",
  signingNames: ["sns"],
  protocol: "query",
  outputs,
  create: (cloud): Service => {
    const topics = new Topics(cloud);
    const structured = new StructuredMessages();
    const subscriptions = new Subscriptions(cloud, structured);
    return {
      api: topics,
      realize: {
        "aws:sns/topic:Topic": topics.realizer,
        "aws:sns/topicSubscription:TopicSubscription": subscriptions.realizer,
      },
      start: async () => void (await fauxqsOf(cloud)),
      call: (call) => answer(call, cloud, subscriptions, structured),
      ready: () => subscriptions.retryDenied(),
      busy: () => subscriptions.busy(),
      stop: async () => {
        await subscriptions.stop();
        await stopFauxqs(cloud);
      },
    };
  },
};
