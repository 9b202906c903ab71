/**
 * The OpenAPI document that API Gateway builds an API from, with its `x-amazon-apigateway-*` extensions.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
 */
import { type AuthorizerIntegration, authorizerScheme } from "./authorizer.ts";
import type { ApiContract, Route } from "./contract.ts";
import { isRawBody, requestName, securityOf } from "./contract.ts";
import { preflightOperation } from "./cors.ts";
import type { Json } from "./document.ts";
import { OPENAPI_VERSION, operationId, pathsOf, securitySchemes } from "./document.ts";
import { gatewayResponses } from "./gateway-responses.ts";
import type { QueueIntegration } from "./queue-integration.ts";
import { queueOperation } from "./queue-integration.ts";
import { gatewaySchema } from "./schema.ts";

/** What stands behind a route. */
export type Integration = FunctionIntegration | QueueIntegration;

/** The function behind a route. */
export interface FunctionIntegration {
  /** `arn:aws:apigateway:<region>:lambda:path/2015-03-31/functions/<function ARN>/invocations` */
  readonly uri: string;
  /** How long API Gateway waits, 50–29,000. */
  readonly timeoutMilliseconds: number;
}

/**
 * @param integrations by key of the route
 * @param authorizer that of an API that is `authorized`
 * @throws Error when a route has no integration
 */
export function gatewayDocument(
  api: ApiContract,
  integrations: Readonly<Record<string, Integration>>,
  binaryMediaTypes: readonly string[],
  authorizer?: AuthorizerIntegration,
): Json {
  return {
    openapi: OPENAPI_VERSION,
    info: { title: api.title, description: api.description, version: "1" },
    paths: withPreflights(
      api,
      pathsOf(api, (route) => operation(api, route, integrations[route.key])),
    ),
    components: {
      schemas: models(api.routes),
      ...securitySchemes(api, authorizer ? authorizerScheme(authorizer) : {}),
    },
    "x-amazon-apigateway-api-key-source": "HEADER",
    "x-amazon-apigateway-request-validators": {
      all: { validateRequestBody: true, validateRequestParameters: true },
      parameters: { validateRequestBody: false, validateRequestParameters: true },
    },
    "x-amazon-apigateway-gateway-responses": gatewayResponses(api.cors),
    ...(binaryMediaTypes.length > 0 && { "x-amazon-apigateway-binary-media-types": binaryMediaTypes }),
  };
}

function withPreflights(api: ApiContract, paths: Record<string, Json>): Record<string, Json> {
  const { cors } = api;
  if (cors === undefined) return paths;
  return Object.fromEntries(
    Object.entries(paths).map(([path, operations]) => {
      const routes = api.routes.filter((route) => route.path === path);
      return [path, { ...operations, options: preflightOperation(cors, routes, api.apiKey) }];
    }),
  );
}

/** Models of the JSON bodies. API Gateway reads a raw body against no model, so it gets none. */
function models(routes: readonly Route[]): Json {
  return Object.fromEntries(
    routes.flatMap((route) => {
      const { body } = route.contract;
      return body === undefined || isRawBody(body) ? [] : [[requestName(route), gatewaySchema(body)]];
    }),
  );
}

function operation(api: ApiContract, route: Route, integration: Integration | undefined): Json {
  if (integration === undefined) throw new Error(`route "${route.key}" has no integration`);
  const { body, summary, query = {}, headers = {} } = route.contract;
  const hasModel = body !== undefined && !isRawBody(body);
  return {
    operationId: operationId(route),
    summary,
    parameters: [
      ...route.pathParameters.map((name) => parameter("path", name, true)),
      ...Object.entries(query).map(([name, { required }]) => parameter("query", name, required)),
      ...Object.entries(headers).map(([name, { required }]) => parameter("header", name, required)),
    ],
    ...(hasModel && {
      requestBody: {
        required: true,
        content: {
          "application/json": { schema: { $ref: `#/components/schemas/${requestName(route)}` } },
        },
      },
    }),
    ...securityOf(api, route),
    "x-amazon-apigateway-request-validator": hasModel ? "all" : "parameters",
    ...("queueUri" in integration ? queueOperation(api, route, integration) : functionOperation(integration)),
  };
}

function functionOperation({ uri, timeoutMilliseconds }: FunctionIntegration): Json {
  return {
    responses: { 200: { description: "As the function answers." } },
    "x-amazon-apigateway-integration": {
      type: "aws_proxy",
      httpMethod: "POST",
      uri,
      passthroughBehavior: "when_no_match",
      timeoutInMillis: timeoutMilliseconds,
    },
  };
}

function parameter(place: string, name: string, required = false): Json {
  return { name, in: place, required, schema: { type: "string" } };
}
