/**
 * Amazon CloudWatch Logs: the last lines of every group, in memory, and the metrics embedded in them. Metric and
 * subscription filters are recorded, not run. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/
 */
import type { LogsApi } from "../../core/apis.ts";
import { arn } from "../../core/names.ts";
import { answerJson } from "../../core/protocol.ts";
import type { Cloud, Service, ServiceDefinition } from "../../core/service.ts";
import { recordEmbeddedMetrics } from "./embedded-metrics.ts";
import { operations } from "./operations.ts";
import { outputs } from "./outputs.ts";
import { realizers } from "./realize.ts";
import { LogStore } from "./store.ts";

export const logs: ServiceDefinition = {
  name: "logs",
  signingNames: ["logs"],
  protocol: "json",
  outputs,
  create: createService,
};

function createService(cloud: Cloud): Service {
  const now = (): number => cloud.clock.now();
  const store = new LogStore(
    (group) => arn(cloud.world, "logs", `log-group:${group}`),
    now,
    (line) => recordEmbeddedMetrics(cloud.services.cloudwatch, line),
  );
  const table = operations(cloud, store);
  const api: LogsApi = {
    write: (group, stream, lines) => {
      const timestamp = now();
      const entries = lines.map((message) => ({ timestamp, message }));
      store.append(group, stream, entries);
    },
    read: (group) => store.lines(group),
  };
  return {
    api,
    realize: realizers(cloud, store),
    reset: () => store.clear(),
    call: (call) => answerJson("logs", table, call),
  };
}
