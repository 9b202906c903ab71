/** Events as AWS hands them to functions. */
import type { APIGatewayProxyEvent, Context } from "aws-lambda";
import type { ApiRequest } from "../../../handlers/shared/request.ts";
import { toRequest } from "../../../handlers/shared/request.ts";

export interface Asked {
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  readonly path?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, bytes in base64, a text as it is. */
  readonly body?: unknown;
  readonly caller?: string;
  /** What the API's authorizer says about the caller. */
  readonly authorizer?: Readonly<Record<string, string>>;
  /** Path behind a greedy parameter: the route's own without it. */
  readonly url?: string;
}

/** An event of a REST API with Lambda proxy integration, at stage `live`. */
export function gatewayEvent(route: string, asked: Asked = {}): APIGatewayProxyEvent {
  const [httpMethod = "", resource = ""] = route.split(" ");
  const { body, path = {} } = asked;
  const isJson = body !== undefined && typeof body !== "string" && !(body instanceof Uint8Array);
  const headers = lists({
    Host: "api.example.com",
    "X-Forwarded-Proto": "https",
    ...(isJson && { "Content-Type": "application/json" }),
    ...asked.headers,
  });
  const query = lists(asked.query ?? {});
  const url = asked.url ?? resource.replace(/\{(\w+)\}/g, (_, name: string) => path[name] ?? "");
  return {
    resource,
    path: url,
    httpMethod,
    headers: lastOf(headers),
    multiValueHeaders: headers,
    queryStringParameters: asked.query ? lastOf(query) : null,
    multiValueQueryStringParameters: asked.query ? query : null,
    pathParameters: asked.path ? { ...path } : null,
    stageVariables: null,
    requestContext: {
      accountId: "000000000000",
      apiId: "api",
      authorizer: asked.authorizer ?? null,
      protocol: "HTTP/1.1",
      httpMethod,
      identity: {
        accessKey: null,
        accountId: null,
        apiKey: "key",
        apiKeyId: asked.caller ?? "key-id",
        caller: null,
        clientCert: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: "127.0.0.1",
        user: null,
        userAgent: null,
        userArn: null,
      },
      domainName: "gateway.example.com",
      path: `/live${url}`,
      stage: "live",
      requestId: "gateway-request",
      requestTimeEpoch: 0,
      resourceId: "resource",
      resourcePath: resource,
    },
    body: body === undefined ? null : bodyText(body),
    isBase64Encoded: body instanceof Uint8Array,
  };
}

/** The same as the handlers' work functions get it. */
export function request(route: string, asked?: Asked): ApiRequest {
  return toRequest(gatewayEvent(route, asked));
}

export function lambdaContext(): Context {
  return {
    callbackWaitsForEmptyEventLoop: false,
    functionName: "function",
    functionVersion: "1",
    invokedFunctionArn: "arn:aws:lambda:eu-west-1:000000000000:function:function:live",
    memoryLimitInMB: "256",
    awsRequestId: "invocation",
    logGroupName: "group",
    logStreamName: "stream",
    getRemainingTimeInMillis: () => 10_000,
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}

function bodyText(body: unknown): string {
  if (typeof body === "string") return body;
  return body instanceof Uint8Array ? Buffer.from(body).toString("base64") : JSON.stringify(body);
}

function lists(values: Readonly<Record<string, string | readonly string[]>>): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === "string" ? [value] : [...value]]),
  );
}

function lastOf(values: Readonly<Record<string, readonly string[]>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, list]) => [name, list.at(-1) ?? ""]));
}
