/** What stands behind a route. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations.html */
import { notSupported } from "../../core/errors.ts";
import { within } from "../apigateway/deadline.ts";
import type { Answer } from "../apigateway/exchange.ts";
import { NOT_PASSED_ON, proxyAnswer, send } from "../apigateway/http-integration.ts";
import { invokeFunction, withStageVariables } from "../apigateway/lambda-call.ts";
import type { HttpExchange } from "./exchange.ts";
import { lambdaAnswerOf } from "./lambda-answer.ts";
import type { HttpIntegration } from "./model.ts";
import { proxyEventV1, proxyEventV2 } from "./proxy-event.ts";
import type { Selection } from "./selection.ts";
import { compileSelection } from "./selection.ts";
import { compileServiceCall } from "./service-calls.ts";

/** Answers a request that has passed all checks. */
export type Integrate = (exchange: HttpExchange) => Promise<Answer>;

/** @throws AwsError NotImplemented or UserError when the integration cannot work here */
export function compileIntegration(integration: HttpIntegration, apiName: string): Integrate {
  const call = compileCall(integration, apiName);
  return async (exchange) => {
    const { clock } = exchange.cloud;
    const startedAt = clock.now();
    let status: number | undefined;
    try {
      const answer = await within(clock, integration.timeoutMilliseconds, call(exchange));
      status = answer.status;
      return answer;
    } finally {
      exchange.backend = { status, latency: clock.now() - startedAt };
    }
  };
}

function compileCall(integration: HttpIntegration, apiName: string): Integrate {
  if (integration.subtype !== undefined) return compileServiceCall(integration, integration.subtype);
  return integration.type === "HTTP_PROXY" ? httpCall(integration) : lambdaCall(integration, apiName);
}

function lambdaCall(integration: HttpIntegration, apiName: string): Integrate {
  const { uri: functionArn, credentials, payloadFormat, requestParameters } = integration;
  const [mapped] = Object.keys(requestParameters);
  if (mapped !== undefined)
    throw notSupported("apigatewayv2", `the parameter ${mapped} of an integration with a function`);
  return async (exchange) => {
    const invocation = await invokeFunction(exchange, {
      functionArn,
      credentials,
      sourceArn: exchange.sourceArn,
      event: payloadFormat === "2.0" ? proxyEventV2(exchange) : proxyEventV1(exchange),
      source: `apigateway ${apiName} ${exchange.route?.routeKey}`,
    });
    return lambdaAnswerOf(invocation, payloadFormat);
  };
}

/** Passes the request and the answer on, with parameters changed as the integration says. */
function httpCall({ uri, method, requestParameters }: HttpIntegration): Integrate {
  const changes = Object.entries(requestParameters).map(([key, value]) => compileChange(key, value));
  return async (exchange) => {
    const filled = withStageVariables(uri, exchange.stage.variables).replace(
      /\{(\w+)\+?\}/g,
      (_, name: string) => exchange.pathParameters?.[name] ?? "",
    );
    const url = new URL(filled);
    const headers = new Headers();
    for (const [name, values] of Object.entries(exchange.query?.multi ?? {}))
      for (const value of values) url.searchParams.append(name, value);
    for (const [name, values] of Object.entries(exchange.headers.multi))
      if (!NOT_PASSED_ON.has(name.toLowerCase())) headers.set(name, values.join(", "));
    for (const change of changes) change(exchange, { url, headers });
    const ownMethod = method === "ANY" ? exchange.method : method;
    const hasBody = ownMethod !== "GET" && ownMethod !== "HEAD" && exchange.body.length > 0;
    const body = hasBody ? { body: new Uint8Array(exchange.body) } : {};
    return proxyAnswer(await send(url, { method: ownMethod, headers, redirect: "manual", ...body }));
  };
}

interface Outgoing {
  readonly url: URL;
  readonly headers: Headers;
}

type Change = (exchange: HttpExchange, outgoing: Outgoing) => void;

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html */
function compileChange(key: string, expression: string): Change {
  const value: Selection = compileSelection(expression);
  if (key === "overwrite:path")
    return (exchange, { url }) => {
      url.pathname = value(exchange) ?? url.pathname;
    };
  const [, how, place, name = ""] = /^(append|overwrite|remove):(header|querystring)\.(.+)$/.exec(key) ?? [];
  if (how === undefined) throw notSupported("apigatewayv2", `the request parameter ${key}`);
  return (exchange, { url, headers }) => {
    const values = place === "header" ? headers : url.searchParams;
    const text = how === "remove" ? undefined : value(exchange);
    if (how === "remove") values.delete(name);
    else if (text !== undefined && how === "append") values.append(name, text);
    else if (text !== undefined) values.set(name, text);
  };
}
