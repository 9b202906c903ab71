/**
 * API Gateway's control plane, as far as it only reads: REST APIs, stages and API keys.
 * https://docs.aws.amazon.com/apigateway/latest/api/API_Operations_Amazon_API_Gateway.html
 */
import { AwsError, notSupported } from "../../core/errors.ts";
import type { Properties, Resource } from "../../core/graph.ts";
import { jsonReply } from "../../core/protocol.ts";
import type { AwsCall, AwsReply, Cloud } from "../../core/service.ts";
import { textMapOf } from "./json.ts";
import { typeToken } from "./read-resources.ts";
import type { Apis } from "./realize.ts";

interface Operation {
  readonly path: RegExp;
  readonly run: (ids: readonly string[], call: AwsCall, cloud: Cloud, apis: Apis) => unknown;
}

const OPERATIONS: readonly Operation[] = [
  { path: /^\/restapis$/, run: (_ids, _call, _cloud, apis) => ({ item: apis.restApis().map(describeApi) }) },
  {
    path: /^\/restapis\/([^/]+)$/,
    run: ([id], _call, _cloud, apis) => describeApi(existing(apis.restApis(), (api) => api.id === id, "API")),
  },
  {
    path: /^\/restapis\/([^/]+)\/stages$/,
    run: ([id = ""], _call, _cloud, apis) => ({ item: apis.stagesOf(id).map(describeStage) }),
  },
  {
    path: /^\/restapis\/([^/]+)\/stages\/([^/]+)$/,
    run: ([id = "", name], _call, _cloud, apis) =>
      describeStage(existing(apis.stagesOf(id), ({ inputs }) => inputs.stageName === name, "stage")),
  },
  {
    path: /^\/apikeys$/,
    run: (_ids, { query }, cloud) => ({
      item: apiKeys(cloud).map((key) => describeKey(key, query.get("includeValues") === "true")),
    }),
  },
  {
    path: /^\/apikeys\/([^/]+)$/,
    run: ([id], { query }, cloud) =>
      describeKey(
        existing(apiKeys(cloud), (key) => key.id === id, "API Key"),
        query.get("includeValue") === "true",
      ),
  },
];

/** Answers GetRestApi(s), GetStage(s) and GetApiKey(s). */
export async function answerCall(call: AwsCall, cloud: Cloud, apis: Apis): Promise<AwsReply> {
  for (const { path, run } of OPERATIONS) {
    const match = call.method === "GET" ? path.exec(call.path) : null;
    if (!match) continue;
    const resource = `arn:aws:apigateway:${cloud.world.region}::${call.path}`;
    cloud.authorize(call.principal, [{ action: "apigateway:GET", resource }]);
    return jsonReply(run(match.slice(1).map(decodeURIComponent), call, cloud, apis), "application/json");
  }
  throw notSupported("apigateway", `${call.method} ${call.path}`);
}

function existing(
  resources: readonly Resource[],
  matches: (resource: Resource) => boolean,
  what: string,
): Resource {
  const resource = resources.find(matches);
  if (!resource) throw new AwsError("NotFoundException", `Invalid ${what} identifier specified`, 404);
  return resource;
}

function apiKeys(cloud: Cloud): Resource[] {
  return cloud.resources().filter(({ type }) => type === typeToken("ApiKey"));
}

function seconds(time: Properties[string]): number {
  return Date.parse(String(time)) / 1000;
}

function describeApi({ id, outputs }: Resource) {
  const { name, description, createdDate, apiKeySource, binaryMediaTypes, rootResourceId } = outputs;
  return {
    ...{ id, name, description, apiKeySource, binaryMediaTypes, rootResourceId },
    createdDate: seconds(createdDate),
    tags: textMapOf(outputs.tags),
  };
}

function describeStage({ inputs }: Resource) {
  const { stageName, description, deployment } = inputs;
  return {
    ...{ stageName, description, deploymentId: deployment },
    variables: textMapOf(inputs.variables),
    tracingEnabled: inputs.xrayTracingEnabled === true,
    tags: textMapOf(inputs.tags),
  };
}

function describeKey({ id, outputs }: Resource, withValue: boolean) {
  const { name, description, enabled, value, createdDate, lastUpdatedDate } = outputs;
  return {
    ...{ id, name, description, enabled },
    ...(withValue && { value }),
    createdDate: seconds(createdDate),
    lastUpdatedDate: seconds(lastUpdatedDate),
    tags: textMapOf(outputs.tags),
  };
}
