import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type * as z from "zod";
import type { Bundle } from "./build.ts";
import { cached, type Work } from "./cache.ts";
import { digest, fromRoot } from "./files.ts";
import { jsonSchemaOf } from "./schema-json.ts";

/** zod schemas of the Pulumi program, by the name under which a handler imports their validators. */
export type Schemas = Readonly<Record<string, z.ZodType>>;

/** What the Pulumi program puts into a bundle. */
export interface ProgramModules {
  /** The module gets validators with `safeParse` of them by `import { … } from "virtual:schemas"`. */
  readonly schemas?: Schemas | undefined;
  /** Values made of JSON; the module gets them by `import { … } from "virtual:constants"`. */
  readonly constants?: Readonly<Record<string, unknown>> | undefined;
}

/** All that a bundle is made of but files: enough to make it again without the program. */
export interface EntrySource {
  /** Tells bundles apart. */
  readonly name: string;
  /** Path of the module of handlers, from the project root. */
  readonly path: string;
  /** Source texts of modules that are no files, by name. */
  readonly modules: Readonly<Record<string, string>>;
}

const REBUILD = join(import.meta.dirname, "rebuild.ts");

/**
 * Bundles a module of handlers.
 * @param entry path from the project root
 * @param root the project root
 * @param given what it gets from the program
 * @returns the bundle's path, relative to the project root
 * @throws Error when there is no such module, it exports no `handler`, or it cannot be bundled
 */
export async function bundleEntry(
  entry: string,
  root = process.cwd(),
  given: ProgramModules = {},
): Promise<string> {
  const path = fromRoot(root, entry);
  if (!existsSync(resolve(root, path))) throw new Error(`${path} does not exist below ${root}`);
  const parts = fingerprints(given);
  const name = parts.length > 0 ? `${path}-${digest(...parts)}` : path;
  let source: Promise<EntrySource> | undefined;
  return cached(
    root,
    name,
    entryWork(root, path, () => {
      source ??= modulesOf(given).then((modules) => ({ name, path, modules }));
      return source;
    }),
  );
}

/** @param source gets what the bundle is made of, when it is wanted */
export function entryWork(root: string, path: string, source: () => Promise<EntrySource>): Work {
  return {
    make: async () => makeEntry(root, await source()),
    recipe: async () => ({ builder: REBUILD, argument: await source() }),
    inputs: [path],
  };
}

/** Makes the bundle itself, whether or not it is there. */
export async function makeEntry(root: string, { path, modules }: EntrySource): Promise<Bundle> {
  const { build } = await import("./build.ts");
  const main = `export { handler } from ${JSON.stringify(`./${path}`)};`;
  return build(root, path, { main, modules });
}

async function modulesOf({ schemas = {}, constants = {} }: ProgramModules): Promise<Record<string, string>> {
  const modules: Record<string, string> = {};
  if (Object.keys(schemas).length > 0) {
    const { validatorsFor } = await import("./schema-validators.ts");
    modules["virtual:schemas"] = validatorsFor(schemas);
  }
  const values = Object.entries(constants).map(
    ([name, value]) => `export const ${name} = ${JSON.stringify(value)};`,
  );
  if (values.length > 0) modules["virtual:constants"] = values.join("\n");
  return modules;
}

/** What the modules are made from; nothing for those that are not given. */
function fingerprints({ schemas = {}, constants = {} }: ProgramModules): string[] {
  return [
    ...(Object.keys(schemas).length > 0 ? [fingerprint(schemas)] : []),
    ...(Object.keys(constants).length > 0 ? [JSON.stringify(constants)] : []),
  ];
}

/** What the validators are made from. */
function fingerprint(schemas: Schemas): string {
  const formats = new Map<string, RegExp>();
  const parts = Object.entries(schemas).map(([name, schema]) => [name, jsonSchemaOf(schema, formats)]);
  return JSON.stringify([parts, [...formats].map(([format, expression]) => [format, String(expression)])]);
}
