/** Access logs of a stage: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html */
import { notSupported } from "../../core/errors.ts";
import type { Exchange } from "./exchange.ts";
import type { JsonObject } from "./json.ts";
import { textOf } from "./json.ts";
import { compileSubstitution } from "./substitution.ts";

export type AccessLog = (exchange: Exchange) => void;

const FORMAT =
  '$context.identity.sourceIp - - [$context.requestTime] "$context.httpMethod $context.resourcePath $context.protocol" $context.status $context.responseLength $context.requestId';

/**
 * @param settings `accessLogSettings` of a stage
 * @param stream name of the log stream
 */
export function compileAccessLog(settings: JsonObject, stream: string): AccessLog | undefined {
  const destination = textOf(settings.destinationArn);
  if (destination === undefined) return undefined;
  const group = /:log-group:([^:]+)/.exec(destination)?.[1];
  if (group === undefined) throw notSupported("apigateway", `access logs to ${destination}`);
  const format = textOf(settings.format) ?? FORMAT;
  const line = compileSubstitution(format, { missing: "-", json: format.trimStart().startsWith("{") });
  return (exchange) => exchange.cloud.services.logs.write(group, stream, [line(exchange)]);
}
