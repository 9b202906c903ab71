/** What AWS would return for CloudWatch Logs' resources. */
import { arn, hexToken, physicalName } from "../../core/names.ts";
import type { OutputsOf } from "../../core/service.ts";

const logGroup: OutputsOf = (resource, world) => {
  const name = physicalName(resource);
  return {
    id: name,
    name,
    arn: arn(world, "logs", `log-group:${name}`),
    logGroupClass: resource.inputs.logGroupClass ?? "STANDARD",
    retentionInDays: resource.inputs.retentionInDays ?? 0,
    deletionProtectionEnabled: resource.inputs.deletionProtectionEnabled ?? false,
  };
};

const logStream: OutputsOf = (resource, world) => {
  const name = physicalName(resource);
  const group = String(resource.inputs.logGroupName ?? "");
  return { id: name, name, arn: arn(world, "logs", `log-group:${group}:log-stream:${name}`) };
};

const named: OutputsOf = (resource) => {
  const name = physicalName(resource);
  return { id: name, name };
};

const logResourcePolicy: OutputsOf = ({ inputs, name }) => ({
  id: String(inputs.policyName ?? name),
  policyScope: "ACCOUNT",
});

const queryDefinition: OutputsOf = (resource, world) => {
  const name = physicalName(resource);
  const id = hexToken(resource.urn, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return { id, name, queryDefinitionId: id, arn: arn(world, "logs", `query-definition:${id}`) };
};

export const outputs: Readonly<Record<string, OutputsOf>> = {
  "aws:cloudwatch/logGroup:LogGroup": logGroup,
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": named,
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": logResourcePolicy,
  "aws:cloudwatch/logStream:LogStream": logStream,
  "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": named,
  "aws:cloudwatch/queryDefinition:QueryDefinition": queryDefinition,
};
