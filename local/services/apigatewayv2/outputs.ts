/** What AWS would return for each resource of API Gateway's HTTP APIs. */
import type { RegisteredResource } from "../../core/graph.ts";
import { arn, physicalName, token } from "../../core/names.ts";
import type { Outputs, OutputsOf, World } from "../../core/service.ts";
import { textOf } from "../apigateway/json.ts";

const API_ID = 10;
const PART_ID = 7;

/** Token of a type, such as `aws:apigatewayv2/api:Api`. */
export function typeToken(name: string): string {
  return `aws:apigatewayv2/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`;
}

function controlArn(world: World, path: string): string {
  return `arn:aws:apigateway:${world.region}::${path}`;
}

function api(resource: RegisteredResource, world: World): Outputs {
  const { inputs } = resource;
  const id = token(resource.urn, API_ID);
  return {
    id,
    apiEndpoint: `${world.endpoint}/_aws/execute-api/${id}`,
    apiKeySelectionExpression: inputs.apiKeySelectionExpression ?? "$request.header.x-api-key",
    arn: controlArn(world, `/apis/${id}`),
    executionArn: arn(world, "execute-api", id),
    ipAddressType: inputs.ipAddressType ?? "ipv4",
    name: physicalName(resource),
    routeSelectionExpression: inputs.routeSelectionExpression ?? "$request.method $request.path",
  };
}

function stage(resource: RegisteredResource, world: World): Outputs {
  const apiId = String(resource.inputs.apiId);
  const name = physicalName(resource);
  return {
    id: name,
    arn: controlArn(world, `/apis/${apiId}/stages/${name}`),
    executionArn: arn(world, "execute-api", `${apiId}/${name}`),
    invokeUrl: `${world.endpoint}/_aws/execute-api/${apiId}/${name === "$default" ? "" : name}`,
    name,
  };
}

/** A deployment is one of a state of the API: with other triggers it is another one. */
function deployment({ urn, inputs }: RegisteredResource): Outputs {
  const seed = JSON.stringify({ triggers: inputs.triggers, description: inputs.description });
  return { id: token(`${urn} ${seed}`, PART_ID), autoDeployed: false };
}

function integration({ urn, inputs }: RegisteredResource): Outputs {
  return {
    id: token(urn, PART_ID),
    connectionType: inputs.connectionType ?? "INTERNET",
    payloadFormatVersion: inputs.payloadFormatVersion ?? "1.0",
    timeoutMilliseconds: inputs.timeoutMilliseconds ?? 30_000,
  };
}

function domainName({ urn, inputs }: RegisteredResource, world: World): Outputs {
  const id = textOf(inputs.domainName) ?? "";
  return {
    id,
    apiMappingSelectionExpression: "$request.basepath",
    arn: controlArn(world, `/domainnames/${id}`),
    domainNameConfiguration: {
      ...(inputs.domainNameConfiguration as object | undefined),
      hostedZoneId: `Z${token(urn, 13).toUpperCase()}`,
      targetDomainName: `d-${token(urn, API_ID)}.execute-api.${world.region}.amazonaws.com`,
    },
  };
}

const part: OutputsOf = ({ urn }) => ({ id: token(urn, PART_ID) });

const TABLE: Readonly<Record<string, OutputsOf>> = {
  Api: api,
  ApiMapping: part,
  Authorizer: (resource) => ({ id: token(resource.urn, PART_ID), name: physicalName(resource) }),
  Deployment: deployment,
  DomainName: domainName,
  Integration: integration,
  Route: (resource) => ({
    id: token(resource.urn, PART_ID),
    authorizationType: resource.inputs.authorizationType ?? "NONE",
  }),
  Stage: stage,
  VpcLink: part,
};

export const outputs: Readonly<Record<string, OutputsOf>> = Object.fromEntries(
  Object.entries(TABLE).map(([name, compute]) => [typeToken(name), compute]),
);
