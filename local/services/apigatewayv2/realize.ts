/** Keeps the HTTP APIs in step with the program. A stage that deploys by itself serves every change at once. */
import { notSupported, UserError } from "../../core/errors.ts";
import type { Resource } from "../../core/graph.ts";
import type { Cloud, Realizer } from "../../core/service.ts";
import type { Target } from "../apigateway/incoming.ts";
import { textOf } from "../apigateway/json.ts";
import { Router } from "../apigateway/router.ts";
import type { CompiledHttpApi, CompiledRoute } from "./compiled-api.ts";
import { compileHttpApi } from "./compiled-api.ts";
import { compileIntegration } from "./integrations.ts";
import { readAuthorizer, readIntegration } from "./model.ts";
import { typeToken } from "./outputs.ts";
import { HttpStage } from "./stage.ts";

/** Name of the stage whose name is not in its URLs. */
const DEFAULT_STAGE = "$default";

const PARTS = ["Authorizer", "Integration", "Route"] as const;

export class HttpApis {
  readonly #cloud: Cloud;
  readonly #apis = new Map<string, Resource>();
  /** Authorizers, integrations and routes by URN. */
  readonly #parts = new Map<string, Resource>();
  /** APIs as they are now, until one of their parts changes. */
  readonly #compiled = new Map<string, CompiledHttpApi>();
  readonly #deployments = new Map<string, CompiledHttpApi>();
  /** By `<api>/<stage>`. */
  readonly #stages = new Map<
    string,
    { readonly resource: Resource | undefined; readonly served: HttpStage }
  >();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  has(apiId: string): boolean {
    return this.#apis.has(apiId);
  }

  get all(): readonly Resource[] {
    return [...this.#apis.values()];
  }

  /** Authorizers, integrations and routes of an API. */
  partsOf(apiId: string, name: (typeof PARTS)[number]): readonly Resource[] {
    return [...this.#parts.values()].filter(
      ({ type, inputs }) => type === typeToken(name) && inputs.apiId === apiId,
    );
  }

  stagesOf(apiId: string): readonly Resource[] {
    return [...this.#stages.values()].flatMap(({ resource }) =>
      resource?.inputs.apiId === apiId ? [resource] : [],
    );
  }

  /** The stage that a URL leads to: the one it names, else the default one, of whose path the name is a part. */
  find(target: Target): { readonly stage: HttpStage; readonly target: Target } | undefined {
    const named = this.#stages.get(`${target.apiId}/${target.stageName}`)?.served;
    if (named && named.name !== DEFAULT_STAGE) return { stage: named, target };
    const stage = this.#stages.get(`${target.apiId}/${DEFAULT_STAGE}`)?.served;
    return stage && { stage, target: { ...target, stageName: DEFAULT_STAGE, path: pathOf(target) } };
  }

  /** Realizers by type token. */
  realizers(): Readonly<Record<string, Realizer>> {
    const table: Record<string, Realizer> = {
      Api: realizer(
        (resource) => this.#putApi(resource),
        (resource) => this.#deleteApi(resource),
      ),
      ...Object.fromEntries(
        PARTS.map((name) => [
          name,
          realizer(
            (resource) => this.#putPart(resource),
            (resource) => this.#change(resource, () => this.#parts.delete(resource.urn)),
          ),
        ]),
      ),
      Deployment: {
        create: ({ id, inputs }) => void this.#deployments.set(id, this.#current(String(inputs.apiId))),
        delete: ({ id }) => void this.#deployments.delete(id),
      },
      Stage: realizer(
        (resource) => this.#putStage(resource),
        ({ inputs, id }) => this.#stages.delete(`${inputs.apiId}/${id}`),
      ),
      ApiMapping: { create: (resource) => this.#recorded(resource) },
      DomainName: { create: (resource) => this.#recorded(resource) },
      VpcLink: {
        create: ({ name }) => {
          throw notSupported("apigatewayv2", `VpcLink ${name}`);
        },
      },
    };
    return Object.fromEntries(Object.entries(table).map(([name, each]) => [typeToken(name), each]));
  }

  #putApi(resource: Resource): void {
    const { inputs, name } = resource;
    if (inputs.protocolType !== "HTTP")
      throw notSupported("apigatewayv2", `APIs of protocol ${inputs.protocolType} (Api ${name})`);
    if (inputs.disableExecuteApiEndpoint === true)
      this.#warn(`Api ${name} disables its execute-api endpoint; it is served here all the same.`);
    const previous = this.#apis.get(resource.id);
    this.#apis.set(resource.id, resource);
    this.#compiled.delete(resource.id);
    this.#current(resource.id);
    if (textOf(inputs.target) !== undefined) this.#addStage(resource.id, DEFAULT_STAGE, undefined);
    else if (previous && textOf(previous.inputs.target) !== undefined) this.#removeQuickStage(resource.id);
  }

  #removeQuickStage(apiId: string): void {
    const key = `${apiId}/${DEFAULT_STAGE}`;
    if (this.#stages.get(key)?.resource === undefined) this.#stages.delete(key);
  }

  #deleteApi({ id }: Resource): void {
    this.#apis.delete(id);
    this.#compiled.delete(id);
    this.#stages.delete(`${id}/${DEFAULT_STAGE}`);
  }

  /** What cannot work is refused now, not at the first request. */
  #putPart(resource: Resource): void {
    if (resource.type === typeToken("Integration"))
      compileIntegration(readIntegration(resource), resource.name);
    if (resource.type === typeToken("Authorizer")) readAuthorizer(resource);
    this.#change(resource, () => this.#parts.set(resource.urn, resource));
    if (resource.type === typeToken("Route")) this.#current(String(resource.inputs.apiId));
  }

