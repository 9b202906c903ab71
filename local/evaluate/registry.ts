/** The graph while a program registers its resources. */
import { UserError } from "../core/errors.ts";
import type { Graph, Properties, RegisteredResource, Resource, StackOutput, Value } from "../core/graph.ts";
import type { World } from "../core/service.ts";
import { type AliasSpec, aliasUrns, urnOf } from "./aliases.ts";
import { complete, type OutputTable } from "./outputs.ts";

const STACK_TYPE = "pulumi:pulumi:Stack";
const PROVIDER_PREFIX = "pulumi:providers:";
export const ACCOUNT = "000000000000";

export interface RegistryOptions {
  readonly project: string;
  readonly stack: string;
  readonly endpoint: string;
  readonly table: OutputTable;
  /** Region from the stack's configuration. */
  readonly region: string | undefined;
  /** `aws:defaultTags` of the stack's configuration. */
  readonly defaultTags: Properties;
  /** The stack as it is deployed; see EvaluateOptions. */
  readonly deployed?: Graph | undefined;
}

/** What a program registers; the URN is made here. */
export interface Registration extends Omit<RegisteredResource, "urn" | "aliases"> {
  /** Components whose children a plugin of another language would create. */
  readonly remote: boolean;
  /** `<urn>::<id>` of the provider given explicitly; empty for the default one. */
  readonly provider: string;
  /** Id of a resource that exists already and would be imported; empty for none. */
  readonly importId: string;
  readonly aliasSpecs: readonly AliasSpec[];
}

/** The region of a stack whose configuration names none. */
export function defaultRegion(): string {
  return process.env.AWS_REGION ?? "eu-west-1";
}

