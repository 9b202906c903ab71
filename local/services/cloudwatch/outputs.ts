/** What AWS would return for CloudWatch's resources. */
import { arn, physicalName } from "../../core/names.ts";
import type { OutputsOf } from "../../core/service.ts";

const metricAlarm: OutputsOf = (resource, world) => {
  const name = physicalName(resource);
  return { id: name, name, arn: arn(world, "cloudwatch", `alarm:${name}`) };
};

const compositeAlarm: OutputsOf = (resource, world) => {
  const name = physicalName(resource, "alarmName");
  return { id: name, alarmName: name, arn: arn(world, "cloudwatch", `alarm:${name}`) };
};

const dashboard: OutputsOf = (resource, world) => {
  const name = physicalName(resource, "dashboardName");
  const dashboardArn = `arn:aws:cloudwatch::${world.account}:dashboard/${name}`;
  return { id: name, dashboardName: name, dashboardArn };
};

export const outputs: Readonly<Record<string, OutputsOf>> = {
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": compositeAlarm,
  "aws:cloudwatch/dashboard:Dashboard": dashboard,
  "aws:cloudwatch/metricAlarm:MetricAlarm": metricAlarm,
};
