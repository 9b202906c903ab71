/** The whole stack in one picture: of each system its parts by what they are for, and what systems share. */
import type { Architecture, Link, Part } from "./architecture.ts";
import { KIND_NAMES, type Kind } from "./kinds.ts";
import { type Box, mergedArrows, shortName, titleOf, type View, wrapped } from "./view.ts";

/** Kinds that share a box in the overview. */
const TOGETHER: Partial<Record<Kind, Kind>> = { topic: "queue", people: "outside", email: "outside" };

/** A system in the overview. Functions behind the API have a box of their own. */
export function overviewOfSystem({ parts, links }: Architecture, system: string): View {
  const behindApi = new Set(links.filter(({ from }) => from.startsWith("api:")).map(({ to }) => to));
  const groups = Map.groupBy(
    parts.filter((part) => part.system === system),
    ({ id, kind }) =>
      `${system}:${kind === "function" && behindApi.has(id) ? "requests" : (TOGETHER[kind] ?? kind)}`,
  );
  const groupOf = new Map(
    [...groups].flatMap(([group, members]) => members.map(({ id }) => [id, group] as const)),
  );
  const inner = links.filter(({ from, to }) => groupOf.has(from) && groupOf.has(to));
  return {
    title: system,
    boxes: [...groups].map(([group, members]) => boxOf(group, members, system)),
    arrows: mergedArrows(inner, (id) => groupOf.get(id) ?? id),
  };
}

/** The systems that share parts, as boxes, and what they share. */
export function sharedView({ parts, links }: Architecture): View {
  const systemOf = new Map(parts.map(({ id, system }) => [id, system]));
  const ends = (link: Link) =>
    [systemOf.get(link.from) ?? link.from, systemOf.get(link.to) ?? link.to] as const;
  const between = links.filter((link) => {
    const [from, to] = ends(link);
    return from !== to && (systemOf.get(link.from) !== undefined || systemOf.get(link.to) !== undefined);
  });
  const drawn = new Set(between.flatMap(ends));
  const shared = parts.filter(({ id }) => drawn.has(id));
  const systems = [...drawn].filter((id) => !shared.some((part) => part.id === id)).sort();
  return {
    title: "what systems share",
    boxes: [
      ...systems.map((id): Box => ({ id, kind: "outside", title: id, lines: [], own: true })),
      ...shared.map(
        ({ id, kind, name }): Box => ({ id, kind, title: name, lines: [KIND_NAMES[kind].one], own: false }),
      ),
    ],
    arrows: mergedArrows(between, (id) => systemOf.get(id) ?? id),
  };
}

function boxOf(id: string, members: readonly Part[], system: string): Box {
  const [first] = members;
  if (!first) throw new Error("A group has at least one part.");
  const kind = TOGETHER[first.kind] ?? first.kind;
  const kinds = Map.groupBy(members, (member) => member.kind);
  const base = { id, kind: kinds.size === 1 ? first.kind : kind, own: true };
  const counts = [...kinds].map(([one, { length }]) => counted(one, length));
  const names = members.map(({ name }) => shortName(name, system));
  const role = id.endsWith(":requests") ? "behind the API" : "in the background";
  if (members.length === 1) {
    const text = kind === "function" ? role : (kind === "api" && first.detail) || KIND_NAMES[first.kind].one;
    return { ...base, title: titleOf(first, system), lines: [text] };
  }
  if (kind === "function") return { ...base, title: counts.join(), lines: [role] };
  if (kinds.size === 1) return { ...base, title: counts.join(), lines: wrapped(names.join(", ")) };
  return { ...base, title: kind === "queue" ? "messages" : "outside", lines: counts };
}

function counted(kind: Kind, count: number): string {
  const { one, many } = KIND_NAMES[kind];
  return kind === "people" || kind === "email" ? many : `${count} ${count === 1 ? one : many}`;
}
