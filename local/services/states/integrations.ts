/**
 * Services that a Task state can call, other than Lambda, through the endpoint of the local cloud with the key of the
 * state machine. https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
 */
import { accessKeyOf } from "../../core/identity.ts";
import type { World } from "../../core/service.ts";
import { currentTrace } from "../../core/trace.ts";
import type { Json, JsonObject } from "./definition.ts";
import { TaskError } from "./task-error.ts";

/** A service with a JSON protocol. */
interface JsonService {
  readonly signingName: string;
  /** Prefix of `x-amz-target`. */
  readonly target: string;
  readonly contentType: string;
  /** What error names begin with. */
  readonly errors: string;
}

const JSON_1_0 = "application/x-amz-json-1.0";
const JSON_1_1 = "application/x-amz-json-1.1";

/** By the name in `arn:aws:states:::aws-sdk:<name>:<action>`. */
const SDK_SERVICES: Readonly<Record<string, JsonService>> = {
  cloudwatchlogs: {
    signingName: "logs",
    target: "Logs_20140328",
    contentType: JSON_1_1,
    errors: "CloudWatchLogs",
  },
  dynamodb: {
    signingName: "dynamodb",
    target: "DynamoDB_20120810",
    contentType: JSON_1_0,
    errors: "DynamoDb",
  },
  eventbridge: { signingName: "events", target: "AWSEvents", contentType: JSON_1_1, errors: "EventBridge" },
  secretsmanager: {
    signingName: "secretsmanager",
    target: "secretsmanager",
    contentType: JSON_1_1,
    errors: "SecretsManager",
  },
  sfn: { signingName: "states", target: "AWSStepFunctions", contentType: JSON_1_0, errors: "Sfn" },
  sqs: { signingName: "sqs", target: "AmazonSQS", contentType: JSON_1_0, errors: "Sqs" },
  ssm: { signingName: "ssm", target: "AmazonSSM", contentType: JSON_1_1, errors: "Ssm" },
};

export interface Integration {
  readonly service: JsonService;
  readonly action: string;
  /** Members that may be given as objects and are sent as JSON text. */
  readonly textMembers: readonly string[];
}

const OPTIMIZED: Readonly<Record<string, readonly [service: string, errors: string, textMembers: string[]]>> =
  {
    "dynamodb:deleteItem": ["dynamodb", "DynamoDB", []],
    "dynamodb:getItem": ["dynamodb", "DynamoDB", []],
    "dynamodb:putItem": ["dynamodb", "DynamoDB", []],
    "dynamodb:updateItem": ["dynamodb", "DynamoDB", []],
    "events:putEvents": ["eventbridge", "EventBridge", ["Detail"]],
    "sqs:sendMessage": ["sqs", "SQS", ["MessageBody"]],
    "states:startExecution": ["sfn", "StepFunctions", ["Input"]],
  };

/** How a Task's resource is called; undefined when it cannot be called here. */
export function integrationOf(resource: string): Integration | undefined {
  const name = /^arn:aws:states:[^:]*:[^:]*:(.+)$/.exec(resource)?.[1] ?? "";
  const optimized = Object.hasOwn(OPTIMIZED, name) ? OPTIMIZED[name] : undefined;
  if (optimized) {
    const [serviceName, errors, textMembers] = optimized;
    const service = SDK_SERVICES[serviceName];
    return service && { service: { ...service, errors }, action: actionOf(name), textMembers };
  }
  const [kind, serviceName = ""] = name.split(":");
  const service =
    kind === "aws-sdk" && Object.hasOwn(SDK_SERVICES, serviceName) ? SDK_SERVICES[serviceName] : undefined;
  const isPlainCall = service !== undefined && !name.includes(".");
  return isPlainCall ? { service, action: actionOf(name), textMembers: [] } : undefined;
}

function actionOf(name: string): string {
  const action = name.slice(name.lastIndexOf(":") + 1);
  return `${action.slice(0, 1).toUpperCase()}${action.slice(1)}`;
}

/**
 * Calls the service.
 * @param machineArn the state machine, whose key makes the call
 * @throws TaskError named after the service's error
 */
export async function callService(
  integration: Integration,
  input: JsonObject,
  machineArn: string,
  world: World,
  signal: AbortSignal,
): Promise<Json> {
  const { service, action, textMembers } = integration;
  const scope = `${accessKeyOf(machineArn)}/20250101/${world.region}/${service.signingName}/aws4_request`;
  const trace = currentTrace();
  const response = await fetch(`${world.endpoint}/`, {
    method: "POST",
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=local`,
      "content-type": service.contentType,
      "x-amz-target": `${service.target}.${action}`,
      ...(trace ? { "x-amzn-trace-id": trace.header ?? `Root=${trace.id}` } : {}),
    },
    body: JSON.stringify(withText(input, textMembers)),
    signal,
  });
  const output = (await response.json()) as JsonObject;
  if (!response.ok) throw serviceError(service, output);
  if (typeof output.FailedEntryCount === "number" && output.FailedEntryCount > 0) {
    throw new TaskError(`${service.errors}.FailedEntry`, JSON.stringify(output));
  }
  return output;
}

function withText(value: Json, members: readonly string[]): Json {
  if (Array.isArray(value)) return value.map((item) => withText(item, members));
  if (typeof value !== "object" || value === null || members.length === 0) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      if (!members.includes(name)) return [name, withText(member, members)];
      return [name, typeof member === "string" ? member : JSON.stringify(member)];
    }),
  );
}

function serviceError(service: JsonService, output: JsonObject): TaskError {
  const type = String(output.__type ?? "ServiceException");
  const code = type.slice(type.lastIndexOf("#") + 1);
  const message = output.message ?? output.Message ?? "";
  return new TaskError(`${service.errors}.${code}`, String(message));
}
