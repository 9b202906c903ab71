/** Functions behind a method: as proxy integrations, and with mapping templates. */
import type { Invocation } from "../../core/apis.ts";
import { AwsError, UserError } from "../../core/errors.ts";
import { within } from "./deadline.ts";
import type { Answer, Exchange } from "./exchange.ts";
import { configurationError, tooLarge } from "./gateway-error.ts";
import { headerOf } from "./incoming.ts";
import type { Integrate } from "./integrations.ts";
import { isObject } from "./json.ts";
import { invokeFunction } from "./lambda-call.ts";
import { compileRequestMapping, compileResponseMapping } from "./mapping.ts";
import type { Method } from "./model.ts";
import { proxyAnswerOf } from "./proxy-answer.ts";
import { proxyEventOf } from "./proxy-event.ts";
import { lambdaOf } from "./read-authorizer.ts";

export function lambdaProxyIntegration(method: Method, apiName: string): Integrate {
  const call = compileCall(method, apiName);
  return async (exchange) => {
    const invocation = await call(exchange, proxyEventOf(exchange));
    const acceptsBinary = exchange.stage.api.binary.includes(headerOf(exchange.request, "accept"));
    const answer = proxyAnswerOf(invocation, acceptsBinary);
    exchange.backend = { status: answer.status, latency: exchange.backend?.latency ?? 0 };
    return { ...answer, headers: { ...answer.headers, "X-Amzn-Trace-Id": exchange.traceId } };
  };
}

/** A function's error is told by its message, which selection patterns are matched with. */
export function lambdaIntegration(method: Method, apiName: string): Integrate {
  const call = compileCall(method, apiName);
  const mapRequest = compileRequestMapping(method);
  const mapResponse = compileResponseMapping(method);
  return async (exchange): Promise<Answer> => {
    const { payload, functionError } = await call(exchange, parseEvent(mapRequest(exchange)));
    return mapResponse(exchange, functionError ? errorMessage(payload) : "", { headers: {}, body: payload });
  };
}

type Call = (exchange: Exchange, event: unknown) => Promise<Invocation>;

function compileCall({ integration, httpMethod, path }: Method, apiName: string): Call {
  const functionArn = lambdaOf(integration.uri);
  if (functionArn === undefined)
    throw new UserError(`The uri of the integration of ${httpMethod} ${path} is none of a Lambda function.`);
  const { credentials, timeoutMilliseconds } = integration;
  const source = `apigateway ${apiName} ${httpMethod} ${path}`;
  return async (exchange, event) => {
    const { clock } = exchange.cloud;
    const startedAt = clock.now();
    const sourceArn = exchange.methodArn;
    // On one machine events wait for each other where AWS would start more environments.
    const taken = Promise.withResolvers<void>();
    const call = { functionArn, credentials, sourceArn, event, source };
    const work = invokeFunction(exchange, call, taken.resolve);
    try {
      const invocation = await within(clock, timeoutMilliseconds, work, taken.promise);
      exchange.backend = { status: 200, latency: clock.now() - startedAt };
      return invocation;
    } catch (error) {
      exchange.backend = { status: undefined, latency: clock.now() - startedAt };
      throw error instanceof AwsError ? refused(error) : error;
    }
  };
}

/**
 * What Lambda refuses (throttling, a missing permission or function) is 500; an event over 6 MB is 413.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html#services-apigateway-errors
 */
function refused(error: AwsError): Error {
  if (error.code.startsWith("RequestTooLarge") || error.status === 413) return tooLarge();
  return configurationError(`${error.code}: ${error.message}`);
}

function parseEvent(text: string): unknown {
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    throw configurationError("The body for the function is not JSON");
  }
}

function errorMessage(payload: string): string {
  const error: unknown = JSON.parse(payload);
  return isObject(error) && typeof error.errorMessage === "string" ? error.errorMessage : payload;
}
