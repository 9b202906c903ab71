import * as pulumi from "@pulumi/pulumi";
import type { Bundle } from "./build.ts";
import { cached } from "./cache.ts";
import { digest } from "./files.ts";

/** Any function: what its parameters are is between Lambda and whoever wrote it. */
type Callback = (...parameters: never[]) => unknown;

/**
 * Bundles a function that stands in the Pulumi program itself, with the values that it uses and the modules that it
 * imports within its body.
 * @param name of the function; part of the bundle's path
 * @param root the project root, from which its imports are resolved
 * @returns the bundle's path, relative to the project root
 * @throws Error when it captures a secret, or what Pulumi cannot serialize, or it cannot be bundled
 */
export async function bundleCallback(
  name: string,
  callback: Callback,
  root = process.cwd(),
): Promise<string> {
  const { text, exportName } = await serialize(callback);
  const make = async (): Promise<Bundle> => {
    const { build } = await import("./build.ts");
    // Pulumi writes a CommonJS module; Lambda calls a named export of an ES module.
    const main = `import code from "virtual:callback"; export const handler = code[${JSON.stringify(exportName)}];`;
    return build(root, "its callback", { main, modules: { "virtual:callback": strict(text) } });
  };
  return cached(root, `callback-${name}-${digest(text)}`, { make });
}

async function serialize(callback: Callback): Promise<pulumi.runtime.SerializedFunction> {
  try {
    return await pulumi.runtime.serializeFunction(callback, { allowSecrets: false });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const remedy = /secret/i.test(reason)
      ? "Its code is stored in clear. Put the value into a Secret, link it, and read it at run time."
      : 'Import modules within its body (await import("…")) and capture plain values and outputs only.';
    throw new Error(`its callback cannot be packed: ${reason}\n${remedy}`, { cause: error });
  }
}

/** How Pulumi gives a function its captured values: `with({ table: __table, limit: 5 }) {`. */
const WITH = /^ {4}with\((\{.*\})\) \{$/gm;

/** A text, which is passed over, or the name of a property. */
const TEXT_OR_NAME = /"(?:[^"\\]|\\.)*"|(?<=[{,] )([\w$]+)(?=: )/g;

/** Pulumi relies on `with`, which modules do not have: the captured values become variables instead. */
function strict(text: string): string {
  return text.replace(WITH, (_, values: string) => {
    const names = [...values.matchAll(TEXT_OR_NAME)].flatMap(([, name]) => name ?? []);
    const variables = names.filter((name) => name !== "this" && name !== "arguments");
    return `    { let { ${variables.join(", ")} } = ${values};`;
  });
}
