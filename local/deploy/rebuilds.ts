/** Makes the files that a program deploys when they are needed, and again when their sources change, without running the program. */
import { isMadeLater } from "../core/build-recipe.ts";
import type { Graph } from "../core/graph.ts";
import { filesOf } from "../core/graph-files.ts";
import type { Log } from "../core/log.ts";
import type { Builder } from "./builder.ts";
import type { Difference } from "./difference.ts";
import { withFile } from "./graph-files.ts";
import { type Recipe, recipeOf } from "./recipes.ts";

/** A deployed file that has a recipe, and the resources that it is part of. */
interface Bundle {
  recipe: Recipe;
  readonly urns: ReadonlySet<string>;
  readonly names: readonly string[];
  /** Grows with each use of any bundle: who uses one most probably uses it again. */
  lastUse: number;
  /** Settles when it has been made from the sources as they are. */
  stale: PromiseWithResolvers<void> | undefined;
  /** Its sources have a mistake: what was made last goes on. */
  failed: boolean;
}

export interface RebuildOptions {
  /** The program's folder. */
  readonly folder: string;
  readonly builder: Builder;
  readonly log: Log;
  /** Gets the resources that will have other code in a moment, for what can be done meanwhile. */
  readonly soon: (urns: ReadonlySet<string>) => void;
  /** Makes a graph real. */
  readonly apply: (graph: Graph) => Promise<Difference>;
  /** Gets the names of resources that have other code now, which nobody waited for. */
  readonly updatedLater: (names: readonly string[]) => void;
}

/** What became of a change. */
export interface Outcome {
  /** Names of the resources that have other code now. */
  readonly updated: readonly string[];
  /** Bundles to be made when they are used, or when there is time. */
  readonly waiting: number;
  /** Whether sources have a mistake, which was logged. */
  readonly failed: boolean;
}

/** Time without a change or a wait after which bundles are made that nobody has asked for. */
const REST_MILLISECONDS = 400;

export class Rebuilds {
  readonly #options: RebuildOptions;
  #graph: Graph;
  #bundles: readonly Bundle[];
  #byUrn: ReadonlyMap<string, Bundle>;
  #uses = 0;
  #isStopped = false;
  /** To be made now, in this order. */
  #urgent: Bundle[] = [];
  /** To be made when they are used, or when there is time. */
  readonly #rest = new Set<Bundle>();
  #makesRest = false;
  #isPaused = false;
  #restTimer: NodeJS.Timeout | undefined;
  /** Mistakes that were logged since the last change: files that many share have one for all. */
  #problems = new Set<string>();
  /** Graphs are applied one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  /** What changed since the evaluation began whose graph comes next. */
  #changedSince = new Set<string>();

  /** @param graph the one that is realized */
  constructor(graph: Graph, options: RebuildOptions) {
    this.#options = options;
    this.#graph = graph;
    this.#bundles = bundlesOf(graph, options.folder);
    this.#byUrn = indexOf(this.#bundles);
    for (const bundle of this.#bundles) {
      if (!isMadeLater(bundle.recipe.file)) continue;
      bundle.stale = Promise.withResolvers();
      this.#rest.add(bundle);
    }
  }

  /** Some recipe, to prepare the builder with; undefined when the program has none. */
  get anyRecipe(): Recipe | undefined {
    return this.#bundles[0]?.recipe;
  }

  /** Whether there are bundles that nobody has asked for so far. */
  get hasRest(): boolean {
    return this.#rest.size > 0;
  }

