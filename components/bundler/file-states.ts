/** Whether files are still what they were. Synchronous: for thousands of small questions that is ten times faster. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { digest } from "./files.ts";

/** The state of some files, by their paths from the project root. */
export type Snapshot = Readonly<Record<string, string>>;

const MISSING = "missing";

/** The state of a project's files, each looked at once: what is made at the same time has most files in common. */
export class FileStates {
  readonly #root: string;
  readonly #known = new Map<string, string>();

  constructor(root: string) {
    this.#root = root;
  }

  /**
   * What the files are like now.
   * @param since when they began to be read, in milliseconds since 1970
   * @returns undefined when one has changed since: whether its old or its new content was read is unknown
   */
  snapshot(paths: readonly string[], since: number): Snapshot | undefined {
    if (paths.some((path) => changedAfter(join(this.#root, path), since))) return undefined;
    return Object.fromEntries(paths.map((path) => [path, this.#of(path)]));
  }

  /** Whether all files are as they were. */
  match(snapshot: Snapshot): boolean {
    return Object.entries(snapshot).every(([path, state]) => this.#of(path) === state);
  }

  #of(path: string): string {
    const state = this.#known.get(path) ?? stateOf(join(this.#root, path));
    this.#known.set(path, state);
    return state;
  }
}

/** The digest of a source's content; size and time of a package's file, of which bundles have hundreds. */
function stateOf(file: string): string {
  if (!file.includes("/node_modules/")) return contentState(file);
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats ? `${stats.size}-${stats.mtimeMs}` : MISSING;
}

function contentState(file: string): string {
  try {
    return digest(readFileSync(file));
  } catch {
    return MISSING;
  }
}

/** File systems keep time behind the clock by up to a tick of the kernel, of which there are at least 100 a second. */
const CLOCK_MARGIN_MILLISECONDS = 10;

function changedAfter(file: string, time: number): boolean {
  const stats = statSync(file, { throwIfNoEntry: false });
  return !stats || stats.mtimeMs > time - CLOCK_MARGIN_MILLISECONDS;
}

let version: string | undefined;

/** Changes with the bundler's own source and with the tools that it uses. */
export function bundlerVersion(): string {
  version ??= digest(...ownSources(), ...["esbuild", "ajv", "zod"].map(packageVersion));
  return version;
}

function ownSources(): Buffer[] {
  const folder = import.meta.dirname;
  return readdirSync(folder)
    .sort()
    .map((name) => readFileSync(join(folder, name)));
}

function packageVersion(name: string): string {
  const { version: found }: { readonly version: string } = createRequire(import.meta.url)(
    `${name}/package.json`,
  );
  return found;
}
