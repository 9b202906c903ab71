/** Makes a program's code when it is needed, and keeps what runs in step with its files: the code of functions at once, everything else by evaluating again. */
import { relative } from "node:path";
import { UserError } from "../core/errors.ts";
import type { Graph, Resource } from "../core/graph.ts";
import type { Log } from "../core/log.ts";
import { Builder } from "./builder.ts";
import type { Difference } from "./difference.ts";
import { filesOfModule } from "./module-files.ts";
import { watchProgram } from "./program-changes.ts";
import { Rebuilds } from "./rebuilds.ts";

export interface ReloadOptions {
  /** The folder that is watched. */
  readonly cwd: string;
  /** The folder of the program's main module. */
  readonly programFolder: string;
  /** The program's main module, as Pulumi names it. */
  readonly entryPoint: string;
  /** The graph that is realized, or will be. */
  readonly graph: Graph;
  readonly log: Log;
  /** Evaluates the program. */
  readonly evaluate: () => Promise<Graph>;
  /** Gets the resources that will have other code in a moment, for what can be done meanwhile. */
  readonly soon: (urns: ReadonlySet<string>) => void;
  /** Makes a graph real: the difference only. */
  readonly apply: (graph: Graph) => Promise<Difference>;
}

const NAMES_SHOWN = 5;

export class Reloader {
  readonly #options: ReloadOptions;
  readonly #builder: Builder;
  readonly #rebuilds: Rebuilds;
  #stopWatching: (() => void) | undefined;
  /** Files because of which the program must be evaluated. */
  #wanted = new Set<string>();
  #isEvaluating = false;
  #isStopped = false;
  /** Changes of files that are being taken. */
  readonly #underWay = new Set<Promise<void>>();
  /** What changes of files wait for. */
  #between: Promise<void> = Promise.resolve();
  /** The program's modules, until it is evaluated again; undefined inside when they cannot be told. */
  #modules: Promise<ReadonlySet<string> | undefined> | undefined;

  constructor(options: ReloadOptions) {
    const { programFolder, graph, log, soon, apply } = options;
    this.#options = options;
    this.#builder = new Builder(programFolder);
    this.#rebuilds = new Rebuilds(graph, {
      folder: programFolder,
      builder: this.#builder,
      log,
      soon,
      apply,
      updatedLater: (names) =>
        log({ kind: "notice", source: "reload", message: `new code for ${listed(names)}` }),
    });
  }

  /** Follows the program's files from now on. Resolves when what nobody has asked for so far is made. */
  watch(): Promise<void> {
    this.#stopWatching ??= watchProgram(this.#options.cwd, (files) => void this.#take(files));
    if (!this.#rebuilds.hasRest) void this.#prepare();
    return this.#rebuilds.makeRest();
  }

  /** Settles when a resource has the code that its sources say; undefined when it has. */
  pending(urn: string): Promise<void> | undefined {
    return this.#rebuilds.pending(urn);
  }

  /** Does what must not meet a deployment: once those under way have ended, and the next waits for its end. */
  between(work: () => Promise<void>): Promise<void> {
    const done = this.#between.then(async () => {
      await Promise.all(this.#underWay);
      await this.#rebuilds.pause();
      await work().finally(() => this.#rebuilds.resume());
    });
    this.#between = done.catch(() => undefined);
    return done;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopWatching?.();
    this.#rebuilds.stop();
    await this.#builder.end();
  }

  async #take(files: ReadonlySet<string>): Promise<void> {
    await this.#between;
    const taken = this.#change(files);
    this.#underWay.add(taken);
    await taken;
    this.#underWay.delete(taken);
  }

  async #change(files: ReadonlySet<string>): Promise<void> {
    const started = performance.now();
    const isCode = [...files].some((file) => this.#rebuilds.isInput(file));
    const outside = [...files].filter((file) => !this.#rebuilds.isInput(file));
    try {
      const { updated, waiting, failed } = await this.#rebuilds.change(files);
      const others = waiting > 0 ? `; ${waiting} more when they are called` : "";
      if (updated.length > 0) this.#tell(files, `new code for ${listed(updated)}${others}`, started);
      else if (isCode && !failed) this.#tell(files, "no other code", started);
      const modules = await this.#programModules();
      for (const file of files)
        if (!modules || modules.has(file) || outside.includes(file)) this.#wanted.add(file);
      if (!this.#isEvaluating) await this.#evaluateWhileWanted();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #evaluateWhileWanted(): Promise<void> {
    this.#isEvaluating = true;
    while (this.#wanted.size > 0) {
      const files = this.#wanted;
      this.#wanted = new Set();
      await this.#evaluate(files).catch((error) => this.#fail(error));
    }
    this.#isEvaluating = false;
  }

  async #evaluate(files: ReadonlySet<string>): Promise<void> {
    const started = performance.now();
    this.#rebuilds.evaluationBegins();
    this.#modules = undefined;
    const graph = await this.#options.evaluate();
    await this.#renewBuilder(files);
    const { created, updated, deleted } = await this.#rebuilds.replaceGraph(graph);
    const parts = [
      `${created.length} created${shown(created)}`,
      `${updated.length} updated${shown(updated.map(({ resource }) => resource))}`,
      `${deleted.length} deleted${shown(deleted)}`,
    ];
    this.#tell(files, parts.join(", "), started);
  }

  /** A builder that has changed is loaded anew. */
  async #renewBuilder(files: ReadonlySet<string>): Promise<void> {
    for (const builder of this.#rebuilds.builders) {
      const modules = await filesOfModule(this.#options.programFolder, builder);
      if (modules && ![...files].some((file) => modules.has(file))) continue;
      await this.#builder.renew();
      return this.#prepare();
    }
  }

  /** What cannot be prepared says so when it is needed. */
  async #prepare(): Promise<void> {
    const recipe = this.#rebuilds.anyRecipe;
    if (recipe) await this.#builder.prepare(recipe).catch(() => undefined);
  }

  #programModules(): Promise<ReadonlySet<string> | undefined> {
    const { programFolder, entryPoint } = this.#options;
    this.#modules ??= filesOfModule(programFolder, entryPoint);
    return this.#modules;
  }

  #tell(files: ReadonlySet<string>, what: string, started: number): void {
    const { cwd, log } = this.#options;
    const message = `${listed([...files].map((file) => relative(cwd, file)))}: ${what}`;
    log({ kind: "notice", source: "reload", message, duration: performance.now() - started });
  }

  #fail(error: unknown): void {
    if (this.#isStopped) return;
    const message =
      error instanceof UserError ? error.message : String(error instanceof Error ? error.stack : error);
    this.#options.log({ kind: "error", source: "reload", message });
  }
}

function shown(resources: readonly Resource[]): string {
  return resources.length === 0 ? "" : ` (${listed(resources.map(({ name }) => name))})`;
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMES_SHOWN;
  return more > 0 ? `${names.slice(0, NAMES_SHOWN).join(", ")} and ${more} more` : names.join(", ");
}
