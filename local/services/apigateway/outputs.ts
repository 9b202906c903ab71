/** What AWS would return for each resource of API Gateway's REST APIs. */
import type { RegisteredResource } from "../../core/graph.ts";
import { arn, physicalName, token } from "../../core/names.ts";
import type { Outputs, OutputsOf, World } from "../../core/service.ts";
import { textOf } from "./json.ts";
import { typeToken } from "./read-resources.ts";

/** AWS would say when it made the resource; a pure function cannot. */
const CREATED = "2026-01-01T00:00:00Z";

const REST_API_ID = 10;
const PART_ID = 6;

/** ARN of a part of the control plane, which has no account. */
function controlArn(world: World, path: string): string {
  return `arn:aws:apigateway:${world.region}::${path}`;
}

function restApi(resource: RegisteredResource, world: World): Outputs {
  const id = token(resource.urn, REST_API_ID);
  return {
    id,
    arn: controlArn(world, `/restapis/${id}`),
    createdDate: CREATED,
    executionArn: arn(world, "execute-api", id),
    name: physicalName(resource),
    rootResourceId: token(`${id}/`, REST_API_ID),
    ...defaults(resource, { apiKeySource: "HEADER", disableExecuteApiEndpoint: false, description: "" }),
  };
}

/** The inputs that AWS fills in when the program leaves them out. */
function defaults(resource: RegisteredResource, values: Readonly<Record<string, string | boolean>>) {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, resource.inputs[name] ?? value]),
  );
}

/** A deployment is one of a state of the API: with other triggers it is another one. */
function deployment(resource: RegisteredResource): Outputs {
  const { triggers, variables, description } = resource.inputs;
  const seed = `${resource.urn} ${JSON.stringify({ triggers, variables, description })}`;
  return { id: token(seed, PART_ID), createdDate: CREATED };
}

function stage({ inputs }: RegisteredResource, world: World): Outputs {
  const api = String(inputs.restApi);
  const name = String(inputs.stageName);
  return {
    id: `ags-${api}-${name}`,
    arn: controlArn(world, `/restapis/${api}/stages/${name}`),
    executionArn: arn(world, "execute-api", `${api}/${name}`),
    invokeUrl: `${world.endpoint}/_aws/execute-api/${api}/${name}`,
    webAclArn: "",
  };
}

function apiKey(resource: RegisteredResource, world: World): Outputs {
  const id = token(resource.urn, REST_API_ID);
  return {
    id,
    arn: controlArn(world, `/apikeys/${id}`),
    createdDate: CREATED,
    lastUpdatedDate: CREATED,
    name: physicalName(resource),
    value: textOf(resource.inputs.value) ?? keyValue(resource.urn),
    ...defaults(resource, { enabled: true }),
  };
}

/** 40 characters, in two halves because a token has no more than 32 that differ. */
function keyValue(urn: string): string {
  return token(`${urn}/value`, 20) + token(`${urn}/secret`, 20);
}

function usagePlan(resource: RegisteredResource, world: World): Outputs {
  const id = token(resource.urn, PART_ID);
  return { id, arn: controlArn(world, `/usageplans/${id}`), name: physicalName(resource) };
}

function authorizer(resource: RegisteredResource, world: World): Outputs {
  const id = token(resource.urn, PART_ID);
  const path = `/restapis/${String(resource.inputs.restApi)}/authorizers/${id}`;
  return { id, arn: controlArn(world, path), name: physicalName(resource) };
}

function domainName({ inputs, urn }: RegisteredResource, world: World): Outputs {
  const id = String(inputs.domainName);
  const target = `d-${token(urn, REST_API_ID)}.execute-api.${world.region}.amazonaws.com`;
  return {
    id,
    arn: controlArn(world, `/domainnames/${id}`),
    regionalDomainName: target,
    cloudfrontDomainName: `d${token(urn, 13)}.cloudfront.net`,
  };
}

/** An id of the resource's own, and the name that Pulumi gives it. */
const named: OutputsOf = (resource) => ({ id: token(resource.urn, PART_ID), name: physicalName(resource) });

/** An id joined from a prefix and inputs, as the provider makes it. */
function joined(prefix: string, ...names: readonly string[]): OutputsOf {
  return ({ inputs }) => ({ id: [prefix, ...names.map((name) => String(inputs[name]))].join("-") });
}

const TABLE: Readonly<Record<string, OutputsOf>> = {
  Account: () => ({ id: "api-gateway-account", apiKeyVersion: "4", features: ["UsagePlans"] }),
  ApiKey: apiKey,
  Authorizer: authorizer,
  BasePathMapping: ({ inputs }) => ({ id: `${String(inputs.domainName)}/${String(inputs.basePath ?? "")}` }),
  Deployment: deployment,
  DomainName: domainName,
  Integration: joined("agi", "restApi", "resourceId", "httpMethod"),
  IntegrationResponse: joined("agir", "restApi", "resourceId", "httpMethod", "statusCode"),
  Method: joined("agm", "restApi", "resourceId", "httpMethod"),
  MethodResponse: joined("agmr", "restApi", "resourceId", "httpMethod", "statusCode"),
  MethodSettings: ({ inputs }) => ({
    id: `${String(inputs.restApi)}-${String(inputs.stageName)}-${String(inputs.methodPath)}`,
  }),
  Model: named,
  RequestValidator: named,
  Resource: (resource) => ({ id: token(resource.urn, PART_ID), ...pathOutput(resource) }),
  Response: joined("aggr", "restApiId", "responseType"),
  RestApi: restApi,
  RestApiPolicy: ({ inputs }) => ({ id: String(inputs.restApiId) }),
  Stage: stage,
  UsagePlan: usagePlan,
  UsagePlanKey: ({ inputs }) => ({ id: String(inputs.keyId) }),
  VpcLink: named,
};

/** The path of a resource below the root. That of a deeper one is not in its inputs, so it stays unknown. */
function pathOutput({ inputs }: RegisteredResource): { path?: string } {
  const isTop = inputs.parentId === token(`${String(inputs.restApi)}/`, REST_API_ID);
  return isTop ? { path: `/${String(inputs.pathPart)}` } : {};
}

export const outputs: Readonly<Record<string, OutputsOf>> = Object.fromEntries(
  Object.entries(TABLE).map(([name, compute]) => [typeToken(name), compute]),
);
