/** An HTTP API as the request path sees it, read from the resources of the program. */
import { notSupported, UserError } from "../../core/errors.ts";
import type { Properties, Resource } from "../../core/graph.ts";
import { listOf, numberOf, objectOf, textMapOf, textOf } from "../apigateway/json.ts";
import { DEFAULT_AUTHORIZER_TTL } from "../apigateway/model.ts";
import { lambdaOf } from "../apigateway/read-authorizer.ts";

/** A route, integration or authorizer: a resource, or what an API document defines. */
export type Part = Pick<Resource, "id" | "name" | "inputs">;

export type PayloadFormat = "1.0" | "2.0";

export interface HttpIntegration {
  readonly type: "AWS_PROXY" | "HTTP_PROXY";
  /** Such as `SQS-SendMessage`; undefined for functions and HTTP backends. */
  readonly subtype: string | undefined;
  /** ARN of the function, or URL of the backend. */
  readonly uri: string;
  /** Method of the call to an HTTP backend; `ANY` is the request's own. */
  readonly method: string;
  /** ARN of the role that the call is made with. */
  readonly credentials: string | undefined;
  readonly payloadFormat: PayloadFormat;
  readonly timeoutMilliseconds: number;
  readonly requestParameters: Readonly<Record<string, string>>;
}

export interface JwtAuthorizer {
  readonly kind: "JWT";
  readonly name: string;
  readonly identitySources: readonly string[];
  readonly issuer: string;
  readonly audience: readonly string[];
}

export interface RequestAuthorizer {
  readonly kind: "REQUEST";
  readonly id: string;
  readonly name: string;
  readonly identitySources: readonly string[];
  readonly functionArn: string;
  readonly credentials: string | undefined;
  readonly payloadFormat: PayloadFormat;
  /** Whether the function answers `{ isAuthorized }` instead of a policy. */
  readonly hasSimpleResponses: boolean;
  /** How long an answer is reused; 0 never. */
  readonly ttlSeconds: number;
}

export type HttpAuthorizer = JwtAuthorizer | RequestAuthorizer;

/** Milliseconds that an HTTP API waits for a backend by default, and at most. */
const TIMEOUT = 30_000;

/** Keys of other issuers would have to come from outside this machine. */
const POOL_ISSUER = /^https:\/\/cognito-idp\.[\w-]+\.amazonaws\.com\/\w/;

/** @throws UserError or AwsError NotImplemented for what cannot work here */
export function readIntegration({ name, inputs }: Part): HttpIntegration {
  const type = textOf(inputs.integrationType) ?? "";
  const subtype = textOf(inputs.integrationSubtype);
  if (type !== "AWS_PROXY" && type !== "HTTP_PROXY")
    throw notSupported("apigatewayv2", `integrations of type ${type} (Integration ${name})`);
  if (inputs.connectionType === "VPC_LINK")
    throw notSupported("apigatewayv2", `VPC links (Integration ${name})`);
  if (listOf(inputs.responseParameters).length > 0)
    throw notSupported("apigatewayv2", `responseParameters (Integration ${name})`);
  const uri = textOf(inputs.integrationUri) ?? "";
  return {
    type,
    subtype,
    uri: type === "AWS_PROXY" && subtype === undefined ? functionArnOf(uri, `Integration ${name}`) : uri,
    method: textOf(inputs.integrationMethod) ?? "ANY",
    credentials: textOf(inputs.credentialsArn),
    payloadFormat: inputs.payloadFormatVersion === "2.0" ? "2.0" : "1.0",
    timeoutMilliseconds: numberOf(inputs.timeoutMilliseconds) ?? TIMEOUT,
    requestParameters: textMapOf(inputs.requestParameters),
  };
}

/** What `target` of an API makes: https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html */
export function quickIntegration(name: string, inputs: Properties): HttpIntegration {
  const target = textOf(inputs.target) ?? "";
  const isUrl = /^https?:/.test(target);
  return {
    type: isUrl ? "HTTP_PROXY" : "AWS_PROXY",
    subtype: undefined,
    uri: isUrl ? target : functionArnOf(target, `Api ${name}`),
    method: "ANY",
    credentials: textOf(inputs.credentialsArn),
    payloadFormat: "2.0",
    timeoutMilliseconds: TIMEOUT,
    requestParameters: {},
  };
}

export function readAuthorizer({ id, name, inputs }: Part): HttpAuthorizer {
  const identitySources = listOf(inputs.identitySources).map(String);
  if (inputs.authorizerType === "JWT") {
    const { issuer, audiences } = objectOf(inputs.jwtConfiguration);
    const audience = listOf(audiences).map(String);
    if (textOf(issuer) === undefined || audience.length === 0)
      throw new UserError(`The jwtConfiguration of Authorizer ${name} needs an issuer and an audience.`);
    if (!POOL_ISSUER.test(String(issuer)))
      throw notSupported(
        "apigatewayv2",
        `the JWT issuer ${issuer}, which is no user pool (Authorizer ${name})`,
      );
    return { kind: "JWT", name, identitySources, issuer: String(issuer).replace(/\/$/, ""), audience };
  }
  if (inputs.authorizerType !== "REQUEST")
    throw notSupported("apigatewayv2", `authorizers of type ${inputs.authorizerType} (Authorizer ${name})`);
  const payloadFormat = inputs.authorizerPayloadFormatVersion === "2.0" ? "2.0" : "1.0";
  const hasSimpleResponses = inputs.enableSimpleResponses === true;
  if (hasSimpleResponses && payloadFormat === "1.0")
    throw new UserError(
      `Authorizer ${name}: enableSimpleResponses needs authorizerPayloadFormatVersion 2.0.`,
    );
  return {
    kind: "REQUEST",
    id,
    name,
    identitySources,
    functionArn: functionArnOf(textOf(inputs.authorizerUri) ?? "", `Authorizer ${name}`),
    credentials: textOf(inputs.authorizerCredentialsArn),
    payloadFormat,
    hasSimpleResponses,
    ttlSeconds:
      identitySources.length === 0
        ? 0
        : (numberOf(inputs.authorizerResultTtlInSeconds) ?? DEFAULT_AUTHORIZER_TTL),
  };
}

/** An ARN of a function, or the URI that API Gateway invokes it by. */
function functionArnOf(uri: string, where: string): string {
  const functionArn = /^arn:aws:lambda:/.test(uri) ? uri : lambdaOf(uri);
  if (functionArn === undefined) throw new UserError(`${where} leads to no Lambda function: ${uri}`);
  return functionArn;
}