  /** The modules that make the files. */
  get builders(): ReadonlySet<string> {
    return new Set(this.#bundles.map(({ recipe }) => recipe.builder));
  }

  isInput(path: string): boolean {
    return this.#bundles.some(({ recipe }) => recipe.inputs.has(path));
  }

  /**
   * To be called when a resource is used. Settles when its files have been made from the sources as they are, which
   * begins now; undefined when they are.
   */
  pending(urn: string): Promise<void> | undefined {
    const bundle = this.#byUrn.get(urn);
    if (!bundle) return undefined;
    bundle.lastUse = ++this.#uses;
    if (this.#rest.delete(bundle)) {
      this.#urgent.push(bundle);
      void this.#makeUrgent();
    }
    return bundle.stale?.promise;
  }

  /** Makes again what was made from these files: at once what was used last, the others when they are used. */
  async change(paths: ReadonlySet<string>): Promise<Outcome> {
    for (const path of paths) this.#changedSince.add(path);
    this.#problems = new Set();
    const touched = this.#bundles.filter((bundle) => isMadeFrom(bundle, paths));
    const first = touched.toSorted((left, right) => right.lastUse - left.lastUse)[0];
    // What has a mistake may lack a file that is there now.
    for (const bundle of [...touched, ...this.#bundles.filter(({ failed }) => failed)]) {
      bundle.stale ??= Promise.withResolvers();
      if (!this.#urgent.includes(bundle)) this.#rest.add(bundle);
    }
    if (first && this.#rest.delete(first)) this.#urgent.push(first);
    if (first && first.lastUse > 0) this.#options.soon(first.urns);
    const updated = await this.#makeUrgent();
    return { updated, waiting: this.#rest.size, failed: this.#problems.size > 0 };
  }

  /** Makes what nobody has asked for, now and whenever there is time. Not to be called before the first graph is real. */
  async makeRest(): Promise<void> {
    this.#makesRest = true;
    const updated: string[] = [];
    for (const bundle of this.#rest) {
      this.#rest.delete(bundle);
      updated.push(...(await this.#inTurn(() => this.#makeNext(bundle))));
      if (this.#urgent.length > 0 || this.#isPaused) break;
    }
    if (updated.length > 0) this.#options.updatedLater(updated);
  }

  /** From now on makes only what is asked for, until `resume`. Settles when what was begun before is real. */
  async pause(): Promise<void> {
    this.#isPaused = true;
    clearTimeout(this.#restTimer);
    await this.#last;
  }

  resume(): void {
    this.#isPaused = false;
    this.#makeRestSoon();
  }

  /** To be called when an evaluation begins: what changes from now on may not be in its graph. */
  evaluationBegins(): void {
    this.#changedSince = new Set();
  }

  /**
   * Takes the graph of an evaluation. What is new or has changed meanwhile is made first: nothing goes back to older code,
   * and what calls functions when it is deployed finds theirs.
   */
  async replaceGraph(graph: Graph): Promise<Difference> {
    const difference = await this.#inTurn(async () => {
      const paths = this.#changedSince;
      this.#changedSince = new Set();
      const bundles = bundlesOf(graph, this.#options.folder);
      let next = graph;
      for (const bundle of bundles) {
        const isNeeded = isMadeLater(bundle.recipe.file) || isMadeFrom(bundle, paths);
        if (isNeeded) next = await this.#make(bundle, next);
      }
      const before = this.#bundles;
      this.#install(next, bundles);
      try {
        return await this.#options.apply(next);
      } finally {
        for (const { stale } of before) stale?.resolve();
      }
    });
    if (this.#changedSince.size > 0) await this.change(this.#changedSince);
    return difference;
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#restTimer);
    this.#urgent = [];
    this.#rest.clear();
  }

  #install(graph: Graph, bundles: readonly Bundle[]): void {
    for (const bundle of bundles) {
      for (const urn of bundle.urns)
        bundle.lastUse = Math.max(bundle.lastUse, this.#byUrn.get(urn)?.lastUse ?? 0);
    }
    this.#graph = graph;
    this.#bundles = bundles;
    this.#byUrn = indexOf(bundles);
    this.#urgent = [];
    this.#rest.clear();
  }

  /** @returns names of the resources that have other code now */
  async #makeUrgent(): Promise<readonly string[]> {
    clearTimeout(this.#restTimer);
    const updated: string[] = [];
    while (this.#urgent.length > 0)
      updated.push(...(await this.#inTurn(() => this.#makeNext(this.#urgent.shift()))));
    this.#makeRestSoon();
    return updated;
  }

  #makeRestSoon(): void {
    clearTimeout(this.#restTimer);
    if (!this.#makesRest || this.#isPaused || this.#isStopped) return;
    this.#restTimer = setTimeout(() => void this.makeRest(), REST_MILLISECONDS).unref();
  }

  /** @returns names of the resources that have other code now */
  async #makeNext(bundle: Bundle | undefined): Promise<readonly string[]> {
    if (!bundle) return [];
    const isFirst = isMadeLater(bundle.recipe.file);
    const next = await this.#make(bundle, this.#graph);
    const isOther = next !== this.#graph;
    if (isOther) await this.#options.apply(next).catch((error) => this.#fail(bundle, error));
    this.#graph = next;
    if (this.#urgent.includes(bundle) || this.#rest.has(bundle)) return [];
    bundle.stale?.resolve();
    bundle.stale = undefined;
    return isOther && !isFirst ? bundle.names : [];
  }

  /** The graph with the bundle as its sources are now; the same when nothing is different, or they have a mistake. */
  async #make(bundle: Bundle, graph: Graph): Promise<Graph> {
    const { file } = bundle.recipe;
    try {
      const made = await this.#options.builder.build(bundle.recipe);
      bundle.recipe = recipeOf(made, this.#options.folder) ?? bundle.recipe;
      bundle.failed = false;
      return made === file ? graph : withFile(graph, bundle.urns, file, made);
    } catch (error) {
      this.#fail(bundle, error);
      return graph;
    }
  }

  #fail(bundle: Bundle, error: unknown): void {
    if (this.#isStopped) return;
    bundle.failed = true;
    const text = error instanceof Error ? error.message : String(error);
    const place = text.slice(text.indexOf("\n") + 1);
    const isNew = isMadeLater(bundle.recipe.file);
    const message = `${text}\n  ${isNew ? "Until then there is no code." : "The code from before goes on."}`;
    if (!this.#problems.has(place)) this.#options.log({ kind: "error", source: "reload", message });
    this.#problems.add(place);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

function isMadeFrom({ recipe }: Bundle, paths: ReadonlySet<string>): boolean {
  return [...paths].some((path) => recipe.inputs.has(path));
}

function bundlesOf({ resources }: Graph, folder: string): Bundle[] {
  const holders = Map.groupBy(
    resources.flatMap((resource) =>
      [...new Set(filesOf(resource.inputs))].map((file) => ({ file, resource })),
    ),
    ({ file }) => file,
  );
  return [...holders].flatMap(([file, list]) => {
    const recipe = recipeOf(file, folder);
    if (!recipe) return [];
    const urns = new Set(list.map(({ resource }) => resource.urn));
    return {
      recipe,
      urns,
      names: list.map(({ resource }) => resource.name),
      lastUse: 0,
      stale: undefined,
      failed: false,
    };
  });
}

function indexOf(bundles: readonly Bundle[]): ReadonlyMap<string, Bundle> {
  return new Map(bundles.flatMap((bundle) => [...bundle.urns].map((urn) => [urn, bundle] as const)));
}
