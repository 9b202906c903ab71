/** Calling functions: with the permission that AWS would ask for. */
import type { Invocation } from "../../core/apis.ts";
import type { Cloud, Principal } from "../../core/service.ts";

export interface FunctionCall {
  readonly functionArn: string;
  /** Role to call with; undefined: the service principal, which the function's resource policy must allow. */
  readonly credentials: string | undefined;
  /** What the call is made for: `aws:SourceArn`. */
  readonly sourceArn: string;
  readonly event: unknown;
  /** For the log. */
  readonly source: string;
}

/** What a call is made for. */
interface Caller {
  readonly cloud: Cloud;
  readonly stage: { readonly variables: Readonly<Record<string, string>> };
}

const SERVICE: Principal = { kind: "service", arn: "apigateway.amazonaws.com" };

/**
 * Who calls a backend.
 * @param credentials ARN of a role; undefined for API Gateway itself
 */
export function callerOf(credentials: string | undefined): Principal {
  return credentials === undefined ? SERVICE : { kind: "role", arn: credentials };
}

/**
 * @param taken called when the function has the event
 * @throws AwsError when the call is not allowed, or Lambda refuses it
 */
export async function invokeFunction(
  caller: Caller,
  call: FunctionCall,
  taken?: () => void,
): Promise<Invocation> {
  const { cloud, stage } = caller;
  const functionArn = withStageVariables(call.functionArn, stage.variables);
  cloud.authorize(callerOf(call.credentials), [
    {
      action: "lambda:InvokeFunction",
      resource: functionArn,
      context: { "aws:SourceArn": call.sourceArn, "aws:SourceAccount": cloud.world.account },
    },
  ]);
  return cloud.services.lambda.invoke(functionArn, call.event, call.source, taken);
}

/** Puts stage variables into a URI: `…function:name:${stageVariables.alias}`. */
export function withStageVariables(uri: string, variables: Readonly<Record<string, string>>): string {
  if (!uri.includes("${stageVariables.")) return uri;
  return uri.replace(/\$\{stageVariables\.(\w+)\}/g, (_, name: string) => variables[name] ?? "");
}
