import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { build, fromRoot } from "./build.ts";
import { cached } from "./cache.ts";

const underWay = new Map<string, Promise<string>>();

/**
 * Bundles a module of handlers.
 * @param entry path from the project root
 * @param root the project root
 * @returns the bundle's path, relative to the project root
 * @throws Error when there is no such module, it exports no `handler`, or it cannot be bundled
 */
export function bundleEntry(entry: string, root = process.cwd()): Promise<string> {
  const key = `${root} ${entry}`;
  const bundle = underWay.get(key) ?? make(entry, root).finally(() => underWay.delete(key));
  underWay.set(key, bundle);
  return bundle;
}

async function make(entry: string, root: string): Promise<string> {
  const path = fromRoot(root, entry);
  if (!existsSync(resolve(root, path))) throw new Error(`${path} does not exist below ${root}`);
  return cached(root, path, () => build(root, path, `./${path}`));
}
