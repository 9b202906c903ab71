/**
 * Amazon CloudWatch: metrics of the last 3 hours in memory, and metric alarms that are evaluated once a minute and tell
 * their topics. Metrics come from the services, PutMetricData and embedded metrics in log groups. Not evaluated, and named
 * at the start: composite alarms, metric math, periods below a minute. Units are not told apart; dashboards are recorded.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/
 */
import type { CloudWatchApi } from "../../core/apis.ts";
import type { Cloud, Service, ServiceDefinition } from "../../core/service.ts";
import { Alarms } from "./alarms.ts";
import { MetricStore, sampleOf } from "./metric-store.ts";
import { Operations } from "./operations.ts";
import { outputs } from "./outputs.ts";

export const cloudwatch: ServiceDefinition = {
  name: "cloudwatch",
  signingNames: ["monitoring"],
  protocol: "query",
  outputs,
  create: createService,
};

function createService(cloud: Cloud): Service {
  const store = new MetricStore();
  const alarms = new Alarms(cloud, store);
  const operations = new Operations(cloud, store, alarms);
  const api: CloudWatchApi = {
    record: (namespace, metric, dimensions, value) =>
      store.add({ namespace, metric, dimensions }, cloud.clock.now(), sampleOf(value)),
    alarms: () =>
      alarms.list.map(({ settings: { name }, state, reason, since }) => ({ name, state, reason, since })),
  };
  return {
    api,
    realize: {
      "aws:cloudwatch/compositeAlarm:CompositeAlarm": alarms.realizer,
      "aws:cloudwatch/metricAlarm:MetricAlarm": alarms.realizer,
    },
    ready: async () => alarms.start(),
    call: (call) => operations.answer(call),
    reset: async () => {
      store.clear();
      alarms.reset();
    },
    busy: () => alarms.busy,
    stop: () => alarms.stop(),
  };
}
