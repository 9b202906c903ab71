/** Which key and authorizer an operation of an OpenAPI document asks for. */
import { notSupported, UserError } from "../../core/errors.ts";
import { token } from "../../core/names.ts";
import type { JsonObject } from "./json.ts";
import { isObject, listOf, objectOf, textOf } from "./json.ts";
import type { Authorizer, Method } from "./model.ts";
import { IAM_AUTHORIZER } from "./model.ts";
import { readAuthorizer } from "./read-authorizer.ts";

type Security = Pick<Method, "apiKeyRequired" | "authorizationScopes" | "authorizer">;

/** @param where the method, for messages */
export function readSecurity(
  id: string,
  document: JsonObject,
  operation: JsonObject,
  where: string,
): Security {
  const isIam = isSigned(objectOf(operation["x-amazon-apigateway-auth"]).type);
  const schemes = objectOf(objectOf(document.components).securitySchemes);
  const required = listOf(operation.security ?? document.security).flatMap((entry) =>
    Object.entries(objectOf(entry)),
  );
  const authorizer = isIam ? IAM_AUTHORIZER : undefined;
  let security: Security = { apiKeyRequired: false, authorizationScopes: [], authorizer };
  for (const [name, scopes] of required) {
    const scheme = schemes[name];
    if (!isObject(scheme))
      throw new UserError(`${where} asks for the security scheme ${name}; there is none.`);
    const authorizer = authorizerOf(id, name, scheme, where);
    if (authorizer) security = { ...security, authorizer, authorizationScopes: listOf(scopes).map(String) };
    else security = { ...security, apiKeyRequired: true };
  }
  return security;
}

/** The authorizer of a scheme; undefined when the scheme is an API key. */
function authorizerOf(id: string, name: string, scheme: JsonObject, where: string): Authorizer | undefined {
  const definition = scheme["x-amazon-apigateway-authorizer"];
  if (isSigned(scheme["x-amazon-apigateway-authtype"])) return IAM_AUTHORIZER;
  if (isObject(definition)) {
    const source =
      definition.identitySource ?? `method.request.header.${textOf(scheme.name) ?? "Authorization"}`;
    return readAuthorizer(token(`${id}/${name}`, 6), name, { ...definition, identitySource: source });
  }
  const isKey =
    scheme.type === "apiKey" && scheme.in === "header" && textOf(scheme.name)?.toLowerCase() === "x-api-key";
  if (isKey) return undefined;
  throw notSupported("apigateway", `the security scheme ${name} (${where})`);
}

function isSigned(type: unknown): boolean {
  const name = textOf(type)?.toUpperCase();
  return name === "AWS_IAM" || name === "AWSSIGV4";
}
