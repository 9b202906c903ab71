/** The routes that an API's OpenAPI document hands to something. */
import { parsed, record } from "../diagram/properties.ts";
import { type AnyDocument, operationsOf } from "../openapi/operations.ts";

export interface Route {
  /** Of the integration. */
  readonly uri: string;
  /** URI of the Lambda authorizer; undefined when there is none. */
  readonly authorizer: string | undefined;
}

/** Routes that the gateway answers by itself, as those for browsers' preflights, are left out. */
export function routesOf(body: unknown): Route[] {
  const document: AnyDocument & Readonly<Record<string, unknown>> = record(parsed(body));
  const schemes = record(record(document.components).securitySchemes);
  return operationsOf(document).flatMap(({ operation }) => {
    const { uri } = record(operation["x-amazon-apigateway-integration"]);
    return typeof uri === "string"
      ? [{ uri, authorizer: authorizerOf(operation.security ?? document.security, schemes) }]
      : [];
  });
}

function authorizerOf(security: unknown, schemes: Readonly<Record<string, unknown>>): string | undefined {
  const names = Array.isArray(security) ? security.flatMap((one) => Object.keys(record(one))) : [];
  const uris = names.map(
    (name) => record(record(schemes[name])["x-amazon-apigateway-authorizer"]).authorizerUri,
  );
  return uris.find((uri) => typeof uri === "string");
}
