import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { cached } from "./cache.ts";
import { fromRoot } from "./files.ts";

/**
 * Bundles a module of handlers.
 * @param entry path from the project root
 * @param root the project root
 * @returns the bundle's path, relative to the project root
 * @throws Error when there is no such module, it exports no `handler`, or it cannot be bundled
 */
export async function bundleEntry(entry: string, root = process.cwd()): Promise<string> {
  const path = fromRoot(root, entry);
  if (!existsSync(resolve(root, path))) throw new Error(`${path} does not exist below ${root}`);
  return cached(root, path, async () => {
    const { build } = await import("./build.ts");
    return build(root, path, { main: `export { handler } from ${JSON.stringify(`./${path}`)};` });
  });
}
