/** The authorizer of a method, from an OpenAPI security scheme or from a resource. */
import { notSupported, UserError } from "../../core/errors.ts";
import { poolEndpoint } from "../cognito/outputs.ts";
import type { JsonObject } from "./json.ts";
import { listOf, numberOf, textOf } from "./json.ts";
import type { Authorizer, CognitoAuthorizer } from "./model.ts";
import { DEFAULT_AUTHORIZER_TTL } from "./model.ts";

const TOKEN_SOURCE = "method.request.header.Authorization";

/** @param raw members under their names in OpenAPI and in aws.apigateway.Authorizer, which are the same but for `providerARNs` */
export function readAuthorizer(id: string, name: string, raw: JsonObject): Authorizer {
  const type = (textOf(raw.type) ?? "TOKEN").toUpperCase();
  if (type === "COGNITO_USER_POOLS") return cognitoAuthorizer(id, name, raw);
  if (type !== "TOKEN" && type !== "REQUEST")
    throw notSupported("apigateway", `authorizers of type ${type} (authorizer ${name})`);
  const uri = textOf(raw.authorizerUri) ?? "";
  const functionArn = lambdaOf(uri);
  if (functionArn === undefined)
    throw new UserError(`The authorizerUri of authorizer ${name} is not one of a Lambda function: ${uri}`);
  const defaultSource = type === "TOKEN" ? TOKEN_SOURCE : "";
  return {
    id,
    name,
    type,
    functionArn,
    credentials: textOf(raw.authorizerCredentials),
    identitySources: sourcesOf(raw, defaultSource),
    validationExpression: textOf(raw.identityValidationExpression),
    ttlSeconds: numberOf(raw.authorizerResultTtlInSeconds) ?? DEFAULT_AUTHORIZER_TTL,
  };
}

function sourcesOf(raw: JsonObject, defaultSource: string): string[] {
  return (textOf(raw.identitySource) ?? defaultSource)
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function cognitoAuthorizer(id: string, name: string, raw: JsonObject): CognitoAuthorizer {
  const issuers = listOf(raw.providerARNs ?? raw.providerArns).map((arn) => {
    const poolId = /:userpool\/(\w[\w-]*_\w+)$/.exec(String(arn))?.[1];
    if (poolId === undefined) throw new UserError(`A provider of authorizer ${name} is no user pool: ${arn}`);
    return `https://${poolEndpoint(poolId)}`;
  });
  return {
    id,
    name,
    type: "COGNITO_USER_POOLS",
    issuers,
    identitySources: sourcesOf(raw, TOKEN_SOURCE),
    validationExpression: textOf(raw.identityValidationExpression),
  };
}

/**
 * The function in `arn:aws:apigateway:<region>:lambda:path/2015-03-31/functions/<function ARN>/invocations`; undefined
 * for another URI. Stage variables in it stay as they are.
 */
export function lambdaOf(uri: string): string | undefined {
  return /:lambda:path\/2015-03-31\/functions\/(.+)\/invocations$/.exec(uri)?.[1];
}
