/**
 * The control plane of HTTP APIs, as far as it only reads.
 * https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/
 */
import { AwsError, notSupported } from "../../core/errors.ts";
import type { Resource } from "../../core/graph.ts";
import { jsonReply } from "../../core/protocol.ts";
import type { AwsCall, AwsReply, Cloud } from "../../core/service.ts";
import { textMapOf } from "../apigateway/json.ts";
import type { HttpApis } from "./realize.ts";

type Describe = (resource: Resource) => unknown;

/** Parts of an API by the last segment of their path. */
const PARTS: Readonly<Record<string, (apis: HttpApis, apiId: string) => readonly Resource[]>> = {
  authorizers: (apis, apiId) => apis.partsOf(apiId, "Authorizer"),
  integrations: (apis, apiId) => apis.partsOf(apiId, "Integration"),
  routes: (apis, apiId) => apis.partsOf(apiId, "Route"),
  stages: (apis, apiId) => apis.stagesOf(apiId),
};

const DESCRIBE: Readonly<Record<string, Describe>> = {
  authorizers: ({ id, inputs, outputs }) => ({ ...members(inputs), authorizerId: id, name: outputs.name }),
  integrations: ({ id, inputs, outputs }) => ({
    ...members(inputs),
    integrationId: id,
    payloadFormatVersion: outputs.payloadFormatVersion,
    timeoutInMillis: outputs.timeoutMilliseconds,
  }),
  routes: ({ id, inputs, outputs }) => ({
    ...members(inputs),
    routeId: id,
    authorizationType: outputs.authorizationType,
  }),
  stages: ({ id, inputs }) => ({ ...members(inputs), stageName: id, tags: textMapOf(inputs.tags) }),
};

/** Members of Pulumi's resources that are called the same in the API. */
const SAME = [
  ...[
    "authorizationScopes",
    "authorizerId",
    "authorizerType",
    "authorizerUri",
    "autoDeploy",
    "connectionType",
  ],
  ...["deploymentId", "description", "integrationMethod", "integrationSubtype", "integrationType"],
  ...["integrationUri", "jwtConfiguration", "requestParameters", "routeKey", "stageVariables", "target"],
];

function members(inputs: Resource["inputs"]): Record<string, unknown> {
  return Object.fromEntries(SAME.map((name) => [name, inputs[name]]));
}

/** Answers GetApi(s) and GetRoute(s), GetStage(s), GetIntegration(s), GetAuthorizer(s). */
export async function answerCall(call: AwsCall, cloud: Cloud, apis: HttpApis): Promise<AwsReply> {
  const [, apiId, kind, partId] =
    /^\/v2\/apis(?:\/([^/]+)(?:\/(routes|stages|integrations|authorizers)(?:\/([^/]+))?)?)?$/.exec(
      call.path,
    ) ?? [];
  const isKnown = call.method === "GET" && (apiId !== undefined || call.path === "/v2/apis");
  if (!isKnown) throw notSupported("apigatewayv2", `${call.method} ${call.path}`);
  const resource = `arn:aws:apigateway:${cloud.world.region}::${call.path.slice("/v2".length)}`;
  cloud.authorize(call.principal, [{ action: "apigateway:GET", resource }]);
  return jsonReply(answerOf(apis, apiId, kind, partId), "application/json");
}

function answerOf(apis: HttpApis, apiId?: string, kind?: string, partId?: string): unknown {
  if (apiId === undefined) return { items: apis.all.map(describeApi) };
  const api = existing(apis.all, apiId, "API");
  const describe = kind === undefined ? undefined : DESCRIBE[kind];
  if (kind === undefined || !describe) return describeApi(api);
  const parts = PARTS[kind]?.(apis, apiId) ?? [];
  if (partId === undefined) return { items: parts.map(describe) };
  return describe(existing(parts, decodeURIComponent(partId), kind.slice(0, -1)));
}

function existing(resources: readonly Resource[], id: string, what: string): Resource {
  const resource = resources.find((each) => each.id === id);
  if (resource) return resource;
  throw new AwsError("NotFoundException", `Invalid ${what} identifier specified ${id}`, 404);
}

function describeApi({ id, inputs, outputs }: Resource) {
  const { name, apiEndpoint, apiKeySelectionExpression, routeSelectionExpression } = outputs;
  return {
    ...{ apiId: id, name, apiEndpoint, apiKeySelectionExpression, routeSelectionExpression },
    protocolType: inputs.protocolType,
    description: inputs.description,
    corsConfiguration: inputs.corsConfiguration,
    createdDate: "2026-01-01T00:00:00Z",
    disableExecuteApiEndpoint: inputs.disableExecuteApiEndpoint === true,
    tags: textMapOf(inputs.tags),
  };
}
