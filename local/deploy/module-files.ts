/** Which files of a program its modules are. */
import { resolve } from "node:path";
import { build } from "esbuild";

/**
 * The files that a module consists of, itself included, packages left out, as far as its imports tell.
 * @param module absolute path, or `.` for what the folder's package.json names
 * @returns absolute paths; undefined when they cannot be told
 */
export async function filesOfModule(
  folder: string,
  module: string,
): Promise<ReadonlySet<string> | undefined> {
  try {
    const { metafile } = await build({
      absWorkingDir: folder,
      entryPoints: [module],
      bundle: true,
      write: false,
      metafile: true,
      packages: "external",
      platform: "node",
      format: "esm",
      target: "node24",
      // What is loaded counts, not what is used.
      treeShaking: false,
      logLevel: "silent",
    });
    return new Set(Object.keys(metafile.inputs).map((path) => resolve(folder, path)));
  } catch {
    return undefined;
  }
}