  #change({ inputs }: Resource, change: () => void): void {
    change();
    this.#compiled.delete(String(inputs.apiId));
  }

  #putStage(resource: Resource): void {
    const { inputs, id } = resource;
    this.#addStage(String(inputs.apiId), id, resource);
  }

  #addStage(apiId: string, name: string, resource: Resource | undefined): void {
    const deployment = textOf(resource?.inputs.deploymentId);
    const isAutomatic = resource === undefined || resource.inputs.autoDeploy === true;
    const deployed = deployment === undefined ? undefined : this.#deployments.get(deployment);
    if (!isAutomatic && !deployed)
      this.#warn(
        `Stage ${resource.name} has no deployment and does not deploy by itself: it serves nothing.`,
      );
    const empty = { name: apiId, router: new Router<CompiledRoute>(), fallback: undefined, cors: undefined };
    const api = isAutomatic ? () => this.#current(apiId) : () => deployed ?? empty;
    const served = new HttpStage(name, resource?.inputs ?? {}, api, () => this.#cloud.clock.now());
    this.#stages.set(`${apiId}/${name}`, { resource, served });
  }

  #current(apiId: string): CompiledHttpApi {
    const existing = this.#compiled.get(apiId);
    if (existing) return existing;
    const api = this.#apis.get(apiId);
    if (!api) throw new UserError(`There is no HTTP API ${apiId}.`);
    const compiled = compileHttpApi({
      api,
      authorizers: this.partsOf(apiId, "Authorizer"),
      integrations: this.partsOf(apiId, "Integration"),
      routes: this.partsOf(apiId, "Route"),
    });
    this.#compiled.set(apiId, compiled);
    return compiled;
  }

  #recorded({ name, type }: Resource): void {
    this.#warn(
      `${type.slice(type.lastIndexOf(":") + 1)} ${name} has no effect here: custom domain names are not served.`,
    );
  }

  #warn(message: string): void {
    this.#cloud.log({ kind: "warning", source: "apigatewayv2", message });
  }
}

/** The whole path below the API: what looked like a stage was a part of it. */
function pathOf({ fullPath, apiId }: Target): string {
  const path = fullPath.slice(fullPath.indexOf(apiId) + apiId.length);
  return path === "" ? "/" : path;
}

function realizer(put: (resource: Resource) => void, remove: (resource: Resource) => void): Realizer {
  return { create: put, update: put, delete: remove };
}
