/** Notices when the files of a program change. */
import { type FSWatcher, watch } from "node:fs";
import { sep } from "node:path";
import type { Clock, Timer } from "../core/clock.ts";

/** Folders whose changes are not changes of the program. */
const IGNORED = new Set(["node_modules", ".git", ".local", ".build", "docs", "test"]);

/** Editors write a file in several steps; changes within this time are one. */
const SETTLE_MILLISECONDS = 40;

/**
 * Calls `changed` after the files of a folder have changed and come to rest.
 * @returns the way to stop
 */
export function watchProgram(folder: string, clock: Clock, changed: () => void): () => void {
  let pending: Timer | undefined;
  const watcher: FSWatcher = watch(folder, { recursive: true, persistent: false }, (_event, name) => {
    if (name === null || name.split(sep).some((part) => IGNORED.has(part))) return;
    pending?.cancel();
    pending = clock.after(SETTLE_MILLISECONDS, changed);
  });
  return () => {
    pending?.cancel();
    watcher.close();
  };
}
