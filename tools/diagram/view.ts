/** What one picture shows: boxes and arrows. */
import type { Architecture, Link, Part } from "./architecture.ts";
import { KIND_NAMES, type Kind } from "./kinds.ts";

export interface Box {
  readonly id: string;
  readonly kind: Kind;
  readonly title: string;
  /** Below the title, in smaller letters. */
  readonly lines: readonly string[];
  /** False for what the system only uses. */
  readonly own: boolean;
}

export interface View {
  /** What the picture shows, for those who cannot see it. */
  readonly title: string;
  readonly boxes: readonly Box[];
  readonly arrows: readonly Link[];
}

/** Characters that a line of a box has, unless a single word is longer. */
const LINE_LENGTH = 24;

/** One system with what it uses. Functions that are called by and use the same parts share a box. */
export function viewOfSystem(architecture: Architecture, system: string): View {
  const own = new Set(architecture.parts.filter((part) => part.system === system).map(({ id }) => id));
  const arrows = architecture.links.filter(({ from, to }) => own.has(from) || own.has(to));
  const drawn = new Set(arrows.flatMap(({ from, to }) => [from, to]));
  const parts = architecture.parts.filter(({ id }) => own.has(id) || drawn.has(id));
  const groups = groupsOf(parts, arrows);
  const groupOf = new Map(
    groups.flatMap((group) => group.map(({ id }): [string, string] => [id, idOf(group)])),
  );
  return {
    title: `${system}: its parts, and what they do with each other`,
    boxes: groups.map((group) => boxOf(group, system)),
    arrows: mergedArrows(arrows, (id) => groupOf.get(id) ?? id),
  };
}

/** Arrows between groups; where one may write and another only read, one arrow says both. */
export function mergedArrows(links: readonly Link[], groupOf: (id: string) => string): Link[] {
  const merged = new Map<string, Link>();
  for (const link of links) {
    const [from, to] = [groupOf(link.from), groupOf(link.to)];
    const key = JSON.stringify([from, to, link.sort === "triggers"]);
    if (from !== to && merged.get(key)?.sort !== "writes") merged.set(key, { from, to, sort: link.sort });
  }
  return [...merged.values()];
}

/** Functions with the same links together, everything else alone. */
function groupsOf(parts: readonly Part[], links: readonly Link[]): Part[][] {
  const byLinks = Map.groupBy(parts, ({ id, kind }) => {
    if (kind !== "function") return id;
    const ends = links.flatMap(({ from, to, sort }) => {
      const isTrigger = sort === "triggers";
      if (from === id) return [`to ${to} ${isTrigger}`];
      return to === id ? [`from ${from} ${isTrigger}`] : [];
    });
    return [...new Set(ends)].sort().join("\n");
  });
  return [...byLinks.values()];
}

function idOf([first]: readonly Part[]): string {
  return first?.id ?? "";
}

function boxOf(group: readonly Part[], system: string): Box {
  const [first] = group;
  if (!first) throw new Error("A group has at least one part.");
  const { kind } = first;
  const own = first.system === system;
  const base = { id: first.id, kind, own };
  if (group.length > 1)
    return {
      ...base,
      title: `${group.length} ${KIND_NAMES[kind].many}`,
      lines: wrapped(group.map(({ name }) => shortName(name, system)).join(", ")),
    };
  return {
    ...base,
    title: titleOf(first, system),
    lines: [KIND_NAMES[kind].one, ...(first.detail ? [first.detail] : [])],
  };
}

/** The title of a part that has a box of its own. */
export function titleOf({ kind, name }: Part, system: string): string {
  const plain: Partial<Record<Kind, string>> = { api: "API", email: "e-mail" };
  return plain[kind] ?? shortName(name, system);
}

/** `tasks-create` → `create`, in the picture of the tasks. */
export function shortName(name: string, system: string): string {
  return name.startsWith(`${system}-`) ? name.slice(system.length + 1) : name;
}

/** A text in lines that fit into a box. */
export function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= LINE_LENGTH)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
