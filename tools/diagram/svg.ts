/** Writes pictures as SVG. Nothing depends on the fonts of the machine that draws them. */
import { STYLES } from "./icons.ts";
import { KIND_NAMES, type Kind } from "./kinds.ts";
import type { Direction, Frame, Layout, PlacedBox, Point, Route } from "./layout.ts";
import { LINE_HEIGHT, TITLE_HEIGHT } from "./text-size.ts";

const MARGIN = 16;
const LEGEND_HEIGHT = 60;

const KINDS = Object.keys(KIND_NAMES) as Kind[];

/** A picture of one layout, with a legend of what it shows. */
export function svgOf(title: string, layout: Layout): string {
  const width = layout.width + 2 * MARGIN;
  const height = layout.height + 2 * MARGIN + LEGEND_HEIGHT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">`,
    `<title id="title">${escaped(title)}</title>`,
    `<style>${STYLESHEET}</style>`,
    `<defs>${["triggers", "uses"].map(marker).join("")}</defs>`,
    `<rect class="page" width="${width}" height="${height}"/>`,
    `<g transform="translate(${MARGIN} ${MARGIN})">`,
    ...layout.frames.map(frameOf),
    ...layout.routes.map(arrowOf),
    ...layout.boxes.map(boxOf),
    "</g>",
    `<g transform="translate(${MARGIN} ${layout.height + 2 * MARGIN + 4})">${LEGEND}</g>`,
    "</svg>",
    "",
  ].join("\n");
}

function frameOf({ x, y, width, height, title }: Frame): string {
  return [
    `<rect class="frame" x="${x}" y="${y}" width="${width}" height="${height}" rx="10"/>`,
    `<text class="f" x="${x + 14}" y="${y + 24}">${escaped(title)}</text>`,
  ].join("");
}

function boxOf({ x, y, width, height, title, lines, kind, own }: PlacedBox): string {
  const text = lines.map(
    (line, index) =>
      `<text class="l" x="${x + 10}" y="${y + TITLE_HEIGHT + 8 + LINE_HEIGHT * index}">${escaped(line)}</text>`,
  );
  return [
    `<g class="${kind}${own ? "" : " shared"}">`,
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="7"/>`,
    `<g class="i" transform="translate(${x + 9} ${y + 9})">${STYLES[kind].icon}</g>`,
    `<text class="t" x="${x + 31}" y="${y + 22}">${escaped(title)}</text>`,
    ...text,
    "</g>",
  ].join("");
}

function arrowOf({ points, sort, direction }: Route): string {
  return `<path class="${sort}" d="${pathOf(points, direction)}"/>`;
}

/** Straight past the boxes of a row, in curves from one row to the next. */
function pathOf(points: readonly Point[], direction: Direction): string {
  const pieces = points.map(({ x, y }, index) => {
    const before = points[index - 1];
    if (!before) return `M${x} ${y}`;
    if (before.x === x || before.y === y) return `L${x} ${y}`;
    if (direction === "right") {
      const middle = Math.round((before.x + x) / 2);
      return `C${middle} ${before.y} ${middle} ${y} ${x} ${y}`;
    }
    const middle = Math.round((before.y + y) / 2);
    return `C${before.x} ${middle} ${x} ${middle} ${x} ${y}`;
  });
  return pieces.join("");
}

function marker(name: string): string {
  return `<marker id="${name}" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="${name}-head" d="M0 0 8 4 0 8z"/></marker>`;
}

/** Fonts of the same widths come first; the sizes of boxes leave room for wider ones. */
const FONT = 'Helvetica,Arial,"Liberation Sans",system-ui,sans-serif';

const STYLESHEET = [
  `text{font:11px ${FONT};fill:#424a53}.t{font-size:13px;font-weight:600;fill:#1f2328}`,
  ".f{font-size:14px;font-weight:700;fill:#1f2328}.page{fill:#fff;stroke:none}rect{fill:#fff;stroke-width:1.4}.frame{fill:#f6f8fa;stroke:#d0d7de}.shared rect{stroke-dasharray:5 3}",
  ".i{stroke-linejoin:round;stroke-linecap:round}.o{fill:none;stroke-width:1.5}",
  ".triggers,.writes,.reads{fill:none;stroke-width:1.3;stroke:#8c959f;marker-end:url(#uses)}",
  ".triggers{stroke:#c2570c;stroke-width:2;marker-end:url(#triggers)}.reads{stroke-dasharray:4 3}",
  ".triggers-head{fill:#c2570c}.uses-head{fill:#8c959f}",
  ...KINDS.map((kind) => colours(kind, "light")),
  "@media(prefers-color-scheme:dark){rect{fill:#161b22}.page{fill:#0d1117}text{fill:#b1bac4}.t,.f{fill:#f0f6fc}.frame{fill:#11161d;stroke:#30363d}",
  ".triggers{stroke:#f5a05c}.triggers-head{fill:#f5a05c}.writes,.reads{stroke:#8b949e}.uses-head{fill:#8b949e}",
  ...KINDS.map((kind) => colours(kind, "dark")),
  "}",
].join("");

function colours(kind: Kind, theme: "light" | "dark"): string {
  const colour = STYLES[kind][theme];
  return `.${kind} rect,.${kind} .i{stroke:${colour}}`;
}

const LEGEND = [
  ["triggers", "hands over a request, a message or an event"],
  ["writes", "writes, or uses otherwise"],
  ["reads", "only reads"],
]
  .map(
    ([sort, text], index) =>
      `<path class="${sort}" d="M0 ${18 * index}h34"/><text x="42" y="${18 * index + 4}">${text}</text>`,
  )
  .join("");

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
