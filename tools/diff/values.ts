/** The differences between the inputs of a resource, property by property. */
import type { Properties, Value } from "../../local/core/graph.ts";
import { digest, isFile } from "../../local/deploy/difference.ts";
import { parsed } from "../diagram/properties.ts";

export interface PropertyChange {
  /** `environment.variables.LIMIT`; below a document in a text, too. */
  readonly path: string;
  /** JSON, cut when it is long; undefined when there is none. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Longer values are cut: a comment is no place for documents. */
const MOST_CHARACTERS = 120;

export const SECRET = "[secret]";

/** What lists of objects call their members by. */
const KEYS = ["name", "id", "Sid", "attributeName", "key"];

/** @param secrets names of properties whose values are shown to nobody */
export function propertyChanges(
  before: Properties,
  after: Properties,
  secrets: ReadonlySet<string>,
): PropertyChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => {
    const old = leavesOf(before[name], name);
    const current = leavesOf(after[name], name);
    const paths = [...new Set([...old.keys(), ...current.keys()])];
    const changes = paths
      .filter((path) => old.get(path) !== current.get(path))
      .map((path) => ({ path, before: cut(old.get(path)), after: cut(current.get(path)) }));
    return secrets.has(name) && changes.length > 0 ? [masked(name, before[name], after[name])] : changes;
  });
}

function masked(path: string, before: Value | undefined, after: Value | undefined): PropertyChange {
  const shown = (value: Value | undefined) => (value === undefined ? undefined : SECRET);
  return { path, before: shown(before), after: shown(after) };
}

/** Every value that is no object, as JSON, by its path. */
function leavesOf(value: Value | undefined, path: string): ReadonlyMap<string, string> {
  if (value === undefined) return new Map();
  if (typeof value === "string") {
    const document = /^\s*[{[]/.test(value) ? parsed(value) : undefined;
    if (typeof document === "object") return leavesOf(document as Value, path);
    return new Map([[path, JSON.stringify(value)]]);
  }
  if (typeof value !== "object" || value === null) return new Map([[path, JSON.stringify(value)]]);
  if (isFile(value)) return new Map([[path, `files ${digest(value).slice(0, 12)}`]]);
  const isPlain = Array.isArray(value) && value.some((member) => typeof member !== "object");
  if (isPlain) return new Map([[path, JSON.stringify(value)]]);
  const members = Array.isArray(value) ? membersOf(value) : Object.entries(value);
  if (members.length === 0) return new Map([[path, JSON.stringify(value)]]);
  return new Map(members.flatMap(([name, member]) => [...leavesOf(member, `${path}.${name}`)]));
}

/** By name where they have one, so that one more in the middle is one change. */
function membersOf(list: readonly Value[]): [string, Value][] {
  const named = list.map((member, index): [string, Value] => {
    const key = KEYS.map((name) => (member as Properties | null)?.[name]).find(
      (one) => typeof one === "string",
    );
    return [typeof key === "string" ? key : String(index), member];
  });
  const isUnique = new Set(named.map(([name]) => name)).size === named.length;
  return isUnique ? named : list.map((member, index) => [String(index), member]);
}

function cut(text: string | undefined): string | undefined {
  return text === undefined || text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS)}…`;
}
