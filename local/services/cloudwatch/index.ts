/**
 * Amazon CloudWatch: metrics that are put go to the log of the local cloud; alarms and dashboards are recorded,
 * alarms are not evaluated. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/
 */
import { notSupported } from "../../core/errors.ts";
import type { AwsCall, AwsReply, Cloud, Realizer, Service, ServiceDefinition } from "../../core/service.ts";
import { readMetricData } from "./metric-data.ts";
import { outputs } from "./outputs.ts";

export const cloudwatch: ServiceDefinition = {
  name: "cloudwatch",
  signingNames: ["monitoring"],
  protocol: "query",
  outputs,
  create: createService,
};

function createService(cloud: Cloud): Service {
  let recordedAlarms = 0;
  const alarm: Realizer = {
    create: () => {
      recordedAlarms += 1;
    },
    update: () => undefined,
  };
  return {
    realize: {
      "aws:cloudwatch/compositeAlarm:CompositeAlarm": alarm,
      "aws:cloudwatch/metricAlarm:MetricAlarm": alarm,
    },
    ready: async () => {
      if (recordedAlarms === 0) return;
      const message = `${recordedAlarms} alarms are recorded; the local cloud does not evaluate alarms yet.`;
      cloud.log({ kind: "notice", source: "cloudwatch", message });
      recordedAlarms = 0;
    },
    call: (call) => answer(cloud, call),
  };
}

async function answer(cloud: Cloud, call: AwsCall): Promise<AwsReply> {
  if (call.operation !== "PutMetricData") throw notSupported("cloudwatch", call.operation ?? call.path);
  const { namespace, metrics } = readMetricData(call);
  const context = { "cloudwatch:namespace": namespace };
  cloud.authorize(call.principal, [{ action: "cloudwatch:PutMetricData", resource: "*", context }]);
  for (const { name, value, unit } of metrics) {
    const message = [`${namespace} ${name}`, value, unit].filter((part) => part !== undefined).join(" ");
    cloud.log({ kind: "event", source: "cloudwatch", message, requestId: call.requestId });
  }
  return emptyReply(call);
}

function emptyReply(call: AwsCall): AwsReply {
  if (call.headers["smithy-protocol"] === "rpc-v2-cbor") {
    return { status: 200, headers: { "smithy-protocol": "rpc-v2-cbor" }, body: "" };
  }
  if (call.headers["x-amz-target"] !== undefined) {
    return { status: 200, headers: { "content-type": "application/x-amz-json-1.0" }, body: "{}" };
  }
  const body = `<PutMetricDataResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"><ResponseMetadata><RequestId>${call.requestId}</RequestId></ResponseMetadata></PutMetricDataResponse>`;
  return { status: 200, headers: { "content-type": "text/xml" }, body };
}
