/**
 * Functions that a user pool calls on its way. https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
 */
import { AwsError, notSupported } from "../../core/errors.ts";
import type { Resource } from "../../core/graph.ts";
import type { Cloud, Principal } from "../../core/service.ts";
import { isObject, type JsonObject, objectOf, textOf } from "../apigateway/json.ts";
import { poolArn } from "./outputs.ts";
import type { User } from "./user.ts";

export type TriggerName =
  | "preSignUp"
  | "postConfirmation"
  | "preAuthentication"
  | "postAuthentication"
  | "preTokenGeneration";

const KNOWN = [
  "preSignUp",
  "postConfirmation",
  "preAuthentication",
  "postAuthentication",
  "preTokenGeneration",
];

const SERVICE: Principal = { kind: "service", arn: "cognito-idp.amazonaws.com" };

/** @throws AwsError NotImplemented for a trigger that is never called here */
export function checkTriggers({ name, inputs }: Resource): void {
  const unknown = Object.entries(objectOf(inputs.lambdaConfig)).find(
    ([trigger, value]) => value && ![...KNOWN, "preTokenGenerationConfig"].includes(trigger),
  );
  if (unknown) throw notSupported("cognito", `the trigger ${unknown[0]} of UserPool ${name}`);
}

export interface TriggerCall {
  readonly trigger: TriggerName;
  /** Such as `PreSignUp_SignUp`. */
  readonly source: string;
  readonly user: User;
  readonly clientId: string;
  readonly request?: JsonObject;
  readonly response?: JsonObject;
}

/**
 * Calls the pool's function for the trigger.
 * @returns the `response` of its event; undefined when the pool has no such function
 * @throws AwsError UserLambdaValidationException when the function fails, InvalidLambdaResponseException
 */
export async function runTrigger(
  cloud: Cloud,
  pool: Resource,
  call: TriggerCall,
): Promise<JsonObject | undefined> {
  const config = objectOf(pool.inputs.lambdaConfig);
  const tokens = objectOf(config.preTokenGenerationConfig);
  const isTokens = call.trigger === "preTokenGeneration";
  const functionArn = (isTokens ? textOf(tokens.lambdaArn) : undefined) ?? textOf(config[call.trigger]);
  if (functionArn === undefined) return undefined;
  const context = {
    "aws:SourceArn": poolArn(cloud.world, pool.id),
    "aws:SourceAccount": cloud.world.account,
  };
  cloud.authorize(SERVICE, [{ action: "lambda:InvokeFunction", resource: functionArn, context }]);
  const version = isTokens && textOf(tokens.lambdaVersion) === "V2_0" ? "2" : "1";
  const event = eventOf(cloud, pool.id, version, call);
  const invocation = await cloud.services.lambda.invoke(functionArn, event, `cognito ${call.source}`);
  const answer: unknown = JSON.parse(invocation.payload);
  const title = `${call.trigger.charAt(0).toUpperCase()}${call.trigger.slice(1)}`;
  if (invocation.functionError) {
    const message = textOf(objectOf(answer).errorMessage) ?? "Unknown error";
    throw new AwsError("UserLambdaValidationException", `${title} failed with error ${message}.`);
  }
  if (!isObject(answer) || !isObject(answer.response))
    throw new AwsError("InvalidLambdaResponseException", `Unrecognizable lambda output of ${title}`);
  return answer.response;
}

function eventOf(cloud: Cloud, userPoolId: string, version: string, call: TriggerCall): JsonObject {
  const { user, source, clientId, request, response } = call;
  return {
    version,
    triggerSource: source,
    region: cloud.world.region,
    userPoolId,
    userName: user.username,
    callerContext: { awsSdkVersion: "aws-sdk-unknown-unknown", clientId },
    request: {
      userAttributes: {
        sub: user.sub,
        "cognito:user_status": user.status,
        ...user.attributes,
      },
      ...request,
    },
    response: response ?? {},
  };
}
