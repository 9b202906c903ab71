/**
 * Amazon EventBridge Scheduler: one-time and recurring schedules in time zones, with windows, retries and dead letters.
 * Not supported: targets other than Lambda, SQS, SNS, event buses, Step Functions and the AWS API actions with a JSON
 * protocol; customer keys and tags are recorded only. https://docs.aws.amazon.com/scheduler/latest/UserGuide/
 */
import { join } from "node:path";
import type { SchedulerApi } from "../../core/apis.ts";
import { recreate } from "../../core/recreate.ts";
import type { Cloud, Service, ServiceDefinition } from "../../core/service.ts";
import { Catalogue } from "./catalogue.ts";
import { Deliverer } from "./delivery.ts";
import { answerer } from "./operations.ts";
import { outputs } from "./outputs.ts";
import { realizers } from "./realize.ts";
import { Runner } from "./runner.ts";
import { ScheduleStore } from "./store.ts";

export const scheduler: ServiceDefinition = {
  name: "scheduler",
  signingNames: ["scheduler"],
  protocol: "rest-json",
  outputs,
  create: createService,
};

function createService(cloud: Cloud): Service {
  const file = cloud.dataFolder === undefined ? undefined : join(cloud.dataFolder, "schedules.json");
  const store = new ScheduleStore(file, cloud);
  const deliverer = new Deliverer(cloud);
  const runner = new Runner(cloud, store, deliverer);
  let isReady = false;
  const catalogue = new Catalogue(cloud, store, () => {
    if (isReady) runner.follow();
  });
  const api: SchedulerApi = {
    runScheduleNow: async (group, name) => {
      deliverer.start(store.get(group, name), cloud.clock.now(), () => undefined);
      return { started: `${group}/${name}` };
    },
  };
  const realize = realizers(catalogue);
  return {
    api,
    realize,
    // What the program's functions scheduled is theirs; what the program declares comes back.
    reset: () => {
      isReady = false;
      runner.reset();
      deliverer.reset();
      store.clear();
      return recreate(cloud, realize);
    },
    call: answerer(cloud, catalogue),
    busy: () => deliverer.busy,
    ready: async () => {
      isReady = true;
      runner.follow();
    },
    stop: async () => {
      runner.stop();
      deliverer.stop();
    },
  };
}
