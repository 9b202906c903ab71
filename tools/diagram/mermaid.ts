/** Writes pictures as Mermaid, for pages that draw it and for people who want to change the drawing. */
import type { Architecture, Link, LinkSort } from "./architecture.ts";
import { STYLES } from "./icons.ts";
import { KIND_NAMES, type Kind } from "./kinds.ts";
import { overviewOfSystem, sharedView } from "./overview.ts";
import type { Box, View } from "./view.ts";

const ARROWS: Readonly<Record<LinkSort, string>> = { triggers: "==>", writes: "-->", reads: "-.->" };

/** One system. */
export function mermaidOf(view: View): string {
  return flowchart("TB", [...view.boxes.map(node), ...view.arrows.map(arrow)], view.boxes);
}

/** All systems as subgraphs, and what they share. */
export function mermaidOverview(architecture: Architecture): string {
  const views = architecture.systems.map((system) => overviewOfSystem(architecture, system));
  const shared = sharedView(architecture);
  const own = shared.boxes.filter(({ id }) => !architecture.systems.includes(id));
  const subgraphs = views.flatMap(({ title, boxes, arrows }) => [
    `subgraph ${identifier(title)}["${title}"]`,
    "  direction LR",
    ...[...boxes.map(node), ...arrows.map(arrow)].map((line) => `  ${line}`),
    "end",
  ]);
  const boxes = [...views.flatMap((view) => view.boxes), ...own];
  return flowchart("TB", [...subgraphs, ...own.map(node), ...shared.arrows.map(arrow)], boxes);
}

function flowchart(direction: string, lines: readonly string[], boxes: readonly Box[]): string {
  const kinds = (Object.keys(KIND_NAMES) as Kind[]).filter((kind) => boxes.some((box) => box.kind === kind));
  const classes = kinds.map((kind) => `classDef ${kind} stroke:${STYLES[kind].light},stroke-width:1.5px`);
  return `${[`flowchart ${direction}`, ...[...lines, ...classes].map((line) => `  ${line}`)].join("\n")}\n`;
}

function node({ id, title, lines, kind }: Box): string {
  const text = [`<b>${title}</b>`, ...lines].join("<br>").replaceAll('"', "#quot;");
  return `${identifier(id)}["${text}"]:::${kind}`;
}

function arrow({ from, to, sort }: Link): string {
  return `${identifier(from)} ${ARROWS[sort]} ${identifier(to)}`;
}

function identifier(id: string): string {
  return id.replace(/[^A-Za-z0-9]+/g, "_");
}
