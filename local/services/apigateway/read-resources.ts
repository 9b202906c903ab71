/** A REST API from resources: RestApi with Resource, Method, Integration, Model … around it. */
import { notSupported, UserError } from "../../core/errors.ts";
import type { Properties, Resource } from "../../core/graph.ts";
import type { JsonObject } from "./json.ts";
import { listOf, numberOf, objectOf, textMapOf, textOf } from "./json.ts";
import type { Method, RequestParameter, RestApi } from "./model.ts";
import { IAM_AUTHORIZER } from "./model.ts";
import { readGatewayResponse, readOpenApi } from "./openapi.ts";
import { readAuthorizer } from "./read-authorizer.ts";
import { readIntegration, readIntegrationResponse } from "./read-integration.ts";

/** Type token of a resource of this service: `aws:apigateway/restApi:RestApi` for `RestApi`. */
export function typeToken(name: string): string {
  return `aws:apigateway/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`;
}

/**
 * @param api the RestApi
 * @param parts the other resources of this API
 * @throws UserError what AWS would refuse; AwsError NotImplemented what the local cloud does not have
 */
export function readRestApi(api: Resource, parts: readonly Resource[]): RestApi {
  const { inputs } = api;
  const name = textOf(api.outputs.name) ?? api.name;
  const document = textOf(inputs.body);
  const base = document === undefined ? emptyApi(api.id, name) : readOpenApi(api.id, name, document);
  const of = (type: string) => parts.filter((part) => part.type === typeToken(type));
  return {
    ...base,
    apiKeySource: inputs.apiKeySource === "AUTHORIZER" ? "AUTHORIZER" : base.apiKeySource,
    binaryMediaTypes: inputs.binaryMediaTypes
      ? listOf(inputs.binaryMediaTypes).map(String)
      : base.binaryMediaTypes,
    minimumCompressionSize: numberOf(inputs.minimumCompressionSize) ?? base.minimumCompressionSize,
    policy: textOf(of("RestApiPolicy")[0]?.inputs.policy) ?? textOf(inputs.policy) ?? base.policy,
    methods: [...base.methods, ...readMethods(api, name, of)],
    models: { ...base.models, ...readModels(of("Model")) },
    gatewayResponses: {
      ...base.gatewayResponses,
      ...Object.fromEntries(
        of("Response").map(({ inputs: response }) => [
          String(response.responseType),
          readGatewayResponse(response),
        ]),
      ),
    },
  };
}

/** Models that every API has from the start. */
const BUILT_IN_MODELS: Readonly<Record<string, JsonObject>> = {
  Empty: { type: "object" },
  Error: { type: "object", properties: { message: { type: "string" } } },
};

function emptyApi(id: string, name: string): RestApi {
  return {
    ...{ id, name, apiKeySource: "HEADER", binaryMediaTypes: [], minimumCompressionSize: undefined },
    ...{ policy: undefined, methods: [], models: {}, gatewayResponses: {} },
  };
}

function readModels(models: readonly Resource[]): Record<string, JsonObject> {
  return Object.fromEntries(
    models.map((model) => [String(model.outputs.name), schemaOf(model)] satisfies [string, JsonObject]),
  );
}

function schemaOf(model: Resource): JsonObject {
  try {
    return objectOf(JSON.parse(textOf(model.inputs.schema) ?? "{}"));
  } catch {
    throw new UserError(`The schema of Model ${model.name} is not JSON.`);
  }
}

type PartsOf = (type: string) => readonly Resource[];