export class Registry {
  readonly #options: RegistryOptions;
  readonly #resources = new Map<string, Resource>();
  /** URNs of resources that were read, with the URN of the one in this program. */
  readonly #read = new Map<string, string>();
  readonly #unknown = new Map<string, string[]>();
  readonly #notices = new Set<string>();
  #outputs: Readonly<Record<string, StackOutput>> = {};
  readonly #world: World;
  /** Whether there are AWS resources that belong to no explicit provider. */
  #usesDefaultProvider = false;
  readonly #deployed: ReadonlyMap<string, Resource>;

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.#deployed = new Map(options.deployed?.resources.map((resource) => [resource.urn, resource]));
    const { project, stack, endpoint } = options;
    this.#world = { project, stack, endpoint, account: ACCOUNT, region: options.region ?? defaultRegion() };
  }

  /**
   * The world of the stack. Its region is that of its configuration; without one, and when every AWS resource has an
   * explicit provider, that of the first such provider; else `AWS_REGION`, else eu-west-1.
   */
  get world(): World {
    if (this.#options.region !== undefined || this.#usesDefaultProvider) return this.#world;
    const provider = this.all().find(({ type }) => type === `${PROVIDER_PREFIX}aws`);
    return provider ? this.#withRegion(provider.inputs.region) : this.#world;
  }

  /** Types that no service knows, with the names of their resources. */
  get unknownTypes(): { readonly type: string; readonly names: string[] }[] {
    return [...this.#unknown].map(([type, names]) => ({ type, names }));
  }

  get notices(): readonly string[] {
    return [...this.#notices];
  }

  /**
   * Adds a resource.
   * @throws UserError for a second resource of the same URN, and what the resource's service refuses
   */
  register(registration: Registration): Resource {
    const { remote, provider, importId, aliasSpecs, ...given } = registration;
    const urn = this.#newUrn(given.type, given.name, given.parent);
    const references = this.#references(given);
    const parent = this.#resources.get(references.parent ?? "");
    const aliases = aliasUrns({ ...given, ...references, urn }, aliasSpecs, parent);
    const registered: RegisteredResource = {
      ...given,
      urn,
      ...references,
      ...(aliases.length > 0 ? { aliases } : {}),
    };
    if (importId !== "")
      this.#notices.add(`${given.type} "${given.name}" is not imported (${importId}) but created here.`);
    const resource = given.custom || remote ? this.#completed(registered, provider) : bare(registered);
    this.#note(resource, remote);
    if (given.type.startsWith("aws:") && given.custom && provider === "") this.#usesDefaultProvider = true;
    this.#resources.set(urn, resource);
    return resource;
  }

  /** Records the outputs of a component; those of the stack are the stack's outputs. */
  registerOutputs(urn: string, outputs: Properties, secrets: readonly string[]): void {
    const resource = this.#resources.get(urn);
    if (!resource) throw new Error(`there is no resource ${urn}`);
    this.#resources.set(urn, { ...resource, outputs });
    if (resource.type !== STACK_TYPE) return;
    const known = Object.entries(outputs).flatMap(([name, value]): [string, StackOutput][] =>
      value === undefined ? [] : [[name, { value, secret: secrets.includes(name) }]],
    );
    this.#outputs = Object.fromEntries(known);
  }

  /**
   * Finds a resource that the program refers to as existing (`.get()`).
   * @throws UserError when this program has not created it, since nothing else exists here
   */
  read(
    type: string,
    name: string,
    id: string,
    parent: string | undefined,
  ): { readonly urn: string; readonly resource: Resource } {
    const resource = this.find(type, id);
    if (!resource)
      throw new UserError(
        `${type} "${name}": there is no such resource with id ${id} here; the local cloud has only what the program creates.`,
      );
    const urn = this.#newUrn(type, name, parent);
    this.#read.set(urn, resource.urn);
    return { urn, resource };
  }

  get(urn: string): Resource | undefined {
    return this.#resources.get(this.#read.get(urn) ?? urn);
  }

  find(type: string, id: string): Resource | undefined {
    return this.all().find((resource) => resource.type === type && resource.id === id);
  }

  /** All resources so far, in the order of registration. */
  all(): Resource[] {
    return [...this.#resources.values()];
  }

  graph(): Graph {
    const { project, stack } = this.#options;
    return { project, stack, resources: this.all(), outputs: this.#outputs };
  }

  /** Tags that a provider adds to every resource it makes. */
  defaultTags(provider: string): Properties {
    const explicit = this.#provider(provider);
    return explicit ? tagsOf(explicit.inputs.defaultTags) : this.#options.defaultTags;
  }

  /** The world as seen from the region that a resource or call names, else from its provider's. */
  worldOf(provider: string, own: Value | undefined): World {
    return this.#withRegion(own ?? this.#provider(provider)?.inputs.region);
  }

  #withRegion(region: Value | undefined): World {
    return typeof region === "string" ? { ...this.#world, region } : this.#world;
  }

  /** References of a resource, with those to resources that were read turned to the ones in this program. */
  #references(
    given: Pick<RegisteredResource, "parent" | "dependencies" | "propertyDependencies">,
  ): typeof given {
    const own = (urns: readonly string[]): string[] => [
      ...new Set(urns.map((urn) => this.#read.get(urn) ?? urn)),
    ];
    const properties = Object.entries(given.propertyDependencies).map(([name, urns]) => [name, own(urns)]);
    return {
      parent: given.parent && (this.#read.get(given.parent) ?? given.parent),
      dependencies: own(given.dependencies),
      propertyDependencies: Object.fromEntries(properties),
    };
  }

  #newUrn(type: string, name: string, parent: string | undefined): string {
    const { stack, project } = this.#options;
    const urn = urnOf(stack, project, parent, type, name);
    if (this.#resources.has(urn) || this.#read.has(urn))
      throw new UserError(`Duplicate resource URN '${urn}'; try giving it a unique name.`);
    return urn;
  }

  #completed(resource: RegisteredResource, provider: string): Resource {
    const own = resource.type.startsWith("aws:") ? resource.inputs.region : undefined;
    const world = this.worldOf(provider, own);
    const { urn, name } = this.#asDeployed(resource);
    const { table } = this.#options;
    const { id, outputs } = complete({ ...resource, urn, name }, world, table, this.defaultTags(provider));
    return { ...resource, id, outputs };
  }

  /** What a resource was called when it was deployed: what AWS or Pulumi made of that, it keeps. */
  #asDeployed(resource: RegisteredResource): Pick<RegisteredResource, "urn" | "name"> {
    const known = [resource.urn, ...(resource.aliases ?? [])].map((urn) => this.#deployed.get(urn));
    return known.find((one) => one !== undefined) ?? resource;
  }

  #provider(reference: string): Resource | undefined {
    return this.#resources.get(reference.slice(0, reference.lastIndexOf("::")));
  }

  #note({ type, name, custom }: Resource, remote: boolean): void {
    if (!custom && !remote) return;
    if (type.startsWith(PROVIDER_PREFIX) || this.#options.table.has(type)) return;
    const names = this.#unknown.get(type);
    if (names) names.push(name);
    else this.#unknown.set(type, [name]);
    if (remote)
      this.#notices.add(
        `${type} "${name}" is a component of a plugin: what it would create is unknown here, its outputs are invented.`,
      );
  }
}

function bare(resource: RegisteredResource): Resource {
  return { ...resource, id: "", outputs: {} };
}

/** Reads `{ tags }`, which providers get as JSON text. */
export function tagsOf(value: Value | undefined): Properties {
  if (typeof value !== "string") return {};
  const parsed: unknown = JSON.parse(value);
  const tags = typeof parsed === "object" && parsed !== null && "tags" in parsed ? parsed.tags : undefined;
  return typeof tags === "object" && tags !== null ? (tags as Properties) : {};
}
