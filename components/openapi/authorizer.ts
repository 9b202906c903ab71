/**
 * The security scheme of an API whose callers send access tokens.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authorizer.html
 */
import type { Json } from "./document.ts";

/** The function that judges tokens. */
export interface AuthorizerIntegration {
  /** `arn:aws:apigateway:<region>:lambda:path/2015-03-31/functions/<function ARN>/invocations` */
  readonly uri: string;
  /** How long API Gateway remembers an answer, 0–3600. */
  readonly cacheSeconds: number;
}

/** What an answer is remembered by: with less, one method's answer would be given to another. */
const IDENTITY = ["method.request.header.Authorization", "context.httpMethod", "context.path"];

export function authorizerScheme({ uri, cacheSeconds }: AuthorizerIntegration): Json {
  return {
    type: "apiKey",
    in: "header",
    name: "Authorization",
    "x-amazon-apigateway-authtype": "custom",
    "x-amazon-apigateway-authorizer": {
      type: "request",
      authorizerUri: uri,
      identitySource: (cacheSeconds > 0 ? IDENTITY : IDENTITY.slice(0, 1)).join(", "),
      authorizerResultTtlInSeconds: cacheSeconds,
    },
  };
}
