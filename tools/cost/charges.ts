/** What each type of resource costs by being there. */
import { type Graph, type Resource, resourcesOf } from "../../local/core/graph.ts";
import { parsed, record } from "../diagram/properties.ts";
import { HOURS_A_MONTH, SECONDS_A_MONTH } from "./assumptions.ts";
import type { Meter } from "./prices.ts";

/** So much of something. */
export interface Quantity {
  readonly meter: Meter;
  readonly quantity: number;
}

export interface Charge {
  /** Why it costs nothing by being there, or what it costs. */
  readonly note: string;
  /** In a month in which nothing happens; undefined when that is not known for this resource. */
  readonly rest?: (resource: Resource, graph: Graph) => readonly Quantity[] | undefined;
}

const byUse: Charge = { note: "paid by use" };
const part = (whole: string): Charge => ({ note: `part of ${whole}` });
const free = (note: string): Charge => ({ note: `free: ${note}` });

/** Lambda waits for messages with five long polls of 20 seconds each. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const IDLE_POLLS = (5 * SECONDS_A_MONTH) / 20;
/** Of a dashboard that one of the three free ones may be. */
const SMALL_DASHBOARD = 50;

/** By type, each one on its own: a type that is not in here has a price that nobody knows yet. */
export const CHARGES: Readonly<Record<string, Charge>> = {
  "aws:apigateway/account:Account": free("a setting"),
  "aws:apigateway/apiKey:ApiKey": part("its API"),
  "aws:apigateway/deployment:Deployment": part("its API"),
  "aws:apigateway/methodSettings:MethodSettings": byUse,
  "aws:apigateway/restApi:RestApi": byUse,
  "aws:apigateway/stage:Stage": part("its API; it has no cache"),
  "aws:apigateway/usagePlan:UsagePlan": part("its API"),
  "aws:apigateway/usagePlanKey:UsagePlanKey": part("its API"),
  "aws:budgets/budget:Budget": free("budgets without actions"),
  "aws:cloudwatch/dashboard:Dashboard": {
    note: "3 USD; only dashboards of up to 50 metrics can be free",
    rest: ({ inputs }) => [
      {
        meter: metricsOfDashboard(inputs.dashboardBody) > SMALL_DASHBOARD ? "dashboards" : "smallDashboards",
        quantity: 1,
      },
    ],
  },
  "aws:cloudwatch/eventArchive:EventArchive": { note: "paid by what is archived" },
  "aws:cloudwatch/eventBus:EventBus": byUse,
  "aws:cloudwatch/eventBusPolicy:EventBusPolicy": part("its bus"),
  "aws:cloudwatch/eventRule:EventRule": part("its bus"),
  "aws:cloudwatch/eventTarget:EventTarget": part("its bus"),
  "aws:cloudwatch/logGroup:LogGroup": { note: "paid by what is logged and kept" },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    note: "paid for each metric that it looks at",
    rest: ({ inputs }) => [{ meter: "alarmMetrics", quantity: metricsOfAlarm(inputs.metricQueries) }],
  },
  "aws:cognito/identityPool:IdentityPool": free("identity pools"),
  "aws:cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment": free("identity pools"),
  "aws:cognito/userGroup:UserGroup": part("its user pool"),
  "aws:cognito/userPool:UserPool": byUse,
  "aws:cognito/userPoolClient:UserPoolClient": part("its user pool"),
  "aws:dynamodb/table:Table": {
    note: "on demand: paid by use and by data kept",
    rest: ({ inputs }) => (inputs.billingMode === "PAY_PER_REQUEST" ? [] : undefined),
  },
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": free("security groups"),
  "aws:ec2/securityGroup:SecurityGroup": free("security groups"),
  "aws:ec2/natGateway:NatGateway": hourly("natHours", "paid by the hour, and by what goes through"),
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    note: "interfaces: paid by the hour in each subnet; gateways are free",
    rest: ({ inputs }) =>
      inputs.vpcEndpointType === "Interface"
        ? [{ meter: "endpointHours", quantity: HOURS_A_MONTH * listOf(inputs.subnetIds).length }]
        : [],
  },
  "aws:iam/role:Role": free("IAM"),
  "aws:iam/rolePolicy:RolePolicy": free("IAM"),
  "aws:kms/alias:Alias": part("its key"),
  "aws:kms/key:Key": { note: "paid by the month", rest: () => [{ meter: "keys", quantity: 1 }] },
  "aws:lambda/alias:Alias": {
    note: "free without provisioned concurrency",
  },
  "aws:lambda/eventSourceMapping:EventSourceMapping": {
    note: "asks an empty queue 657,000 times a month; asking a stream is free",
    rest: ({ inputs }) =>
      inputs.startingPosition === undefined ? [{ meter: "queueRequests", quantity: IDLE_POLLS }] : [],
  },
  "aws:lambda/function:Function": byUse,
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": part("its function"),
  "aws:lambda/invocation:Invocation": free("some invocations at each deployment"),
  "aws:lambda/permission:Permission": part("its function"),
  "aws:rds/cluster:Cluster": {
    note: "the secret of its master user; data kept; its instances stand by themselves",
    rest: ({ inputs }) =>
      inputs.manageMasterUserPassword === true ? [{ meter: "secrets", quantity: 1 }] : [],
  },
  "aws:rds/clusterInstance:ClusterInstance": {
    note: "its least capacity; nothing while it pauses",
    rest: ({ inputs }, graph) => capacityOf(inputs, graph),
  },
  "aws:rds/clusterParameterGroup:ClusterParameterGroup": part("its cluster"),
  "aws:rds/subnetGroup:SubnetGroup": part("its cluster"),
  "aws:s3/bucket:Bucket": { note: "paid by use and by data kept" },
  ...bucketParts(),
  "aws:scheduler/schedule:Schedule": { note: "paid by invocations" },
  "aws:scheduler/scheduleGroup:ScheduleGroup": { note: "paid by invocations" },
  "aws:secretsmanager/secret:Secret": {
    note: "paid by the month",
    rest: () => [{ meter: "secrets", quantity: 1 }],
  },
  "aws:secretsmanager/secretPolicy:SecretPolicy": part("its secret"),
  "aws:secretsmanager/secretRotation:SecretRotation": part("its secret"),
  "aws:secretsmanager/secretVersion:SecretVersion": part("its secret"),
  "aws:sesv2/emailIdentity:EmailIdentity": { note: "paid by e-mails" },
  "aws:sfn/stateMachine:StateMachine": byUse,
  "aws:sns/topic:Topic": byUse,
  "aws:sns/topicPolicy:TopicPolicy": part("its topic"),
  "aws:sns/topicSubscription:TopicSubscription": { note: "deliveries to queues and functions are free" },
  "aws:sqs/queue:Queue": byUse,
  "aws:sqs/queuePolicy:QueuePolicy": part("its queue"),
  "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": part("its queue"),
  "aws:ssm/parameter:Parameter": {
    note: "free: standard parameters",
    rest: ({ inputs }) => (inputs.tier === "Advanced" ? undefined : []),
  },
  "awsx:ec2:Vpc": {
    note: "its NAT gateways by the hour; without them free",
    rest: ({ inputs }) => natGatewaysOf(inputs),
  },
  "random:index/randomBytes:RandomBytes": free("no resource of AWS"),
};

