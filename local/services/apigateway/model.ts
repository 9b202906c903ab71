/**
 * A REST API as the request path sees it. An OpenAPI document and resources (Resource, Method, Integration …) both become
 * this model, so that there is one way to serve a request.
 */
import type { JsonObject } from "./json.ts";

export type IntegrationType = "AWS_PROXY" | "AWS" | "HTTP_PROXY" | "HTTP" | "MOCK";

export type PassthroughBehavior = "WHEN_NO_MATCH" | "WHEN_NO_TEMPLATES" | "NEVER";

/** How an answer of the backend becomes the method's answer. */
export interface IntegrationResponse {
  /** Matches the backend's status, or a function's error message. Left out: the default response. */
  readonly selectionPattern: string | undefined;
  readonly statusCode: number;
  /** `method.response.header.<name>` → expression. */
  readonly parameters: Readonly<Record<string, string>>;
  /** By content type. */
  readonly templates: Readonly<Record<string, string>>;
}

export interface Integration {
  readonly type: IntegrationType;
  readonly uri: string;
  /** Method of the call to the backend. */
  readonly httpMethod: string | undefined;
  /** ARN of the role that the call is made with. Left out: the service principal calls. */
  readonly credentials: string | undefined;
  readonly timeoutMilliseconds: number;
  /** `integration.request.<location>.<name>` → expression. */
  readonly requestParameters: Readonly<Record<string, string>>;
  /** By content type. */
  readonly requestTemplates: Readonly<Record<string, string>>;
  readonly passthroughBehavior: PassthroughBehavior;
  readonly responses: readonly IntegrationResponse[];
}

/** A Lambda authorizer. https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html */
export interface LambdaAuthorizer {
  readonly id: string;
  readonly name: string;
  readonly type: "TOKEN" | "REQUEST";
  readonly functionArn: string;
  readonly credentials: string | undefined;
  /** Expressions such as `method.request.header.Authorization`; together they are the cache key. */
  readonly identitySources: readonly string[];
  /** Regular expression that the token of a TOKEN authorizer must match. */
  readonly validationExpression: string | undefined;
  /** How long an answer is reused; 0 never. */
  readonly ttlSeconds: number;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html */
export interface CognitoAuthorizer {
  readonly id: string;
  readonly name: string;
  readonly type: "COGNITO_USER_POOLS";
  /** Of the user pools whose tokens are taken. */
  readonly issuers: readonly string[];
  readonly identitySources: readonly string[];
  /** Regular expression that the token must match. */
  readonly validationExpression: string | undefined;
}

/** The caller's signature says who calls, and its policies whether it may. */
export interface IamAuthorizer {
  readonly id: "AWS_IAM";
  readonly type: "AWS_IAM";
}

export type Authorizer = LambdaAuthorizer | CognitoAuthorizer | IamAuthorizer;

export const IAM_AUTHORIZER: IamAuthorizer = { id: "AWS_IAM", type: "AWS_IAM" };

export interface RequestParameter {
  readonly location: "header" | "querystring" | "path";
  readonly name: string;
}

export interface Method {
  /** Of the resource, such as `/tasks/{id}`. */
  readonly path: string;
  readonly resourceId: string;
  /** `ANY` for all methods that have no entry of their own. */
  readonly httpMethod: string;
  readonly apiKeyRequired: boolean;
  readonly authorizer: Authorizer | undefined;
  /** Of which an access token needs one; with none the id token counts. For Cognito authorizers. */
  readonly authorizationScopes: readonly string[];
  readonly validateParameters: boolean;
  readonly validateBody: boolean;
  readonly requiredParameters: readonly RequestParameter[];
  /** JSON schema of the body, by content type. */
  readonly requestModels: Readonly<Record<string, JsonObject>>;
  readonly integration: Integration;
}

export interface GatewayResponse {
  readonly statusCode: number | undefined;
  /** `gatewayresponse.header.<name>` → expression. */
  readonly parameters: Readonly<Record<string, string>>;
  /** By content type. */
  readonly templates: Readonly<Record<string, string>>;
}

export interface RestApi {
  readonly id: string;
  readonly name: string;
  readonly apiKeySource: "HEADER" | "AUTHORIZER";
  readonly binaryMediaTypes: readonly string[];
  /** Smallest body, in bytes, that is compressed; undefined: nothing is, and compressed requests are taken as they are. */
  readonly minimumCompressionSize: number | undefined;
  /** Resource policy, as JSON text. */
  readonly policy: string | undefined;
  readonly methods: readonly Method[];
  /** Schemas by name. They refer to each other by `modelReference`. */
  readonly models: Readonly<Record<string, JsonObject>>;
  /** By response type, such as `THROTTLED` or `DEFAULT_4XX`. */
  readonly gatewayResponses: Readonly<Record<string, GatewayResponse>>;
}

/** How one model refers to another: https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html */
export function modelReference(apiId: string, name: string): string {
  return `https://apigateway.amazonaws.com/restapis/${apiId}/models/${name}`;
}

/** Milliseconds that API Gateway waits for a backend by default, and at most without a raised quota. */
export const DEFAULT_TIMEOUT = 29_000;

/** Seconds that an authorizer's answer is reused by default. */
export const DEFAULT_AUTHORIZER_TTL = 300;
