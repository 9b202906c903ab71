/** What Task states do: invoke functions, publish, call services; anything else is refused when the machine is realized. */
import type { Invocation, MessageAttribute } from "../../core/apis.ts";
import { AwsError, UserError } from "../../core/errors.ts";
import type { Cloud, Principal } from "../../core/service.ts";
import type { Json, JsonObject, TaskState } from "./definition.ts";
import { callService, integrationOf } from "./integrations.ts";
import { TaskError } from "./task-error.ts";

/** Who runs a task. */
export interface Caller {
  readonly machineArn: string;
  readonly machineName: string;
  readonly principal: Principal;
  /** Aborted when the execution is stopped. */
  readonly signal: AbortSignal;
}

export type Task = (input: Json, caller: Caller) => Promise<Json>;

/** Largest input or result of a state. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const MAX_PAYLOAD_BYTES = 262_144;

const FUNCTION_ARN = /^arn:aws:lambda:[^:]*:[^:]*:function:[^:]+(?::[^:]+)?$/;

/**
 * The work of a Task state.
 * @throws UserError naming a resource that cannot be called here
 */
export function taskOf(state: TaskState, machineName: string, cloud: Cloud): Task {
  const { resource } = state;
  if (FUNCTION_ARN.test(resource)) {
    return async (input, caller) => payloadOf(await invoke(resource, input, caller, cloud));
  }
  if (resource === "arn:aws:states:::lambda:invoke")
    return (input, caller) => lambdaInvoke(input, caller, cloud);
  if (resource === "arn:aws:states:::sns:publish") return (input, caller) => publish(input, caller, cloud);
  const integration = integrationOf(resource);
  if (integration) {
    return (input, caller) =>
      callService(integration, input as JsonObject, caller.machineArn, cloud.world, caller.signal);
  }
  throw new UserError(
    `State machine "${machineName}", state "${state.name}": the local cloud cannot call ${resource}. It works on AWS; see docs/local-cloud.md for what is supported here.`,
  );
}

/** @throws TaskError States.DataLimitExceeded, as AWS does for results that are too large */
export function checkSize(output: Json, stateName: string): Json {
  if (Buffer.byteLength(JSON.stringify(output) ?? "") <= MAX_PAYLOAD_BYTES) return output;
  const cause = `The state/task '${stateName}' returned a result with a size exceeding the maximum number of bytes service limit.`;
  throw new TaskError("States.DataLimitExceeded", cause, false);
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html */
async function lambdaInvoke(input: Json, caller: Caller, cloud: Cloud): Promise<Json> {
  const { FunctionName, Qualifier, InvocationType, Payload = {} } = input as JsonObject;
  const { region, account } = cloud.world;
  const name = String(FunctionName);
  const base = name.startsWith("arn:") ? name : `arn:aws:lambda:${region}:${account}:function:${name}`;
  const functionArn = Qualifier === undefined ? base : `${base}:${String(Qualifier)}`;
  if (InvocationType === "Event") {
    authorizeInvoke(functionArn, caller, cloud);
    cloud.services.lambda.invokeAsync(functionArn, Payload, `states ${caller.machineName}`);
    return { StatusCode: 202, Payload: null };
  }
  const payload = payloadOf(await invoke(functionArn, Payload, caller, cloud));
  return { ExecutedVersion: functionArn.split(":")[7] ?? "$LATEST", Payload: payload, StatusCode: 200 };
}

async function invoke(functionArn: string, event: Json, caller: Caller, cloud: Cloud): Promise<Invocation> {
  try {
    authorizeInvoke(functionArn, caller, cloud);
    return await cloud.services.lambda.invoke(functionArn, event, `states ${caller.machineName}`);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const code = error instanceof AwsError ? error.code : "SdkClientException";
    throw new TaskError(
      code === "AccessDeniedException" ? "Lambda.AWSLambdaException" : `Lambda.${code}`,
      message,
    );
  }
}

function authorizeInvoke(functionArn: string, caller: Caller, cloud: Cloud): void {
  cloud.authorize(caller.principal, [{ action: "lambda:InvokeFunction", resource: functionArn }]);
}

/** The function's result. Its error becomes the task's, under the error's own type. */
function payloadOf(invocation: Invocation): Json {
  const payload = invocation.payload === "" ? null : (JSON.parse(invocation.payload) as Json);
  if (invocation.functionError === undefined) return payload;
  const { errorType } = (payload ?? {}) as { errorType?: unknown };
  throw new TaskError(typeof errorType === "string" ? errorType : "Lambda.Unknown", invocation.payload);
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/connect-sns.html */
async function publish(input: Json, caller: Caller, cloud: Cloud): Promise<Json> {
  const { TopicArn, Message, Subject, MessageAttributes } = input as JsonObject;
  const topicArn = String(TopicArn);
  try {
    cloud.authorize(caller.principal, [{ action: "sns:Publish", resource: topicArn }]);
    const { messageId } = await cloud.services.sns.publish(topicArn, textOf(Message), {
      ...(typeof Subject === "string" ? { subject: Subject } : {}),
      ...(MessageAttributes === undefined
        ? {}
        : { messageAttributes: MessageAttributes as unknown as Record<string, MessageAttribute> }),
    });
    return { MessageId: messageId };
  } catch (error) {
    const code = error instanceof AwsError ? error.code : "SdkClientException";
    throw new TaskError(`SNS.${code}`, error instanceof Error ? error.message : String(error));
  }
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? "");
}
