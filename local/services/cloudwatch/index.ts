/**
 * Amazon CloudWatch: metrics of the last 3 hours in memory, and alarms on metrics, metric math and other alarms, which are
 * evaluated once a minute and tell topics, functions and rules. Metrics come from the services, PutMetricData and embedded
 * metrics in log groups. Not evaluated, and named at the start: periods below a minute, anomaly detection, functions of
 * metric math that are missing here. Units are not told apart.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/
 */
import type { CloudWatchApi } from "../../core/apis.ts";
import type { Cloud, Service, ServiceDefinition } from "../../core/service.ts";
import { alarmOperations } from "./alarm-operations.ts";
import { Alarms } from "./alarms.ts";
import { Dashboards } from "./dashboards.ts";
import { metricOperations } from "./metric-operations.ts";
import { MetricStore } from "./metric-store.ts";
import { answer } from "./operations.ts";
import { outputs } from "./outputs.ts";
import { Recorder } from "./recorder.ts";

export const cloudwatch: ServiceDefinition = {
  name: "cloudwatch",
  signingNames: ["monitoring"],
  protocol: "query",
  outputs,
  create: createService,
};

function createService(cloud: Cloud): Service {
  const store = new MetricStore();
  const recorder = new Recorder(store);
  const alarms = new Alarms(cloud, store);
  const dashboards = new Dashboards(cloud);
  const table = {
    ...alarmOperations(cloud, alarms),
    ...metricOperations(cloud, store),
    ...dashboards.operations,
  };
  const api: CloudWatchApi = {
    record: (namespace, metric, dimensions, value) =>
      recorder.record({ namespace, metric, dimensions }, cloud.clock.now(), value),
    alarms: () =>
      alarms.list.map(({ settings: { name }, state, reason, since }) => ({ name, state, reason, since })),
  };
  let wasReset = false;
  return {
    api,
    realize: {
      "aws:cloudwatch/compositeAlarm:CompositeAlarm": alarms.realizer,
      "aws:cloudwatch/dashboard:Dashboard": dashboards.realizer,
      "aws:cloudwatch/metricAlarm:MetricAlarm": alarms.realizer,
    },
    ready: () => {
      // Only now nobody reports any more how its work was ended.
      if (wasReset) {
        store.clear();
        alarms.reset();
      }
      wasReset = false;
      return alarms.start();
    },
    call: (call) => answer(call, table),
    reset: () => {
      wasReset = true;
      return alarms.pause();
    },
    busy: () => alarms.busy,
    stop: () => alarms.stop(),
  };
}