function bucketParts(): Record<string, Charge> {
  const kinds =
    "CorsConfiguration LifecycleConfiguration Logging Notification ObjectLockConfiguration OwnershipControls Policy PublicAccessBlock ServerSideEncryptionConfiguration Versioning";
  return Object.fromEntries(
    kinds.split(" ").map((kind) => [`aws:s3/bucket${kind}:Bucket${kind}`, part("its bucket")]),
  );
}

function hourly(meter: Meter, note: string): Charge {
  return { note, rest: () => [{ meter, quantity: HOURS_A_MONTH }] };
}

function metricsOfDashboard(body: unknown): number {
  return listOf(record(parsed(body)).widgets).flatMap((widget) =>
    listOf(record(record(widget).properties).metrics),
  ).length;
}

function metricsOfAlarm(queries: unknown): number {
  const metrics = listOf(queries).filter((query) => record(query).metric !== undefined);
  return Math.max(1, metrics.length);
}

function capacityOf(inputs: Resource["inputs"], graph: Graph): readonly Quantity[] | undefined {
  const least = scalingOf(clusterOf(inputs.clusterIdentifier, graph)).minCapacity;
  if (inputs.instanceClass !== "db.serverless" || least === undefined) return undefined;
  return [{ meter: "capacity", quantity: Number(least) * HOURS_A_MONTH }];
}

/** The cluster that an instance says it belongs to. */
export function clusterOf(clusterId: unknown, graph: Graph): Resource | undefined {
  return resourcesOf(graph, "aws:rds/cluster:Cluster").find(({ id, outputs }) =>
    [id, outputs.clusterIdentifier].includes(String(clusterId)),
  );
}

/** How a cluster of Aurora Serverless v2 scales. */
export function scalingOf(cluster: Resource | undefined): Readonly<Record<string, unknown>> {
  return record(cluster?.inputs.serverlessv2ScalingConfiguration);
}

/** Unless told otherwise awsx makes one in each availability zone. https://www.pulumi.com/registry/packages/awsx/api-docs/ec2/vpc/ */
function natGatewaysOf(inputs: Resource["inputs"]): readonly Quantity[] | undefined {
  const { strategy = "OnePerAz" } = record(inputs.natGateways);
  const zones = Number(inputs.numberOfAvailabilityZones ?? 3);
  const gateways = { None: 0, Single: 1, OnePerAz: zones }[String(strategy)];
  const isKnown = gateways !== undefined && inputs.vpcEndpointSpecs === undefined;
  return isKnown ? [{ meter: "natHours", quantity: gateways * HOURS_A_MONTH }] : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