function readMethods(api: Resource, apiName: string, of: PartsOf): Method[] {
  const paths = pathsOf(api, of("Resource"));
  const models = { ...BUILT_IN_MODELS, ...readModels(of("Model")) };
  return of("Method").map(({ inputs, name }) => {
    const path = paths.get(String(inputs.resourceId));
    if (path === undefined) throw new UserError(`The resourceId of Method ${name} is not one of its API.`);
    const httpMethod = String(inputs.httpMethod).toUpperCase();
    const where = `${httpMethod} ${path} of API ${apiName}`;
    return {
      path,
      resourceId: String(inputs.resourceId),
      httpMethod,
      apiKeyRequired: inputs.apiKeyRequired === true,
      authorizer: authorizerOf(inputs, of("Authorizer"), where),
      authorizationScopes: listOf(inputs.authorizationScopes).map(String),
      ...validationOf(inputs, of("RequestValidator"), where),
      requiredParameters: requiredParameters(inputs),
      requestModels: requestModels(inputs, models, where),
      integration: integrationOf(inputs, of, where),
    };
  });
}

/** Paths by resource id. */
function pathsOf(api: Resource, resources: readonly Resource[]): ReadonlyMap<string, string> {
  const paths = new Map([[String(api.outputs.rootResourceId), "/"]]);
  for (const { id, inputs, name } of resources) {
    const parent = paths.get(String(inputs.parentId));
    if (parent === undefined) throw new UserError(`The parentId of Resource ${name} is not one of its API.`);
    paths.set(id, `${parent === "/" ? "" : parent}/${String(inputs.pathPart)}`);
  }
  return paths;
}

function authorizerOf(method: Properties, authorizers: readonly Resource[], where: string) {
  const authorization = textOf(method.authorization) ?? "NONE";
  if (authorization === "NONE") return undefined;
  if (authorization === "AWS_IAM") return IAM_AUTHORIZER;
  if (authorization !== "CUSTOM" && authorization !== "COGNITO_USER_POOLS")
    throw notSupported("apigateway", `authorization ${authorization} (${where})`);
  const authorizer = authorizers.find(({ id }) => id === method.authorizerId);
  if (!authorizer) throw new UserError(`The authorizerId of ${where} is not one of its API.`);
  return readAuthorizer(authorizer.id, String(authorizer.outputs.name), authorizer.inputs);
}

function validationOf(method: Properties, validators: readonly Resource[], where: string) {
  if (!method.requestValidatorId) return { validateBody: false, validateParameters: false };
  const validator = validators.find(({ id }) => id === method.requestValidatorId);
  if (!validator) throw new UserError(`The requestValidatorId of ${where} is not one of its API.`);
  return {
    validateBody: validator.inputs.validateRequestBody === true,
    validateParameters: validator.inputs.validateRequestParameters === true,
  };
}

function requiredParameters(method: Properties): RequestParameter[] {
  return Object.entries(objectOf(method.requestParameters)).flatMap(([key, required]) => {
    const [, location, name] = /^method\.request\.(header|querystring|path)\.(.+)$/.exec(key) ?? [];
    if (required !== true || name === undefined) return [];
    return [{ location: location as RequestParameter["location"], name }];
  });
}

function requestModels(method: Properties, models: Readonly<Record<string, JsonObject>>, where: string) {
  return Object.fromEntries(
    Object.entries(textMapOf(method.requestModels)).map(([type, name]) => {
      const model = models[name];
      if (!model) throw new UserError(`${where} names the model ${name}; there is none.`);
      return [type.toLowerCase(), model];
    }),
  );
}

function integrationOf(method: Properties, of: PartsOf, where: string) {
  const isSameMethod = ({ inputs }: Resource) =>
    inputs.resourceId === method.resourceId &&
    String(inputs.httpMethod).toUpperCase() === String(method.httpMethod).toUpperCase();
  const integration = of("Integration").find(isSameMethod);
  if (!integration)
    throw new UserError(
      `No integration defined for method ${where}: the Deployment must depend on it (dependsOn).`,
    );
  const { inputs } = integration;
  const responses = of("IntegrationResponse")
    .filter(isSameMethod)
    .map((response) =>
      readIntegrationResponse(textOf(response.inputs.selectionPattern), response.inputs, where),
    );
  return readIntegration(
    { ...inputs, httpMethod: inputs.integrationHttpMethod, timeout: inputs.timeoutMilliseconds },
    responses,
    where,
  );
}
