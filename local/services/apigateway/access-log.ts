/** Access logs of a stage: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html */
import { notSupported } from "../../core/errors.ts";
import type { JsonObject } from "./json.ts";
import { textOf } from "./json.ts";
import type { ReceivedRequest } from "./received-request.ts";
import type { VariableLookUp } from "./substitution.ts";
import { compileSubstitution } from "./substitution.ts";

export type AccessLog<Request> = (request: Request) => void;

const FORMAT =
  '$context.identity.sourceIp - - [$context.requestTime] "$context.httpMethod $context.resourcePath $context.protocol" $context.status $context.responseLength $context.requestId';

/**
 * @param settings `accessLogSettings` of a stage
 * @param stream name of the log stream
 */
export function compileAccessLog<Request extends ReceivedRequest>(
  settings: JsonObject,
  stream: string,
  variable: VariableLookUp<Request>,
): AccessLog<Request> | undefined {
  const destination = textOf(settings.destinationArn);
  if (destination === undefined) return undefined;
  const group = /:log-group:([^:]+)/.exec(destination)?.[1];
  if (group === undefined) throw notSupported("apigateway", `access logs to ${destination}`);
  const format = textOf(settings.format) ?? FORMAT;
  const json = format.trimStart().startsWith("{");
  const line = compileSubstitution(format, { missing: "-", json, variable });
  return (request) => request.cloud.services.logs.write(group, stream, [line(request)]);
}
