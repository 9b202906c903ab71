/** What changed between two evaluations of the same program. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Archive, Asset, Graph, Resource, Value } from "../core/graph.ts";

export interface Difference {
  readonly created: readonly Resource[];
  readonly updated: readonly { readonly resource: Resource; readonly previous: Resource }[];
  /** In the order in which they may be deleted: dependents first. */
  readonly deleted: readonly Resource[];
}

/** A fingerprint per resource: its inputs, and the contents of its files. */
export type Fingerprints = ReadonlyMap<string, string>;

/**
 * Fingerprints of all resources, to be taken when the graph is new (files change later under the same path).
 * @param previous the graph before, and its fingerprints: they hold for resources that are the very same objects
 */
export function fingerprints(graph: Graph, previous: Graph | undefined, before: Fingerprints): Fingerprints {
  const same = new Set(previous?.resources);
  return new Map(
    graph.resources.map((resource) => [
      resource.urn,
      (same.has(resource) ? before.get(resource.urn) : undefined) ?? digest(resource.inputs),
    ]),
  );
}

/** Compares two graphs by URN and fingerprint. */
export function difference(
  previous: Graph | undefined,
  before: Fingerprints,
  next: Graph,
  after: Fingerprints,
): Difference {
  const old = new Map(previous?.resources.map((resource) => [resource.urn, resource]));
  const kept = new Set(next.resources.map(({ urn }) => urn));
  const created: Resource[] = [];
  const updated: { resource: Resource; previous: Resource }[] = [];
  for (const resource of next.resources) {
    const earlier = old.get(resource.urn);
    if (!earlier) created.push(resource);
    else if (before.get(resource.urn) !== after.get(resource.urn))
      updated.push({ resource, previous: earlier });
  }
  const deleted = [...old.values()].filter(({ urn }) => !kept.has(urn)).reverse();
  return { created, updated, deleted };
}

/** The same for the same value, whatever the order of its members, with files by their contents. */
export function digest(value: Value | undefined): string {
  return createHash("sha256").update(canonical(value)).digest("hex");
}

function canonical(value: Value | undefined): string {
  if (value === undefined || value === null || typeof value !== "object")
    return JSON.stringify(value) ?? "undefined";
  if (isList(value)) return `[${value.map(canonical).join()}]`;
  if (isFile(value)) return contents(value);
  return `{${Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`)
    .join()}}`;
}

function isList(value: object): value is readonly Value[] {
  return Array.isArray(value);
}

export function isFile(value: object): value is Asset | Archive {
  return "kind" in value && (value.kind === "asset" || value.kind === "archive");
}

function contents(file: Asset | Archive): string {
  if (file.kind === "archive" && file.assets) {
    return Object.entries(file.assets)
      .map(([name, member]) => `${name}=${contents(member)}`)
      .sort()
      .join();
  }
  if (file.kind === "asset" && file.text !== undefined) return JSON.stringify(file.text);
  return file.path === undefined ? "" : onDisk(file.path);
}

/** Files by their bytes; folders (a package under node_modules, say) by names, sizes and times of their files. */
function onDisk(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return `missing:${path}`;
  if (stats.isFile()) return createHash("sha256").update(readFileSync(path)).digest("hex");
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .sort()
    .map((name) => {
      const { size, mtimeMs } = statSync(join(path, name));
      return `${name}:${size}:${mtimeMs}`;
    })
    .join();
}
