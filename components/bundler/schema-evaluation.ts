import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { digest, writeAtomically } from "./files.ts";

/** What a module of schemas exports, and the files it consists of, relative to the project root. */
export interface SchemaModule {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly files: readonly string[];
}

/**
 * Runs a module of schemas. It is bundled first (but for packages) and stored by its content: Node keeps modules for
 * ever once it has loaded them, and would not see a change in a file that the module imports.
 */
export async function evaluateSchemas(root: string, path: string): Promise<SchemaModule> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [path],
    bundle: true,
    write: false,
    metafile: true,
    packages: "external",
    format: "esm",
    platform: "node",
    target: "node24",
    tsconfigRaw: {},
    logLevel: "silent",
  });
  const code = outputFiles[0]?.contents ?? new Uint8Array();
  const file = join(root, ".build", "schemas", `${digest(code)}.mjs`);
  if (!existsSync(file)) await writeAtomically(file, code);
  const exports: Record<string, unknown> = await import(pathToFileURL(file).href);
  return { exports, files: Object.keys(metafile.inputs) };
}
