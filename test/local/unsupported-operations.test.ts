import { CloudWatchLogsClient, DescribeQueriesCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CognitoIdentityProviderClient, ListDevicesCommand } from "@aws-sdk/client-cognito-identity-provider";
import { DescribeBackupCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient, ListEventSourcesCommand } from "@aws-sdk/client-eventbridge";
import { CreateAliasCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetBucketAccelerateConfigurationCommand, S3Client } from "@aws-sdk/client-s3";
import { ListTagsForResourceCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { DeleteSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { ListActivitiesCommand, SFNClient } from "@aws-sdk/client-sfn";
import { ListPhoneNumbersOptedOutCommand, SNSClient } from "@aws-sdk/client-sns";
import { AddPermissionCommand, SQSClient } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import type { Endpoint } from "../../local/endpoint/index.ts";
import { definitions } from "../../local/services/index.ts";
import { clientSettings, fakeCloud, serve } from "../support/fake-cloud.ts";

interface Raw {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What the error calls the operation, behind the service's name. */
  readonly named: string;
  /** The service's name in the error, where it is not the signing name. */
  readonly service?: string;
}

const json = (prefix: string, operation: string, version = "1.1"): Raw => ({
  method: "POST",
  path: "/",
  headers: { "content-type": `application/x-amz-json-${version}`, "x-amz-target": `${prefix}.${operation}` },
  body: "{}",
  named: operation,
});

const query = (operation: string): Raw => ({
  method: "POST",
  path: "/",
  headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
  body: `Action=${operation}&Version=2010-01-01`,
  named: operation,
});

const rest = (method: string, path: string, named = `${method} ${path}`): Raw => ({ method, path, named });

/** An operation of each service, by signing name, in the service's protocol, that AWS has and the local cloud has not. */
const CALLS: Readonly<Record<string, Raw>> = {
  apigateway: rest("GET", "/account"),
  budgets: json("AWSBudgetServiceGateway", "DescribeBudgetPerformanceHistory"),
  "cognito-identity": { ...json("AWSCognitoIdentityService", "ListIdentities"), service: "cognito" },
  "cognito-idp": { ...json("AWSCognitoIdentityProviderService", "ListDevices"), service: "cognito" },
  dynamodb: json("DynamoDB_20120810", "ListBackups", "1.0"),
  events: json("AWSEvents", "ListEventSources"),
  iam: query("ListRoles"),
  lambda: rest("POST", "/2015-03-31/functions/f/aliases"),
  logs: json("Logs_20140328", "DescribeQueries"),
  monitoring: { ...query("DescribeAnomalyDetectors"), service: "cloudwatch" },
  "rds-data": rest("POST", "/ExecuteSql"),
  s3: rest("GET", "/bucket?accelerate", "GET on a bucket with ?accelerate"),
  scheduler: rest("GET", "/tags/arn"),
  secretsmanager: json("secretsmanager", "DeleteSecret"),
  ses: rest("GET", "/v2/email/dedicated-ips"),
  sns: query("ListPhoneNumbersOptedOut"),
  sqs: json("AmazonSQS", "AddPermission", "1.0"),
  ssm: json("AmazonSSM", "DescribeInstanceInformation"),
  states: json("AWSStepFunctions", "ListActivities", "1.0"),
  sts: query("GetSessionToken"),
};

describe("An operation that the local cloud does not have", () => {
  let endpoint: Endpoint;

  before(async () => {
    const cloud = fakeCloud();
    // None of the real parts behind the services needs to run for a refusal.
    const services = definitions.map((definition) => ({ definition, service: definition.create(cloud) }));
    endpoint = await serve(services, cloud);
  });

  after(() => endpoint.close());

  const send = (signingName: string, { method, path, headers = {}, body }: Raw) =>
    fetch(`${endpoint.url}${path}`, {
      method,
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=AKIA1/20261122/eu-west-1/${signingName}/aws4_request, SignedHeaders=host, Signature=x`,
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });

  it("is asked of every service that answers calls", () => {
    const all = definitions.flatMap(({ signingNames }) => signingNames);
    expect(Object.keys(CALLS)).to.have.members(all);
  });

  for (const [signingName, raw] of Object.entries(CALLS)) {
    it(`is named by ${signingName}: ${raw.named}`, async () => {
      const answer = await send(signingName, raw);
      const text = await answer.text();
      expect(answer.status).to.equal(501);
      const code = answer.headers.get("x-amzn-errortype") ?? /<Code>(\w+)<\/Code>/.exec(text)?.[1];
      expect(code).to.equal("NotImplemented");
      expect(text).to.contain(`does not support ${raw.service ?? signingName}:${raw.named}`);
    });
  }

  it("is named when its service does not exist here at all", async () => {
    const text = await (await send("ec2", query("DescribeInstances"))).text();
    expect(text)
      .to.contain("<Code>NotImplemented</Code>")
      .and.to.contain("ec2")
      .and.to.contain("DescribeInstances");
  });

  it("is named in the old protocol of SQS, which is not supported", async () => {
    const text = await (await send("sqs", query("SendMessage"))).text();
    expect(text).to.contain("sqs:SendMessage in the query protocol");
  });

  it("is thrown by the clients of the SDK under its name", async () => {
    const settings = clientSettings(endpoint);
    const arn = "arn:aws:lambda:eu-west-1:000000000000:function:f";
    const calls: Readonly<Record<string, () => Promise<unknown>>> = {
      "cognito:ListDevices": () =>
        new CognitoIdentityProviderClient(settings).send(new ListDevicesCommand({ AccessToken: "x" })),
      "dynamodb:DescribeBackup": () =>
        new DynamoDBClient(settings).send(
          new DescribeBackupCommand({ BackupArn: `${arn}-of-a-long-backup-name` }),
        ),
      "events:ListEventSources": () => new EventBridgeClient(settings).send(new ListEventSourcesCommand({})),
      "lambda:POST /2015-03-31/functions/f/aliases": () =>
        new LambdaClient(settings).send(
          new CreateAliasCommand({ FunctionName: "f", Name: "live", FunctionVersion: "1" }),
        ),
      "logs:DescribeQueries": () => new CloudWatchLogsClient(settings).send(new DescribeQueriesCommand({})),
      "s3:GET on a bucket with ?accelerate": () =>
        new S3Client({ ...settings, forcePathStyle: true }).send(
          new GetBucketAccelerateConfigurationCommand({ Bucket: "bucket" }),
        ),
      "scheduler:GET /tags/": () =>
        new SchedulerClient(settings).send(new ListTagsForResourceCommand({ ResourceArn: arn })),
      "secretsmanager:DeleteSecret": () =>
        new SecretsManagerClient(settings).send(new DeleteSecretCommand({ SecretId: "s" })),
      "sns:ListPhoneNumbersOptedOut": () =>
        new SNSClient(settings).send(new ListPhoneNumbersOptedOutCommand({})),
      "sqs:AddPermission": () =>
        new SQSClient(settings).send(
          new AddPermissionCommand({
            QueueUrl: `${endpoint.url}/000000000000/q`,
            Label: "l",
            AWSAccountIds: ["1"],
            Actions: ["SendMessage"],
          }),
        ),
      "states:ListActivities": () => new SFNClient(settings).send(new ListActivitiesCommand({})),
    };
    for (const [named, call] of Object.entries(calls)) {
      const error = await call().catch((thrown: unknown) => thrown);
      expect(error, named).to.have.property("name", "NotImplemented");
      expect(error).to.have.property("message").that.contains(named);
    }
  });
});
