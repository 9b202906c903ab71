import * as pulumi from "@pulumi/pulumi";
import type { Plugin } from "esbuild";
import { build } from "./build.ts";
import { cached } from "./cache.ts";
import { digest } from "./files.ts";

/** Any function: what its parameters are is between Lambda and whoever wrote it. */
type Callback = (...parameters: never[]) => unknown;

/**
 * Bundles a function that stands in the Pulumi program itself, with the values that it uses and the modules that it
 * imports within its body.
 * @param name of the function, for messages and for the bundle's path
 * @param root the project root, from which its imports are resolved
 * @returns the bundle's path, relative to the project root
 * @throws Error when it captures a secret, or what Pulumi cannot serialize, or it cannot be bundled
 */
export async function bundleCallback(name: string, callback: Callback, root = process.cwd()): Promise<string> {
  const { text, exportName } = await serialize(name, callback);
  const source = `callback-${name}`;
  const make = () => build(root, `The callback of "${name}"`, source, [callbackPlugin(root, source, exportName, text)]);
  return cached(root, `${source}-${digest(text)}`, make);
}

async function serialize(name: string, callback: Callback): Promise<pulumi.runtime.SerializedFunction> {
  try {
    return await pulumi.runtime.serializeFunction(callback, { allowSecrets: false });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const remedy = /secret/i.test(reason)
      ? "Its code is stored in clear. Put the value into a Secret, link it, and read it at run time."
      : 'Import modules within its body (await import("…")) and capture plain values and outputs only.';
    throw new Error(`The callback of "${name}" cannot be packed: ${reason}\n${remedy}`, { cause: error });
  }
}

/** Pulumi writes a CommonJS module; Lambda calls a named export of an ES module. */
function callbackPlugin(root: string, source: string, exportName: string, text: string): Plugin {
  const contents: Readonly<Record<string, string>> = {
    [source]: `import serialized from "${source}-code"; export const handler = serialized[${JSON.stringify(exportName)}];`,
    [`${source}-code`]: text,
  };
  return {
    name: "callback",
    setup(build) {
      build.onResolve({ filter: /^callback-/ }, ({ path }) => (path in contents ? { path, namespace: "callback" } : undefined));
      build.onLoad({ filter: /.*/, namespace: "callback" }, ({ path }) => ({
        contents: contents[path] ?? "",
        resolveDir: root,
      }));
    },
  };
}
