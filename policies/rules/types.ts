/** Type tokens that several files name. */
export const ALIAS = "aws:lambda/alias:Alias";
export const API = "aws:apigateway/restApi:RestApi";
export const BUCKET = "aws:s3/bucket:Bucket";
export const FUNCTION = "aws:lambda/function:Function";
export const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
export const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";
export const PERMISSION = "aws:lambda/permission:Permission";
export const QUEUE = "aws:sqs/queue:Queue";
export const QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy";
export const ROLE = "aws:iam/role:Role";
