/** Files that commands make and the repository keeps: written, or compared with what would be written. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The files of a folder that holds nothing else, by name. */
export type GeneratedFiles = ReadonlyMap<string, string>;

/** Paths of files that are missing, or not what would be written, or of which nothing would be written. */
export function staleFiles(folder: string, files: GeneratedFiles): string[] {
  const present = existsSync(folder) ? readdirSync(folder) : [];
  return [...new Set([...files.keys(), ...present])]
    .filter((name) => !present.includes(name) || readFileSync(join(folder, name), "utf8") !== files.get(name))
    .map((name) => join(folder, name));
}

/** Makes a folder hold the files and nothing else. Returns the paths of what changed. */
export function writeFiles(folder: string, files: GeneratedFiles): string[] {
  const stale = staleFiles(folder, files);
  mkdirSync(folder, { recursive: true });
  for (const path of stale) rmSync(path, { force: true });
  for (const [name, text] of files) {
    const path = join(folder, name);
    if (stale.includes(path)) writeFileSync(path, text);
  }
  return stale;
}
