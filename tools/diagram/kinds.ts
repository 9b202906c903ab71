/** The kinds of parts that a picture shows, and the resource types that make one. */

/** What a part of the architecture is, as a newcomer would call it. */
export type Kind =
  | "api"
  | "function"
  | "table"
  | "database"
  | "bucket"
  | "queue"
  | "topic"
  | "bus"
  | "workflow"
  | "schedule"
  | "users"
  | "email"
  | "outside"
  | "people";

/** What the kinds are called, one and several; the legend shows them in this order. */
export const KIND_NAMES: Readonly<Record<Kind, { readonly one: string; readonly many: string }>> = {
  people: { one: "people, by e-mail", many: "people, by e-mail" },
  api: { one: "API Gateway", many: "APIs" },
  function: { one: "function", many: "functions" },
  table: { one: "DynamoDB table", many: "DynamoDB tables" },
  database: { one: "relational database", many: "relational databases" },
  bucket: { one: "S3 bucket", many: "S3 buckets" },
  queue: { one: "SQS queue", many: "SQS queues" },
  topic: { one: "SNS topic", many: "SNS topics" },
  bus: { one: "EventBridge bus", many: "EventBridge buses" },
  workflow: { one: "Step Functions", many: "workflows" },
  schedule: { one: "schedule", many: "schedules" },
  users: { one: "Cognito user pool", many: "Cognito user pools" },
  email: { one: "sent by SES", many: "e-mail by SES" },
  outside: { one: "outside service", many: "outside services" },
};

/** Resource types that are parts. Every other type belongs to one of these, or to none, and is not drawn. */
export const KINDS_BY_TYPE: Readonly<Record<string, Kind>> = {
  "aws:apigateway/restApi:RestApi": "api",
  "aws:apigatewayv2/api:Api": "api",
  "aws:lambda/function:Function": "function",
  "aws:dynamodb/table:Table": "table",
  "aws:rds/cluster:Cluster": "database",
  "aws:rds/instance:Instance": "database",
  "aws:s3/bucket:Bucket": "bucket",
  "aws:s3/bucketV2:BucketV2": "bucket",
  "aws:sqs/queue:Queue": "queue",
  "aws:sns/topic:Topic": "topic",
  "aws:cloudwatch/eventBus:EventBus": "bus",
  "aws:sfn/stateMachine:StateMachine": "workflow",
  "aws:scheduler/schedule:Schedule": "schedule",
  "aws:scheduler/scheduleGroup:ScheduleGroup": "schedule",
  "aws:cognito/userPool:UserPool": "users",
  "aws:sesv2/emailIdentity:EmailIdentity": "email",
};
