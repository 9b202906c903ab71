/**
 * An HTTP API from an OpenAPI 3.0 document with API Gateway's extensions.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-open-api.html
 */
import { notSupported, UserError } from "../../core/errors.ts";
import type { Properties } from "../../core/graph.ts";
import type { JsonObject } from "../apigateway/json.ts";
import { isObject, listOf, objectOf, textOf } from "../apigateway/json.ts";
import type { Part } from "./model.ts";

const ANY = "x-amazon-apigateway-any-method";
const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", ANY];

/** The parts of a document, as resources would define them. */
export interface ImportedParts {
  readonly integrations: readonly Part[];
  readonly routes: readonly Part[];
  readonly authorizers: readonly Part[];
  /** `corsConfiguration`, when the document has one. */
  readonly cors: JsonObject | undefined;
}

/**
 * @param name of the API, for messages
 * @param body JSON text of the document
 */
export function readDocument(name: string, body: string): ImportedParts {
  const document = parse(name, body);
  const schemes = Object.entries(objectOf(objectOf(document.components).securitySchemes));
  const authorizers = schemes.flatMap(([scheme, value]) => authorizerOf(scheme, objectOf(value)));
  const operations = Object.entries(objectOf(document.paths)).flatMap(([path, item]) =>
    Object.entries(objectOf(item))
      .filter(([key]) => METHODS.includes(key))
      .map(([key, operation]) => ({ routeKey: routeKeyOf(path, key), operation: objectOf(operation) })),
  );
  const cors = document["x-amazon-apigateway-cors"];
  return {
    authorizers,
    integrations: operations.map(({ routeKey, operation }) => integrationOf(routeKey, operation, document)),
    routes: operations.map(({ routeKey, operation }) => routeOf(routeKey, operation, document, authorizers)),
    cors: isObject(cors) ? cors : undefined,
  };
}

function parse(name: string, body: string): JsonObject {
  try {
    const document = objectOf(JSON.parse(body));
    if (textOf(document.openapi)?.startsWith("3.0")) return document;
  } catch {
    throw new UserError(`The body of Api ${name} is not JSON. (YAML documents are not supported here.)`);
  }
  throw notSupported("apigatewayv2", `API documents other than OpenAPI 3.0 (Api ${name})`);
}

function routeKeyOf(path: string, key: string): string {
  if (path === "/$default") return "$default";
  return `${key === ANY ? "ANY" : key.toUpperCase()} ${path}`;
}

function integrationOf(routeKey: string, operation: JsonObject, document: JsonObject): Part {
  const given = objectOf(operation["x-amazon-apigateway-integration"]);
  const shared = objectOf(objectOf(document.components)["x-amazon-apigateway-integrations"]);
  const reference = textOf(given.$ref)?.split("/").at(-1);
  const raw = reference === undefined ? given : objectOf(shared[reference]);
  if (textOf(raw.type) === undefined) throw new UserError(`No integration defined for route ${routeKey}.`);
  const inputs = {
    connectionType: raw.connectionType,
    credentialsArn: raw.credentials,
    integrationMethod: raw.httpMethod,
    integrationSubtype: raw.integrationSubtype,
    integrationType: textOf(raw.type)?.toUpperCase(),
    integrationUri: raw.uri,
    payloadFormatVersion: raw.payloadFormatVersion,
    requestParameters: raw.requestParameters,
    responseParameters: Object.keys(objectOf(raw.responseParameters)),
    timeoutMilliseconds: raw.timeoutInMillis,
  };
  return { id: routeKey, name: routeKey, inputs: inputs as Properties };
}

function routeOf(
  routeKey: string,
  operation: JsonObject,
  document: JsonObject,
  authorizers: readonly Part[],
): Part {
  const [security] = listOf(operation.security ?? document.security).flatMap((entry) =>
    Object.entries(objectOf(entry)),
  );
  const target = { routeKey, target: `integrations/${routeKey}` };
  if (security === undefined) return { id: routeKey, name: routeKey, inputs: target };
  const [scheme, scopes] = security;
  const authorizer = authorizers.find(({ id }) => id === scheme);
  const kind = authorizer?.inputs.authorizerType === "JWT" ? "JWT" : "CUSTOM";
  const inputs = {
    ...target,
    authorizationType: authorizer ? kind : "AWS_IAM",
    authorizerId: scheme,
    authorizationScopes: listOf(scopes).map(String),
  };
  const isSigned = schemeOf(document, scheme)["x-amazon-apigateway-authtype"] === "awsSigv4";
  if (!authorizer && !isSigned)
    throw notSupported("apigatewayv2", `the security scheme ${scheme} (route ${routeKey})`);
  return { id: routeKey, name: routeKey, inputs };
}

function schemeOf(document: JsonObject, name: string): JsonObject {
  return objectOf(objectOf(objectOf(document.components).securitySchemes)[name]);
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authorizer.html */
function authorizerOf(name: string, scheme: JsonObject): Part[] {
  const raw = scheme["x-amazon-apigateway-authorizer"];
  if (!isObject(raw)) return [];
  const { issuer, audience } = objectOf(raw.jwtConfiguration);
  const sources = textOf(raw.identitySource);
  const inputs = {
    authorizerType: textOf(raw.type)?.toUpperCase(),
    authorizerUri: raw.authorizerUri,
    authorizerCredentialsArn: raw.authorizerCredentials,
    authorizerPayloadFormatVersion: raw.authorizerPayloadFormatVersion,
    authorizerResultTtlInSeconds: raw.authorizerResultTtlInSeconds,
    enableSimpleResponses: raw.enableSimpleResponses,
    identitySources: sources?.split(",").map((source) => source.trim()) ?? [],
    jwtConfiguration: { issuer, audiences: audience },
  };
  return [{ id: name, name, inputs: inputs as Properties }];
}
