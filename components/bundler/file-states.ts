/** Whether files are still what they were. Synchronous: for thousands of small questions that is ten times faster. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { digest } from "./files.ts";

const MISSING = "missing";

/** The state of files, each looked at once: bundles made at the same time have most of their files in common. */
export class FileStates {
  readonly #root: string;
  readonly #known = new Map<string, string>();

  constructor(root: string) {
    this.#root = root;
  }

  /** The digest of a source's content; size and time of a package's file, of which bundles have hundreds. */
  of(path: string): string {
    const state = this.#known.get(path) ?? stateOf(join(this.#root, path));
    this.#known.set(path, state);
    return state;
  }
}

function stateOf(file: string): string {
  if (!file.includes("/node_modules/")) return contentState(file);
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats ? `${stats.size}-${stats.mtimeMs}` : MISSING;
}

/** Whether a file has been written since a time, in milliseconds since 1970. */
export function changedAfter(root: string, path: string, time: number): boolean {
  const stats = statSync(join(root, path), { throwIfNoEntry: false });
  // File systems keep time a little behind the clock.
  return !stats || stats.mtimeMs > time - 10;
}

function contentState(file: string): string {
  try {
    return digest(readFileSync(file));
  } catch {
    return MISSING;
  }
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
  const { version: found }: { readonly version: string } = createRequire(import.meta.url)(`${name}/package.json`);
  return found;
}
