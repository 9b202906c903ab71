/** Log groups and streams of the program; filters are recorded only, and a notice says so. */
import type { Resource } from "../../core/graph.ts";
import type { Cloud, Realizer } from "../../core/service.ts";
import type { LogStore } from "./store.ts";

export function realizers(cloud: Cloud, store: LogStore): Readonly<Record<string, Realizer>> {
  const put = (resource: Resource): void => {
    const group = store.create(String(resource.outputs.name));
    const { retentionInDays } = resource.outputs;
    if (typeof retentionInDays === "number" && retentionInDays > 0) group.retentionInDays = retentionInDays;
    else delete group.retentionInDays;
  };
  const recorded = (what: string): Realizer => {
    const say = (resource: Resource): void => {
      const message = `The ${what} ${resource.name} is recorded; the local cloud does not run it.`;
      cloud.log({ kind: "notice", source: "logs", message });
    };
    return { create: say, update: () => undefined };
  };
  return {
    "aws:cloudwatch/logGroup:LogGroup": {
      create: put,
      update: (resource, previous) => {
        if (resource.outputs.name !== previous.outputs.name) store.remove(String(previous.outputs.name));
        put(resource);
      },
      delete: (resource) => store.remove(String(resource.outputs.name)),
    },
    "aws:cloudwatch/logStream:LogStream": {
      create: ({ outputs }) => store.append(String(outputs.logGroupName), String(outputs.name), []),
      delete: ({ outputs }) => {
        store.find(String(outputs.logGroupName))?.streams.delete(String(outputs.name));
      },
    },
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": recorded("metric filter"),
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": recorded("subscription filter"),
  };
}
