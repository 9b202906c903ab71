/** A copy of this project to be changed and started at will; packages are shared. */
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");
const LEFT_OUT = new Set(["node_modules", ".git", ".local", ".build", "test", "docs", "bench"]);

export interface ProgramCopy {
  readonly folder: string;
  remove(): void;
}

/** Copies the sources, without anything that earlier runs have made. */
export function copyProgram(): ProgramCopy {
  const folder = mkdtempSync(join(tmpdir(), "andamio-bench-"));
  cpSync(ROOT, folder, {
    recursive: true,
    filter: (source) => source === ROOT || !LEFT_OUT.has(basename(source)),
  });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
