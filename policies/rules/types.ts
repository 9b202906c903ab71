/** Type tokens that several families name. */
export const ALIAS = "aws:lambda/alias:Alias";
export const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
export const BUCKET = "aws:s3/bucket:Bucket";
export const CLUSTER = "aws:rds/cluster:Cluster";
export const FUNCTION = "aws:lambda/function:Function";
export const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
export const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";
export const PERMISSION = "aws:lambda/permission:Permission";
export const QUEUE = "aws:sqs/queue:Queue";
export const QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy";
export const ROLE = "aws:iam/role:Role";
export const SECRET = "aws:secretsmanager/secret:Secret";
export const TABLE = "aws:dynamodb/table:Table";
export const TARGET = "aws:cloudwatch/eventTarget:EventTarget";
export const TOPIC = "aws:sns/topic:Topic";
export const USER_POOL = "aws:cognito/userPool:UserPool";
