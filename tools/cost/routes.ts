/** The routes that an API's OpenAPI document hands to something. */
import { parsed, record } from "../diagram/properties.ts";

export interface Route {
  readonly method: string;
  readonly path: string;
  /** Of the integration. */
  readonly uri: string;
  /** URI of the Lambda authorizer; undefined when there is none. */
  readonly authorizer: string | undefined;
}

/** Routes that the gateway answers by itself, as those for browsers' preflights, are left out. */
export function routesOf(body: unknown): Route[] {
  const document = record(parsed(body));
  const schemes = record(record(document.components).securitySchemes);
  return Object.entries(record(document.paths)).flatMap(([path, operations]) =>
    Object.entries(record(operations)).flatMap(([method, value]) => {
      const operation = record(value);
      const { uri } = record(operation["x-amazon-apigateway-integration"]);
      if (typeof uri !== "string") return [];
      return [
        { method, path, uri, authorizer: authorizerOf(operation.security ?? document.security, schemes) },
      ];
    }),
  );
}

function authorizerOf(security: unknown, schemes: Readonly<Record<string, unknown>>): string | undefined {
  const names = Array.isArray(security) ? security.flatMap((one) => Object.keys(record(one))) : [];
  const uris = names.map(
    (name) => record(record(schemes[name])["x-amazon-apigateway-authorizer"]).authorizerUri,
  );
  return uris.find((uri) => typeof uri === "string");
}
