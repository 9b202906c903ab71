/** What AWS would return for resources and provider functions: just enough for the program to go on. */
import type { ProviderFunctions } from "./recorder.ts";

export const ACCOUNT = "123456789012";
export const REGION = "eu-west-1";

export const providerFunctions: ProviderFunctions = {
  "aws:index/getCallerIdentity:getCallerIdentity": () => ({
    accountId: ACCOUNT,
    arn: `arn:aws:iam::${ACCOUNT}:user/deployer`,
    userId: "AIDATEST",
    id: ACCOUNT,
  }),
  "aws:index/getRegion:getRegion": () => ({
    name: REGION,
    region: REGION,
    id: REGION,
    endpoint: `ec2.${REGION}.amazonaws.com`,
    description: "Europe (Ireland)",
  }),
};

type Inputs = Readonly<Record<string, unknown>>;

const arn = (service: string, resource: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;

const SPECIAL: Readonly<Record<string, (name: string, inputs: Inputs) => object>> = {
  "aws:lambda/function:Function": (name) => ({
    arn: arn("lambda", `function:${name}`),
    invokeArn: arn("apigateway", `lambda:path/2015-03-31/functions/${name}/invocations`),
    version: "1",
    qualifiedArn: arn("lambda", `function:${name}:1`),
  }),
  "aws:lambda/alias:Alias": (_, { functionName, name }) => ({
    arn: arn("lambda", `function:${functionName}:${name}`),
    invokeArn: arn("apigateway", `lambda:path/2015-03-31/functions/${functionName}:${name}/invocations`),
  }),
  "aws:iam/role:Role": (name) => ({
    id: name,
    arn: `arn:aws:iam::${ACCOUNT}:role/${name}`,
    uniqueId: "AROATEST",
  }),
  "aws:cloudwatch/logGroup:LogGroup": (name, { namePrefix }) => {
    const groupName = `${namePrefix ?? ""}${namePrefix ? "0" : name}`;
    return { name: groupName, arn: arn("logs", `log-group:${groupName}`) };
  },
  "aws:dynamodb/table:Table": (name) => ({
    id: name,
    arn: arn("dynamodb", `table/${name}`),
    streamArn: arn("dynamodb", `table/${name}/stream/2026-01-01T00:00:00.000`),
  }),
  "aws:s3/bucket:Bucket": (name) => ({ id: name, bucket: name, arn: `arn:aws:s3:::${name}` }),
  "aws:sns/topic:Topic": (name) => ({ id: arn("sns", name), arn: arn("sns", name) }),
  "aws:sqs/queue:Queue": (name) => {
    const url = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`;
    return { id: url, url, arn: arn("sqs", name) };
  },
  "aws:secretsmanager/secret:Secret": (name) => {
    const secretArn = arn("secretsmanager", `secret:${name}-AbCdEf`);
    return { id: secretArn, arn: secretArn };
  },
  "aws:cloudwatch/eventRule:EventRule": (name) => ({ arn: arn("events", `rule/${name}`) }),
  "aws:cloudwatch/eventBus:EventBus": (name) => ({ arn: arn("events", `event-bus/${name}`) }),
  "aws:sfn/stateMachine:StateMachine": (name) => {
    const machineArn = arn("states", `stateMachine:${name}`);
    return { id: machineArn, arn: machineArn };
  },
  "aws:apigateway/restApi:RestApi": () => ({
    id: "a1b2c3d4e5",
    executionArn: arn("execute-api", "a1b2c3d4e5"),
    rootResourceId: "root",
  }),
  "aws:apigateway/stage:Stage": (_, { restApi, stageName }) => ({
    invokeUrl: `https://${restApi}.execute-api.${REGION}.amazonaws.com/${stageName}`,
    executionArn: arn("execute-api", `${restApi}/${stageName}`),
  }),
  "aws:apigateway/apiKey:ApiKey": () => ({ value: "api-key-value" }),
  "aws:rds/cluster:Cluster": (_, { clusterIdentifier }) => ({
    id: clusterIdentifier,
    arn: arn("rds", `cluster:${clusterIdentifier}`),
    endpoint: `${clusterIdentifier}.cluster-abc.${REGION}.rds.amazonaws.com`,
    clusterResourceId: "cluster-ABC",
    masterUserSecrets: [{ secretArn: arn("secretsmanager", "secret:rds!cluster-AbCdEf") }],
  }),
  "aws:ssm/parameter:Parameter": (_, { name }) => ({ arn: arn("ssm", `parameter${name}`) }),
  "random:index/randomBytes:RandomBytes": (_, { length }) => ({
    base64: Buffer.alloc(Number(length), 1).toString("base64"),
    hex: Buffer.alloc(Number(length), 1).toString("hex"),
  }),
};

/** Outputs by type; a type without an entry has a name and an ARN like most. */
export function computedOutputs(type: string, logicalName: string, inputs: Inputs): object {
  const name = typeof inputs.name === "string" ? inputs.name : logicalName;
  const service = /^aws:([^/]+)/.exec(type)?.[1] ?? "test";
  return { name, arn: arn(service, name), ...SPECIAL[type]?.(name, inputs) };
}
