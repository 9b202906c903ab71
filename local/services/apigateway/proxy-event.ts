/**
 * The event of Lambda proxy integrations, payload format 1.0.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
import type { APIGatewayProxyEvent } from "aws-lambda";
import { requestContextOf } from "./context-variables.ts";
import type { Exchange } from "./exchange.ts";
import { headerOf } from "./incoming.ts";

export function proxyEventOf(exchange: Exchange): APIGatewayProxyEvent {
  const { headers, query, body, target } = exchange;
  const isBase64Encoded =
    body.length > 0 && exchange.stage.api.binary.includes(headerOf(exchange.request, "content-type"));
  return {
    resource: exchange.route?.method.path ?? "",
    path: target.path,
    httpMethod: exchange.method,
    headers: headers.single,
    multiValueHeaders: headers.multi as APIGatewayProxyEvent["multiValueHeaders"],
    queryStringParameters: query?.single ?? null,
    multiValueQueryStringParameters: (query?.multi ??
      null) as APIGatewayProxyEvent["multiValueQueryStringParameters"],
    pathParameters: exchange.pathParameters,
    stageVariables: stageVariablesOf(exchange),
    requestContext: requestContextOf(exchange),
    body: body.length === 0 ? null : body.toString(isBase64Encoded ? "base64" : "utf8"),
    isBase64Encoded,
  };
}

function stageVariablesOf({ stage }: Exchange): Record<string, string> | null {
  return Object.keys(stage.variables).length === 0 ? null : stage.variables;
}
