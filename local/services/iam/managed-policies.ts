/**
 * AWS-managed policies that are known here, cut down to the services of the local cloud.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 */
import { type Policy, readPolicy } from "./documents.ts";

const WRITE_LOGS = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"];
const WRITE_TRACES = [
  "xray:PutTraceSegments",
  "xray:PutTelemetryRecords",
  "xray:GetSamplingRules",
  "xray:GetSamplingTargets",
  "xray:GetSamplingStatisticSummaries",
];

/** Allowed actions on all resources, by the name of the policy. */
const ALLOWED_ACTIONS: Readonly<Record<string, readonly string[]>> = {
  AdministratorAccess: ["*"],
  AWSLambda_FullAccess: ["lambda:*", "logs:DescribeLogGroups", "states:DescribeStateMachine"],
  AWSLambdaBasicExecutionRole: WRITE_LOGS,
  AWSLambdaDynamoDBExecutionRole: [
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
    ...WRITE_LOGS,
  ],
  AWSLambdaKinesisExecutionRole: [
    "kinesis:DescribeStream",
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
    "kinesis:ListStreams",
    "kinesis:SubscribeToShard",
    ...WRITE_LOGS,
  ],
  AWSLambdaRole: ["lambda:InvokeFunction"],
  AWSLambdaSQSQueueExecutionRole: [
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    ...WRITE_LOGS,
  ],
  AWSLambdaVPCAccessExecutionRole: [
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
    ...WRITE_LOGS,
  ],
  AWSStepFunctionsFullAccess: ["states:*"],
  AWSXRayDaemonWriteAccess: WRITE_TRACES,
  AWSXrayWriteOnlyAccess: WRITE_TRACES,
  AmazonAPIGatewayPushToCloudWatchLogs: [
    ...WRITE_LOGS,
    "logs:DescribeLogGroups",
    "logs:DescribeLogStreams",
    "logs:GetLogEvents",
    "logs:FilterLogEvents",
  ],
  AmazonCognitoPowerUser: ["cognito-identity:*", "cognito-idp:*", "cognito-sync:*"],
  AmazonDynamoDBFullAccess: ["dynamodb:*"],
  AmazonEventBridgeFullAccess: ["events:*", "schemas:*", "scheduler:*", "pipes:*"],
  AmazonKinesisFullAccess: ["kinesis:*"],
  AmazonS3FullAccess: ["s3:*", "s3-object-lambda:*"],
  AmazonS3ReadOnlyAccess: ["s3:Get*", "s3:List*", "s3:Describe*"],
  AmazonSNSFullAccess: ["sns:*"],
  AmazonSQSFullAccess: ["sqs:*"],
  AmazonSSMReadOnlyAccess: ["ssm:Describe*", "ssm:Get*", "ssm:List*"],
  CloudWatchEventsFullAccess: ["events:*", "schemas:*", "scheduler:*", "pipes:*"],
  CloudWatchFullAccess: ["cloudwatch:*", "logs:*", "sns:*"],
  CloudWatchFullAccessV2: ["cloudwatch:*", "logs:*", "sns:CreateTopic", "sns:ListTopics", "sns:Subscribe"],
  SecretsManagerReadWrite: ["secretsmanager:*"],
};

const policies = new Map<string, Policy>(
  Object.entries(ALLOWED_ACTIONS).map(([name, actions]) => [
    name,
    readPolicy(name, { Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }] }),
  ]),
);

/** True for the ARN of a policy that AWS manages. */
export function isManagedByAws(policyArn: string): boolean {
  return policyArn.startsWith("arn:aws:iam::aws:policy/");
}

/** The AWS-managed policy with this ARN; undefined when it is not known here. */
export function managedPolicy(policyArn: string): Policy | undefined {
  return policies.get(policyArn.slice(policyArn.lastIndexOf("/") + 1));
}
