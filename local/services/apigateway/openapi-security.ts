/** Which key and authorizer an operation of an OpenAPI document asks for. */
import { notSupported, UserError } from "../../core/errors.ts";
import { token } from "../../core/names.ts";
import type { JsonObject } from "./json.ts";
import { isObject, listOf, objectOf, textOf } from "./json.ts";
import type { Authorizer, Method } from "./model.ts";
import { readAuthorizer } from "./read-authorizer.ts";

type Security = Pick<Method, "apiKeyRequired" | "authorizer">;

/** @param where the method, for messages */
export function readSecurity(
  id: string,
  document: JsonObject,
  operation: JsonObject,
  where: string,
): Security {
  refuseIam(objectOf(operation["x-amazon-apigateway-auth"]).type, where);
  const schemes = objectOf(objectOf(document.components).securitySchemes);
  const required = listOf(operation.security ?? document.security).flatMap((entry) =>
    Object.keys(objectOf(entry)),
  );
  let security: Security = { apiKeyRequired: false, authorizer: undefined };
  for (const name of required) {
    const scheme = schemes[name];
    if (!isObject(scheme))
      throw new UserError(`${where} asks for the security scheme ${name}; there is none.`);
    const authorizer = authorizerOf(id, name, scheme, where);
    if (authorizer) security = { ...security, authorizer };
    else security = { ...security, apiKeyRequired: true };
  }
  return security;
}

/** The authorizer of a scheme; undefined when the scheme is an API key. */
function authorizerOf(id: string, name: string, scheme: JsonObject, where: string): Authorizer | undefined {
  const definition = scheme["x-amazon-apigateway-authorizer"];
  refuseIam(scheme["x-amazon-apigateway-authtype"], where);
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

function refuseIam(type: unknown, where: string): void {
  const name = textOf(type)?.toUpperCase();
  if (name === "AWS_IAM" || name === "AWSSIGV4")
    throw notSupported("apigateway", `authorization AWS_IAM (${where})`);
}
