/**
 * A REST API from an OpenAPI 3.0 document with API Gateway's extensions.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
 */
import { notSupported, UserError } from "../../core/errors.ts";
import { token } from "../../core/names.ts";
import type { JsonObject } from "./json.ts";
import { isObject, listOf, numberOf, objectOf, textMapOf, textOf } from "./json.ts";
import type { GatewayResponse, Method, RestApi } from "./model.ts";
import { modelReference } from "./model.ts";
import { readSecurity } from "./openapi-security.ts";
import { readIntegration, readIntegrationResponse } from "./read-integration.ts";

const HTTP_METHODS = ["get", "put", "post", "delete", "options", "head", "patch"];
const ANY = "x-amazon-apigateway-any-method";

/** @param body JSON text of the document */
export function readOpenApi(id: string, name: string, body: string): RestApi {
  const document = parse(name, body);
  const source = textOf(document["x-amazon-apigateway-api-key-source"]) ?? "HEADER";
  return {
    id,
    name,
    apiKeySource: source.toUpperCase() === "AUTHORIZER" ? "AUTHORIZER" : "HEADER",
    binaryMediaTypes: listOf(document["x-amazon-apigateway-binary-media-types"]).map(String),
    minimumCompressionSize: numberOf(document["x-amazon-apigateway-minimum-compression-size"]),
    policy: isObject(document["x-amazon-apigateway-policy"])
      ? JSON.stringify(document["x-amazon-apigateway-policy"])
      : undefined,
    methods: readMethods(id, name, document),
    models: readModels(id, document),
    gatewayResponses: readGatewayResponses(document["x-amazon-apigateway-gateway-responses"]),
  };
}

/** Gateway responses by type, as the extension and the inputs of aws.apigateway.Response both write them. */
export function readGatewayResponses(raw: unknown): Readonly<Record<string, GatewayResponse>> {
  return Object.fromEntries(
    Object.entries(objectOf(raw)).map(([type, response]) => [type, readGatewayResponse(response)]),
  );
}

export function readGatewayResponse(raw: unknown): GatewayResponse {
  const { statusCode, responseParameters, responseTemplates } = objectOf(raw);
  return {
    statusCode: numberOf(statusCode),
    parameters: textMapOf(responseParameters),
    templates: textMapOf(responseTemplates),
  };
}

function parse(name: string, body: string): JsonObject {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    throw new UserError(`The body of RestApi ${name} is not JSON. (YAML documents are not supported here.)`);
  }
  const version = textOf(objectOf(document).openapi);
  if (!version?.startsWith("3.0"))
    throw notSupported("apigateway", `API documents other than OpenAPI 3.0 (RestApi ${name})`);
  return objectOf(document);
}

function readModels(id: string, document: JsonObject): Readonly<Record<string, JsonObject>> {
  const schemas = Object.entries(objectOf(objectOf(document.components).schemas));
  return Object.fromEntries(schemas.map(([name, schema]) => [name, imported(id, objectOf(schema))]));
}

/**
 * A schema as the import leaves it: references lead to models, and `minItems` and `maxItems` are gone.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html#api-gateway-known-issues-rest-apis
 */
function imported(id: string, schema: JsonObject, isMap = false): JsonObject {
  const change = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) return value.map((item) => change(item, ""));
    if (isObject(value)) return imported(id, value, !isMap && key === "properties");
    if (key === "$ref" && typeof value === "string")
      return value.replace(/^#\/components\/schemas\//, modelReference(id, ""));
    return value;
  };
  const dropped = isMap ? [] : ["minItems", "maxItems"];
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => !dropped.includes(key))
      .map(([key, value]) => [key, key === "enum" ? value : change(value, isMap ? "" : key)]),
  );
}

function readMethods(id: string, name: string, document: JsonObject): Method[] {
  return Object.entries(objectOf(document.paths)).flatMap(([path, item]) =>
    Object.entries(objectOf(item))
      .filter(([key]) => HTTP_METHODS.includes(key) || key === ANY)
      .map(([key, operation]) =>
        readMethod({ id, name, document, path, key, item: objectOf(item), operation: objectOf(operation) }),
      ),
  );
}

interface Operation {
  readonly id: string;
  readonly name: string;
  readonly document: JsonObject;
  readonly path: string;
  readonly key: string;
  readonly item: JsonObject;
  readonly operation: JsonObject;
}

function readMethod(source: Operation): Method {
  const { id, name, document, path, key, item, operation } = source;
  const httpMethod = key === ANY ? "ANY" : key.toUpperCase();
  const where = `${httpMethod} ${path} of API ${name}`;
  const integration = operation["x-amazon-apigateway-integration"];
  if (!isObject(integration)) throw new UserError(`No integration defined for method ${where}.`);
  const parameters = [...listOf(item.parameters), ...listOf(operation.parameters)];
  const responses = Object.entries(objectOf(integration.responses)).map(([pattern, response]) =>
    readIntegrationResponse(pattern === "default" ? undefined : pattern, response, where),
  );
  return {
    path,
    resourceId: token(`${id}${path}`, 6),
    httpMethod,
    ...readSecurity(id, document, operation, where),
    ...readValidation(document, operation, where),
    requiredParameters: parameters.flatMap((parameter) => readParameter(document, objectOf(parameter))),
    requestModels: readRequestModels(id, document, operation),
    integration: readIntegration({ ...integration, timeout: integration.timeoutInMillis }, responses, where),
  };
}

function readValidation(document: JsonObject, operation: JsonObject, where: string) {
  const key = "x-amazon-apigateway-request-validator";
  const name = textOf(operation[key]) ?? textOf(document[key]);
  if (name === undefined) return { validateBody: false, validateParameters: false };
  const validator = objectOf(document["x-amazon-apigateway-request-validators"])[name];
  if (!isObject(validator))
    throw new UserError(`${where} names the request validator ${name}; there is none.`);
  return {
    validateBody: validator.validateRequestBody === true,
    validateParameters: validator.validateRequestParameters === true,
  };
}

/** Path parameters are always there, cookies cannot be required. */
function readParameter(document: JsonObject, parameter: JsonObject): Method["requiredParameters"] {
  const { name, in: place, required } = resolve(document, parameter);
  if (required !== true || typeof name !== "string") return [];
  if (place === "header") return [{ location: "header", name }];
  return place === "query" ? [{ location: "querystring", name }] : [];
}

function readRequestModels(id: string, document: JsonObject, operation: JsonObject) {
  const content = Object.entries(objectOf(resolve(document, objectOf(operation.requestBody)).content));
  return Object.fromEntries(
    content.flatMap(([type, media]) => {
      const { schema } = objectOf(media);
      return isObject(schema) ? [[type.toLowerCase(), imported(id, schema)]] : [];
    }),
  );
}

/** What a `$ref` within the document leads to; the value itself when it is none. */
function resolve(document: JsonObject, value: JsonObject): JsonObject {
  if (typeof value.$ref !== "string") return value;
  const steps = value.$ref.replace(/^#\//, "").split("/");
  return steps.reduce<JsonObject>((part, step) => objectOf(part[step]), document);
}
