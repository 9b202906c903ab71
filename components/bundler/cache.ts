import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Bundle } from "./build.ts";
import type { Snapshot } from "./file-states.ts";
import { bundlerVersion, FileStates } from "./file-states.ts";
import { digest, fromRoot, readText, writeAtomically } from "./files.ts";

/** What is kept about a bundle, to know whether it still holds. */
interface Manifest {
  /** Of the bundler itself: another one may make another bundle. */
  readonly bundler: string;
  /** Path of the bundle, relative to the project root. */
  readonly file: string;
  /** All files that went in. */
  readonly inputs: Snapshot;
}

/**
 * How a bundle is made (again). It is written next to the bundle, for tools that run the program and watch its files (the
 * local cloud does); it is not part of the archive.
 */
export interface Recipe {
  /** Absolute path of a module that exports `build(argument, root)`. */
  readonly builder: string;
  /** JSON. */
  readonly argument: unknown;
}

/** How a bundle comes about. */
export interface Work {
  readonly make: () => Promise<Bundle>;
  /** None when it takes running the program to make the bundle. */
  readonly recipe?: () => Promise<Recipe>;
  /** Files that certainly go in, relative to the project root. */
  readonly inputs?: readonly string[];
}

/**
 * Set by who runs the program and makes what has a recipe itself, once it is needed: a path with a recipe and without a
 * bundle is enough for it.
 */
const takesRecipes = (): boolean => process.env.TAKES_BUILD_RECIPES === "1";

/** Calls under way per project root, and what they know of its files. */
const sessions = new Map<string, { calls: number; readonly states: FileStates }>();

/**
 * The file of a bundle, relative to the project root; made only when something that went into it has changed. Bundles
 * lie in folders named by their content, so that one that runs is never overwritten by the next.
 * @param name tells bundles apart; the file's path begins with it
 */
export async function cached(root: string, name: string, work: Work): Promise<string> {
  const session = sessions.get(root) ?? { calls: 0, states: new FileStates(root) };
  sessions.set(root, session);
  session.calls++;
  try {
    return await lookUp(root, name, session.states, work);
  } finally {
    session.calls--;
    if (session.calls === 0) sessions.delete(root);
  }
}

async function lookUp(root: string, name: string, states: FileStates, work: Work): Promise<string> {
  const slug = name.replace(/[^A-Za-z0-9_-]+/g, "-");
  const manifestFile = join(root, ".build", "manifests", `${slug}-${digest(name)}.json`);
  const known = parse(await readText(manifestFile));
  if (known && holds(root, known, states)) return known.file;
  const recipe = await work.recipe?.();
  if (recipe && takesRecipes()) {
    const inputs = [...new Set([...(work.inputs ?? []), ...Object.keys(known?.inputs ?? {})])].sort();
    const text = recipeText(root, recipe, inputs);
    const file = `.build/functions/${slug}-later-${digest(text)}/index.mjs`;
    await writeAtomically(join(root, `${file}.build.json`), text);
    return file;
  }
  const begin = Date.now();
  const { code, inputs } = await work.make();
  const file = `.build/functions/${slug}-${digest(code)}/index.mjs`;
  if (!existsSync(join(root, file))) await writeAtomically(join(root, file), code);
  if (recipe) await writeAtomically(join(root, `${file}.build.json`), recipeText(root, recipe, inputs));
  const snapshot = states.snapshot(inputs, begin);
  if (snapshot) {
    const manifest: Manifest = { bundler: bundlerVersion(), file, inputs: snapshot };
    await writeAtomically(manifestFile, JSON.stringify(manifest));
  }
  return file;
}

/** Packages are left out: whoever changes them runs the program again. */
function recipeText(root: string, { builder, argument }: Recipe, files: readonly string[]): string {
  const inputs = files.filter((path) => !path.includes("node_modules/"));
  return JSON.stringify({ inputs, builder: fromRoot(root, builder), argument });
}

function parse(text: string | undefined): Manifest | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as Manifest);
}

function holds(root: string, { bundler, file, inputs }: Manifest, states: FileStates): boolean {
  return bundler === bundlerVersion() && existsSync(join(root, file)) && states.match(inputs);
}
