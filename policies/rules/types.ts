/** Type tokens that several files name. */
export const ALIAS = "aws:lambda/alias:Alias";
export const API = "aws:apigateway/restApi:RestApi";
export const ASYNC = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig";
export const BUCKET = "aws:s3/bucket:Bucket";
export const EVENT_RULE = "aws:cloudwatch/eventRule:EventRule";
export const EVENT_TARGET = "aws:cloudwatch/eventTarget:EventTarget";
export const FUNCTION = "aws:lambda/function:Function";
export const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
export const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";
export const PERMISSION = "aws:lambda/permission:Permission";
export const QUEUE = "aws:sqs/queue:Queue";
export const QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy";
export const ROLE = "aws:iam/role:Role";
export const SCHEDULE = "aws:scheduler/schedule:Schedule";
export const SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription";
