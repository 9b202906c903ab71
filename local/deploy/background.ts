/** What a deployment leaves to be done after its end, since it may take long: migrations of a database above all. */
import { UserError } from "../core/errors.ts";
import type { Graph, Resource } from "../core/graph.ts";
import { currentTrace, inNewTrace } from "../core/trace.ts";
import { allPending } from "../core/wait.ts";

export class Background {
  readonly #failed: (error: UserError) => void;
  /** What is under way, and what has never been made since it failed. */
  readonly #works = new Map<string, Promise<void>>();
  /** What was made once: who depends on it goes on with it as it was when it cannot be made anew, as on AWS. */
  readonly #made = new Set<string>();
  /** What failed the last time. */
  readonly #toRepeat = new Set<string>();
  /** Ids of the traces of all work. */
  readonly #traces = new Set<string>();
  #dependencies: ReadonlyMap<string, readonly string[]> = new Map();

  /** @param failed called for each failure */
  constructor(failed: (error: UserError) => void) {
    this.#failed = failed;
  }

  /** Takes a graph as the one that holds from now on; what is no part of it is forgotten. */
  follow({ resources }: Graph): void {
    this.#dependencies = new Map(resources.map(({ urn, dependencies }) => [urn, dependencies]));
    for (const known of [this.#works, this.#made, this.#toRepeat])
      for (const urn of known.keys()) if (!this.#dependencies.has(urn)) known.delete(urn);
  }

  /** Begins what makes a resource real, once everything is done that it depends on. */
  begin({ urn, type, name }: Resource, work: () => void | Promise<void>): void {
    const before = this.pending(urn);
    const done = inNewTrace(async () => {
      const trace = currentTrace();
      if (trace) this.#traces.add(trace.id);
      await before;
      await work();
    }).catch((error: unknown) => {
      if (error instanceof UserError) throw error;
      throw new UserError(`${type} "${name}": ${error instanceof Error ? error.message : String(error)}`);
    });
    this.#works.set(urn, done);
    this.#toRepeat.delete(urn);
    const forget = (): void => {
      if (this.#works.get(urn) === done) this.#works.delete(urn);
    };
    done.then(
      () => {
        this.#made.add(urn);
        forget();
      },
      (error) => {
        this.#toRepeat.add(urn);
        if (this.#made.has(urn)) forget();
        this.#failed(error);
      },
    );
  }

  /**
   * Settles once all that a resource depends on is done; undefined when it is. Rejects with a UserError when something of it
   * has failed.
   */
  pending(urn: string): Promise<void> | undefined {
    if (this.#works.size === 0) return undefined;
    return allPending(this.#dependenciesOf(urn).map((dependency) => this.#works.get(dependency)));
  }

  /** Settles once everything is done. Rejects with a UserError when something has failed. */
  async settled(): Promise<void> {
    await Promise.all(this.#works.values());
  }

  /** Settles once everything is done or has failed. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#works.values());
  }

  /** Whether a resource failed the last time, and depends on one of these, which have changed since. */
  isToBeRepeated(urn: string, changed: ReadonlySet<string>): boolean {
    return this.#toRepeat.has(urn) && this.#dependenciesOf(urn).some((dependency) => changed.has(dependency));
  }

  /** Whether what happened in a trace was part of the deployment. */
  causes(trace: string | undefined): boolean {
    return trace !== undefined && this.#traces.has(trace);
  }

  #dependenciesOf(urn: string): string[] {
    const found = new Set<string>();
    const visit = (one: string): void => {
      for (const dependency of this.#dependencies.get(one) ?? []) {
        if (found.has(dependency)) continue;
        found.add(dependency);
        visit(dependency);
      }
    };
    visit(urn);
    return [...found];
  }
}
