import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type * as z from "zod";
import { cached } from "./cache.ts";
import { digest, fromRoot } from "./files.ts";
import { jsonSchemaOf } from "./schema-json.ts";

/** zod schemas of the Pulumi program, by the name under which a handler imports their validators. */
export type Schemas = Readonly<Record<string, z.ZodType>>;

/**
 * Bundles a module of handlers.
 * @param entry path from the project root
 * @param root the project root
 * @param schemas what the module gets by `import { … } from "virtual:schemas"`: validators with `safeParse`
 * @returns the bundle's path, relative to the project root
 * @throws Error when there is no such module, it exports no `handler`, or it cannot be bundled
 */
export async function bundleEntry(
  entry: string,
  root = process.cwd(),
  schemas: Schemas = {},
): Promise<string> {
  const path = fromRoot(root, entry);
  if (!existsSync(resolve(root, path))) throw new Error(`${path} does not exist below ${root}`);
  const hasSchemas = Object.keys(schemas).length > 0;
  const name = hasSchemas ? `${path}-${digest(fingerprint(schemas))}` : path;
  return cached(root, name, async () => {
    const { build } = await import("./build.ts");
    const main = `export { handler } from ${JSON.stringify(`./${path}`)};`;
    if (!hasSchemas) return build(root, path, { main });
    const { validatorsFor } = await import("./schema-validators.ts");
    return build(root, path, { main, modules: { "virtual:schemas": validatorsFor(schemas) } });
  });
}

/** What the validators are made from. */
function fingerprint(schemas: Schemas): string {
  const formats = new Map<string, RegExp>();
  const parts = Object.entries(schemas).map(([name, schema]) => [name, jsonSchemaOf(schema, formats)]);
  return JSON.stringify([parts, [...formats].map(([format, expression]) => [format, String(expression)])]);
}
