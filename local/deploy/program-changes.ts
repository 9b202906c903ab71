/** Notices when the files of a program change. */
import { type FSWatcher, readdirSync, statSync, watch } from "node:fs";
import { join } from "node:path";

/** Folders whose changes are not changes of the program. */
const IGNORED = new Set(["node_modules", ".git", ".local", ".build", "docs", "test"]);

/** Files that editors make for themselves. */
const EDITORS_OWN = /~$|\.sw[a-z]$|^\.#|^#.*#$|^4913$/;

/**
 * Editors write a file in several steps; changes within this time are one. Longer than a tick of the file system's
 * clock, so that whoever reads the file then can tell by its time whether it changes again.
 */
const SETTLE_MILLISECONDS = 12;

/**
 * Calls `changed` after files of a folder have changed and come to rest. (Node's own recursive watching would look at
 * the tens of thousands of files below node_modules too, for 170 MB and most of a second.)
 * @param changed gets the absolute paths of files that were written, made or removed
 * @returns the way to stop
 */
export function watchProgram(folder: string, changed: (files: ReadonlySet<string>) => void): () => void {
  const watchers = new Map<string, FSWatcher>();
  const known = new Set<string>();
  let files = new Set<string>();
  // Files change in real time, whatever the cloud's clock says.
  let pending: NodeJS.Timeout | undefined;

  const settle = (): void => {
    // What came and went within that time, such as the file that an editor renames, was never there.
    const seen = [...files].filter((path) => exists(path) || known.has(path));
    files = new Set();
    for (const path of seen) {
      if (exists(path)) known.add(path);
      else known.delete(path);
    }
    if (seen.length > 0) changed(new Set(seen));
  };
  const touch = (path: string): void => {
    files.add(path);
    clearTimeout(pending);
    pending = setTimeout(settle, SETTLE_MILLISECONDS).unref();
  };
  const noticed = (directory: string, event: string, name: string | null): void => {
    if (name === null || isIgnored(name)) return;
    const path = join(directory, name);
    if (!isDirectory(path)) touch(path);
    else if (event === "rename") follow(path, touch);
  };
  const follow = (directory: string, found: (path: string) => void): void => {
    watchers.get(directory)?.close();
    try {
      const watcher = watch(directory, { persistent: false }, (event, name) =>
        noticed(directory, event, name),
      );
      watchers.set(
        directory,
        watcher.on("error", () => watcher.close()),
      );
      for (const entry of readdirSync(directory, { withFileTypes: true })) {
        const path = join(directory, entry.name);
        if (isIgnored(entry.name)) continue;
        if (entry.isDirectory()) follow(path, found);
        else found(path);
      }
    } catch (error) {
      // A folder may go while it is looked at.
      if (exists(directory)) throw error;
    }
  };

  follow(folder, (path) => known.add(path));
  return () => {
    clearTimeout(pending);
    for (const watcher of watchers.values()) watcher.close();
  };
}

function isIgnored(name: string): boolean {
  return IGNORED.has(name) || EDITORS_OWN.test(name);
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
