/** Makes a graph real: creates, updates and deletes through the services' realizers. */
import type { UserError } from "../core/errors.ts";
import type { Graph, Resource } from "../core/graph.ts";
import type { Realizer, Service } from "../core/service.ts";
import { Background } from "./background.ts";
import { type Difference, difference, type Fingerprints, fingerprints } from "./difference.ts";

export class Deployment {
  readonly #realizers: ReadonlyMap<string, Realizer>;
  /** What is still to be done when `apply` has ended. */
  readonly background: Background;
  #graph: Graph | undefined;
  #fingerprints: Fingerprints = new Map();

  /** @param failed called when something fails in the background */
  constructor(services: readonly Service[], failed: (error: UserError) => void) {
    this.background = new Background(failed);
    this.#realizers = new Map(services.flatMap((service) => Object.entries(service.realize)));
  }

  /** The resources of the graph that was applied last, or is being applied. */
  get resources(): readonly Resource[] {
    return this.#graph?.resources ?? [];
  }

  /**
   * Applies the difference between the last graph and this one. A resource waits for all that it depends on, but for what
   * is done in the background; independent ones are realized side by side.
   * @returns what was done
   */
  async apply(graph: Graph): Promise<Difference> {
    const taken = fingerprints(graph, this.#graph, this.#fingerprints);
    const changes = difference(this.#graph, this.#fingerprints, graph, taken);
    this.#graph = graph;
    this.#fingerprints = taken;
    this.background.follow(graph);
    for (const resource of changes.deleted) await this.#realizers.get(resource.type)?.delete?.(resource);
    const previous = new Map(changes.updated.map((update) => [update.resource.urn, update.previous]));
    const work = new Set([...changes.created, ...changes.updated.map(({ resource }) => resource)]);
    const done = new Map<string, Promise<void>>();
    for (const resource of graph.resources) {
      const dependencies = resource.dependencies.flatMap((urn) => done.get(urn) ?? []);
      done.set(
        resource.urn,
        work.has(resource)
          ? this.#realize(resource, previous.get(resource.urn), dependencies)
          : Promise.all(dependencies).then(() => undefined),
      );
    }
    await Promise.all(done.values());
    this.#beginBackground(graph, work, previous);
    return changes;
  }

  #beginBackground(
    { resources }: Graph,
    work: ReadonlySet<Resource>,
    previous: ReadonlyMap<string, Resource>,
  ): void {
    const changed = new Set([...work].map(({ urn }) => urn));
    for (const resource of resources) {
      const realizer = this.#realizers.get(resource.type);
      if (!realizer?.inBackground) continue;
      if (this.background.isToBeRepeated(resource.urn, changed))
        this.background.begin(resource, () => realizer.create(resource));
      else if (work.has(resource))
        this.background.begin(resource, () => make(realizer, resource, previous.get(resource.urn)));
    }
  }

  async #realize(
    resource: Resource,
    previous: Resource | undefined,
    dependencies: readonly Promise<void>[],
  ): Promise<void> {
    await Promise.all(dependencies);
    const realizer = this.#realizers.get(resource.type);
    if (realizer && !realizer.inBackground) await make(realizer, resource, previous);
  }
}

async function make(realizer: Realizer, resource: Resource, previous: Resource | undefined): Promise<void> {
  if (previous && realizer.update) return realizer.update(resource, previous);
  if (previous) await realizer.delete?.(previous);
  await realizer.create(resource);
}
