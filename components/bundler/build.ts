import { relative, resolve } from "node:path";
import type { BuildFailure, BuildOptions, Metafile, Plugin } from "esbuild";
import { builtinsPlugin } from "./builtins-plugin.ts";
import { credentialsPlugin } from "./credentials-plugin.ts";
import { schemaPlugin } from "./schema-plugin.ts";

/** A bundle, and the files it was made from, relative to the project root. */
export interface Bundle {
  readonly code: Uint8Array;
  readonly inputs: readonly string[];
}

/** What all bundles have in common. Nothing in it depends on the machine, the time or the place of the project. */
const OPTIONS = {
  bundle: true,
  write: false,
  metafile: true,
  format: "esm",
  platform: "node",
  target: "node24",
  // The ES modules of packages: esbuild can leave out what is not used of them.
  mainFields: ["module", "main"],
  minify: true,
  charset: "utf8",
  legalComments: "none",
  sourcemap: false,
  define: { "process.env.NODE_ENV": '"production"' },
  // A project's own compiler options say how it is checked, not what runs.
  tsconfigRaw: {},
  logLevel: "silent",
} as const satisfies BuildOptions;

/**
 * Bundles a module for Lambda: one minified ES module with everything it uses.
 * @param subject what is bundled, for error messages
 * @param source the module: a path, or the name of a virtual module that a plugin knows
 * @throws Error saying what esbuild or a plugin refused, and where
 */
export async function build(
  root: string,
  subject: string,
  source: string,
  plugins: readonly Plugin[] = [],
): Promise<Bundle> {
  const { build: esbuild } = await import("esbuild");
  const schemaInputs = new Set<string>();
  const options = {
    ...OPTIONS,
    absWorkingDir: root,
    entryPoints: [source],
    plugins: [...plugins, schemaPlugin(root, schemaInputs), builtinsPlugin, credentialsPlugin],
  };
  const result = await esbuild(options).catch((error: BuildFailure) => {
    throw new Error(`${subject} cannot be bundled:\n${describe(error)}`);
  });
  const [file] = result.outputFiles;
  if (!file) throw new Error(`${subject}: the bundle is empty`);
  requireHandler(subject, result.metafile);
  const inputs = Object.keys(result.metafile.inputs).filter((path) => !/^[a-z-]+:/.test(path));
  return { code: file.contents, inputs: [...new Set([...inputs, ...schemaInputs])].sort() };
}

/** Lambda calls the export `handler`; without it every invocation would fail. */
function requireHandler(subject: string, { outputs }: Metafile): void {
  const exported = Object.values(outputs).flatMap((output) => output.exports);
  if (!exported.includes("handler")) throw new Error(`${subject} exports no "handler"`);
}

function describe({ errors }: BuildFailure): string {
  return errors
    .map(({ text, location }) => (location ? `  ${location.file}:${location.line}: ${text}` : `  ${text}`))
    .join("\n");
}

/** A path relative to the project root, as esbuild writes it. */
export function fromRoot(root: string, path: string): string {
  return relative(root, resolve(root, path)).replaceAll("\\", "/");
}
