/**
 * Properties that AWS, or the provider, cannot change: another value replaces the resource. The node SDK does not tell them;
 * `read` are those of schemas of the Terraform provider, on which @pulumi/aws stands, that were read for this table
 * (https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service), `remembered` are from memory.
 */

interface Fixed {
  readonly properties: readonly string[];
  readonly basis: "read" | "remembered";
}

const read = (properties: string): Fixed => ({ properties: properties.split(" "), basis: "read" });
const remembered = (properties: string): Fixed => ({
  properties: properties.split(" "),
  basis: "remembered",
});
/** Nothing but other resources' ids. */
const NONE: Fixed = { properties: [], basis: "remembered" };

const REPLACING: Readonly<Record<string, Fixed>> = {
  "aws:apigateway/account:Account": NONE,
  "aws:apigateway/apiKey:ApiKey": remembered("value"),
  "aws:apigateway/deployment:Deployment": remembered("restApi triggers variables"),
  "aws:apigateway/methodSettings:MethodSettings": remembered("restApi stageName methodPath"),
  "aws:apigateway/restApi:RestApi": NONE,
  "aws:apigateway/stage:Stage": remembered("restApi stageName"),
  "aws:apigateway/usagePlan:UsagePlan": NONE,
  "aws:apigateway/usagePlanKey:UsagePlanKey": remembered("keyId keyType usagePlanId"),
  "aws:budgets/budget:Budget": remembered("accountId name namePrefix"),
  "aws:cloudwatch/dashboard:Dashboard": remembered("dashboardName"),
  "aws:cloudwatch/eventArchive:EventArchive": remembered("name eventSourceArn"),
  "aws:cloudwatch/eventBus:EventBus": remembered("name eventSourceName"),
  "aws:cloudwatch/eventBusPolicy:EventBusPolicy": remembered("eventBusName"),
  "aws:cloudwatch/eventRule:EventRule": remembered("name namePrefix eventBusName"),
  "aws:cloudwatch/eventTarget:EventTarget": remembered("rule eventBusName targetId"),
  "aws:cloudwatch/logGroup:LogGroup": remembered("name namePrefix logGroupClass"),
  "aws:cloudwatch/metricAlarm:MetricAlarm": remembered("name"),
  "aws:cognito/userGroup:UserGroup": remembered("name userPoolId"),
  "aws:cognito/userPool:UserPool": remembered("aliasAttributes usernameAttributes usernameConfiguration"),
  "aws:cognito/userPoolClient:UserPoolClient": remembered("userPoolId generateSecret"),
  "aws:dynamodb/table:Table": read(
    "name hashKey rangeKey localSecondaryIndexes restoreSourceName restoreToLatestTime",
  ),
  "aws:ec2/securityGroup:SecurityGroup": remembered("name namePrefix description vpcId"),
  "aws:iam/role:Role": remembered("name namePrefix path"),
  "aws:iam/rolePolicy:RolePolicy": remembered("name namePrefix role"),
  "aws:lambda/alias:Alias": remembered("name functionName"),
  "aws:lambda/eventSourceMapping:EventSourceMapping": remembered(
    "eventSourceArn startingPosition startingPositionTimestamp queues",
  ),
  "aws:lambda/function:Function": read("name packageType tenancyConfig"),
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": remembered("functionName qualifier"),
  "aws:lambda/invocation:Invocation": remembered("functionName qualifier"),
  "aws:lambda/permission:Permission": remembered(
    "action eventSourceToken function functionUrlAuthType principal principalOrgId qualifier sourceAccount sourceArn statementId statementIdPrefix",
  ),
  "aws:rds/cluster:Cluster": read(
    "availabilityZones clusterIdentifier clusterIdentifierPrefix clusterScalabilityType databaseName dbSubnetGroupName dbSystemId engine engineMode kmsKeyId masterUsername restoreToPointInTime",
  ),
  "aws:rds/clusterInstance:ClusterInstance": remembered(
    "availabilityZone clusterIdentifier dbSubnetGroupName engine identifier identifierPrefix",
  ),
  "aws:rds/clusterParameterGroup:ClusterParameterGroup": remembered("name namePrefix family description"),
  "aws:rds/subnetGroup:SubnetGroup": remembered("name namePrefix"),
  "aws:s3/bucket:Bucket": remembered("bucket bucketPrefix objectLockEnabled"),
  "aws:s3/bucketNotification:BucketNotification": remembered("bucket"),
  "aws:s3/bucketPolicy:BucketPolicy": remembered("bucket"),
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": remembered("bucket"),
  "aws:s3/bucketVersioning:BucketVersioning": remembered("bucket"),
  "aws:scheduler/schedule:Schedule": remembered("groupName name namePrefix"),
  "aws:scheduler/scheduleGroup:ScheduleGroup": remembered("name namePrefix"),
  "aws:secretsmanager/secret:Secret": remembered("name namePrefix"),
  "aws:secretsmanager/secretPolicy:SecretPolicy": remembered("secretArn"),
  "aws:secretsmanager/secretVersion:SecretVersion": remembered("secretId secretString secretBinary"),
  "aws:sesv2/emailIdentity:EmailIdentity": remembered("emailIdentity"),
  "aws:sfn/stateMachine:StateMachine": remembered("name namePrefix type"),
  "aws:sns/topic:Topic": remembered("name namePrefix fifoTopic"),
  "aws:sns/topicPolicy:TopicPolicy": remembered("arn"),
  "aws:sns/topicSubscription:TopicSubscription": remembered("endpoint protocol topic"),
  "aws:sqs/queue:Queue": read("fifoQueue name namePrefix"),
  "aws:sqs/queuePolicy:QueuePolicy": remembered("queueUrl"),
  "aws:ssm/parameter:Parameter": remembered("name"),
  "random:index/randomBytes:RandomBytes": remembered("length keepers"),
};

/** Whether another value of a property replaces a resource: `maybe` when this table knows nothing of the type. */
export function replaces(type: string, path: string): "yes" | "no" | "maybe" {
  const fixed = REPLACING[type];
  if (fixed === undefined) return "maybe";
  return fixed.properties.includes(path.split(".")[0] ?? "") ? "yes" : "no";
}

/** How it is known what replaces a resource of a type. */
export function basisOf(type: string): "read" | "remembered" | undefined {
  return REPLACING[type]?.basis;
}

/** Types whose resources hold what people or systems put into them: with the resource it is gone. */
const HOLDING = new Set([
  "aws:cloudwatch/eventArchive:EventArchive",
  "aws:cloudwatch/logGroup:LogGroup",
  "aws:cognito/userPool:UserPool",
  "aws:dynamodb/table:Table",
  "aws:kms/key:Key",
  "aws:rds/cluster:Cluster",
  "aws:rds/instance:Instance",
  "aws:s3/bucket:Bucket",
  "aws:secretsmanager/secret:Secret",
  "aws:sqs/queue:Queue",
]);

/** Whether content is lost with a resource of a type. */
export function holdsContent(type: string): boolean {
  return HOLDING.has(type);
}
