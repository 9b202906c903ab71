/**
 * Keeps the APIs in step with the program. As on AWS, a Deployment is a snapshot: what changes afterwards is served once
 * there is another Deployment. https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html
 */
import { notSupported, UserError } from "../../core/errors.ts";
import type { Resource } from "../../core/graph.ts";
import type { Cloud, Realizer } from "../../core/service.ts";
import { checkAccount } from "./account.ts";
import type { CompiledApi } from "./compiled-api.ts";
import { compileApi } from "./compiled-api.ts";
import { readRestApi, typeToken } from "./read-resources.ts";
import { Stage } from "./stage.ts";
import { UsagePlans } from "./usage-plans.ts";

/** Parts of an API that a deployment takes in. */
const PARTS = [
  ...["Authorizer", "Integration", "IntegrationResponse", "Method", "MethodResponse", "Model"],
  ...["RequestValidator", "Resource", "Response", "RestApiPolicy"],
];

/** Resources that are only remembered: nothing that is served here depends on them. */
const RECORDED = ["BasePathMapping", "DomainName"];

export class Apis {
  readonly plans: UsagePlans;
  readonly #cloud: Cloud;
  readonly #apis = new Map<string, Resource>();
  /** By URN. */
  readonly #parts = new Map<string, Resource>();
  readonly #deployments = new Map<string, CompiledApi>();
  /** By `<api>/<stage>`. */
  readonly #stages = new Map<string, { readonly resource: Resource; served: Stage }>();
  /** Settings of the account that were not checked yet. */
  readonly #accounts = new Set<Resource>();
  /** MethodSettings by URN. */
  readonly #settings = new Map<string, Resource>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    this.plans = new UsagePlans(() => cloud.clock.now());
  }

  findStage(apiId: string, stageName: string): Stage | undefined {
    return this.#stages.get(`${apiId}/${stageName}`)?.served;
  }

  restApis(): readonly Resource[] {
    return [...this.#apis.values()];
  }

  stagesOf(apiId: string): readonly Resource[] {
    return [...this.#stages.values()].flatMap(({ resource }) =>
      resource.inputs.restApi === apiId ? [resource] : [],
    );
  }

  /** Realizers by type token. */
  realizers(): Readonly<Record<string, Realizer>> {
    const keys = realizer(
      (resource) => this.plans.put(resource),
      (resource) => this.plans.remove(resource),
    );
    const table: Record<string, Realizer> = {
      RestApi: realizer(
        (resource) => this.#putApi(resource),
        (resource) => this.#apis.delete(resource.id),
      ),
      ...Object.fromEntries(PARTS.map((name) => [name, remembered(this.#parts)])),
      ...Object.fromEntries(RECORDED.map((name) => [name, { create: () => {}, update: () => {} }])),
      Account: realizer(
        (resource) => void this.#accounts.add(resource),
        (resource) => void this.#accounts.delete(resource),
      ),
      Deployment: {
        create: (resource) => this.#deploy(resource),
        delete: (resource) => void this.#deployments.delete(resource.id),
      },
      Stage: realizer(
        (resource) => this.#putStage(resource),
        ({ inputs }) => this.#stages.delete(stageKey(inputs)),
      ),
      MethodSettings: realizer(
        (resource) => this.#changeSettings(() => this.#settings.set(resource.urn, resource), resource),
        (resource) => this.#changeSettings(() => this.#settings.delete(resource.urn), resource),
      ),
      ...{ ApiKey: keys, UsagePlan: keys, UsagePlanKey: keys },
      VpcLink: {
        create: ({ name }) => {
          throw notSupported("apigateway", `VpcLink ${name}`);
        },
      },
    };
    return Object.fromEntries(Object.entries(table).map(([name, each]) => [typeToken(name), each]));
  }

  /** Checks what depends on other resources, once all are there. */
  ready(): void {
    for (const account of this.#accounts) checkAccount(account, this.#cloud);
    this.#accounts.clear();
  }

  #putApi(resource: Resource): void {
    this.#apis.set(resource.id, resource);
    if (resource.inputs.disableExecuteApiEndpoint === true)
      this.#warn(
        `RestApi ${resource.name} disables its execute-api endpoint; it is served here all the same.`,
      );
  }

  #deploy(resource: Resource): void {
    const apiId = String(resource.inputs.restApi);
    const api = this.#apis.get(apiId);
    if (!api) throw new UserError(`The restApi of Deployment ${resource.name} does not exist: ${apiId}`);
    const parts = [...this.#parts.values()].filter(
      ({ inputs }) => (inputs.restApi ?? inputs.restApiId) === apiId,
    );
    const model = readRestApi(api, parts);
    if (model.methods.length === 0)
      throw new UserError(
        `The REST API ${model.name} doesn't contain any methods: Deployment ${resource.name}`,
      );
    this.#deployments.set(resource.id, compileApi(model, this.#cloud.world));
  }

  #putStage(resource: Resource): void {
    const { inputs } = resource;
    if (inputs.canarySettings) this.#warn(`The canary of Stage ${resource.name} has no effect here.`);
    const api =
      this.#deployments.get(String(inputs.deployment)) ??
      this.findStage(String(inputs.restApi), String(inputs.stageName))?.api;
    if (!api) throw new UserError(`The deployment of Stage ${resource.name} does not exist.`);
    const settings = [...this.#settings.values()].filter(
      (each) => stageKey(each.inputs) === stageKey(inputs),
    );
    const served = new Stage(api, resource, settings, () => this.#cloud.clock.now());
    this.#stages.set(stageKey(inputs), { resource, served });
  }

  #warn(message: string): void {
    this.#cloud.log({ kind: "warning", source: "apigateway", message });
  }

  /** Settings belong to a stage, which is made anew with them. */
  #changeSettings(change: () => void, { inputs }: Resource): void {
    change();
    const stage = this.#stages.get(stageKey(inputs));
    if (stage) this.#putStage(stage.resource);
  }
}

function stageKey(inputs: Resource["inputs"]): string {
  return `${String(inputs.restApi)}/${String(inputs.stageName)}`;
}

function realizer(put: (resource: Resource) => void, remove: (resource: Resource) => void): Realizer {
  return { create: put, update: put, delete: remove };
}

function remembered(parts: Map<string, Resource>): Realizer {
  return realizer(
    (resource) => void parts.set(resource.urn, resource),
    (resource) => void parts.delete(resource.urn),
  );
}
