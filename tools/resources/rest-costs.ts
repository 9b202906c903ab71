/**
 * What resources cost when nothing happens: US dollars a month in us-east-1, by AWS's price pages as the authors know them
 * (in eu-west-1 Aurora is about a sixth dearer). What is paid by use or by data kept is not in here.
 */
import { type Graph, type Resource, resourcesOf } from "../../local/core/graph.ts";

const HOURS = 730;
const ACU_HOUR = 0.12;
const SECRET = 0.4;
const ALARM_METRIC = 0.1;
const DASHBOARD = 3;
const MILLION_SQS_REQUESTS = 0.4;
/** Lambda waits for messages with five long polls of 20 seconds each: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const IDLE_POLLS = (5 * (HOURS * 3600)) / 20;

/** How an account's free tier takes something off, for as long as AWS offers it. */
export interface Free {
  readonly dollars: number;
  readonly what: string;
}

export const ALWAYS_FREE: Readonly<Record<string, Free>> = {
  "aws:cloudwatch/metricAlarm:MetricAlarm": { dollars: 10 * ALARM_METRIC, what: "10 metrics of alarms" },
  "aws:lambda/eventSourceMapping:EventSourceMapping": {
    dollars: MILLION_SQS_REQUESTS,
    what: "a million requests of SQS",
  },
};

export interface RestCost {
  readonly of: (resource: Resource, graph: Graph) => number;
  readonly note: string;
}

const nothing = (note: string): RestCost => ({ of: () => 0, note });
const byUse = nothing("paid by use");
const included = nothing("free");

/** By type; the longest prefix counts. */
export const REST_COSTS: Readonly<Record<string, RestCost>> = {
  "aws:apigateway/": byUse,
  "aws:budgets/": nothing("the first two of an account are free"),
  "aws:cloudwatch/dashboard:Dashboard": {
    of: () => DASHBOARD,
    note: "3 USD each; the three that are free have 50 metrics at most",
  },
  "aws:cloudwatch/event": byUse,
  "aws:cloudwatch/logGroup:LogGroup": nothing("paid by what is logged and kept"),
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    of: ({ inputs }) => ALARM_METRIC * metricsOf(inputs.metricQueries),
    note: "0.10 USD for each metric it looks at",
  },
  "aws:cognito/": nothing("paid by active users, after the first 10,000 a month"),
  "aws:dynamodb/": nothing("on demand: paid by use and data kept"),
  "aws:ec2/": included,
  "awsx:ec2:Vpc": nothing("isolated subnets: no NAT gateway, no endpoint, nothing to pay"),
  "aws:iam/": included,
  "aws:lambda/eventSourceMapping:EventSourceMapping": {
    of: ({ inputs }) =>
      inputs.startingPosition === undefined ? (IDLE_POLLS / 1_000_000) * MILLION_SQS_REQUESTS : 0,
    note: "asking an empty queue: 657,000 requests a month; streams are asked for nothing",
  },
  "aws:lambda/": byUse,
  "aws:rds/cluster:Cluster": {
    of: ({ inputs }) => (inputs.manageMasterUserPassword === true ? SECRET : 0),
    note: "the secret of the master user, 0.40 USD; data kept, 0.10 USD per GB",
  },
  "aws:rds/clusterInstance:ClusterInstance": {
    of: ({ inputs }, graph) => leastCapacity(inputs.clusterIdentifier, graph) * ACU_HOUR * HOURS,
    note: "nothing while it pauses; production never does: half a capacity unit at least, 0.06 USD an hour",
  },
  "aws:rds/": included,
  "aws:s3/": nothing("paid by use and data kept"),
  "aws:scheduler/": byUse,
  "aws:secretsmanager/secret:Secret": { of: () => SECRET, note: "0.40 USD each" },
  "aws:secretsmanager/": included,
  "aws:sesv2/": byUse,
  "aws:sfn/": byUse,
  "aws:sns/": byUse,
  "aws:sqs/": byUse,
  "aws:ssm/": nothing("standard parameters are free"),
  "random:": included,
};

/** What an instance has at least, when its cluster never pauses. */
function leastCapacity(clusterId: unknown, graph: Graph): number {
  const cluster = resourcesOf(graph, "aws:rds/cluster:Cluster").find(({ id, outputs }) =>
    [id, outputs.clusterIdentifier].includes(clusterId as string),
  );
  const scaling = cluster?.inputs.serverlessv2ScalingConfiguration as { minCapacity?: number } | undefined;
  return scaling?.minCapacity ?? 0;
}

function metricsOf(queries: unknown): number {
  if (!Array.isArray(queries)) return 1;
  return Math.max(1, queries.filter((query) => (query as { metric?: unknown }).metric !== undefined).length);
}
