/** Makes bundles again for whoever runs the program and watches its files; see the recipe in cache.ts. */
import { keepParsed } from "./build.ts";
import { cached } from "./cache.ts";
import { type EntrySource, entryWork, makeEntry } from "./entry.ts";

/** @returns the bundle's path, relative to the project root */
export function build(source: EntrySource, root: string): Promise<string> {
  keepParsed(root);
  return cached(
    root,
    source.name,
    entryWork(root, source.path, async () => source),
  );
}

/** Parses the packages that a bundle consists of, so that the next ones take a fraction of the time. */
export async function prepare(source: EntrySource, root: string): Promise<void> {
  keepParsed(root);
  await makeEntry(root, source);
}
