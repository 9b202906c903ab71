/** Where boxes stand: dagre's layered layout, and of several arrangements the one that is read most easily. */
import dagre from "@dagrejs/dagre";
import type { Link } from "./architecture.ts";
import { routesOf } from "./routes.ts";
import { sizeOf } from "./text-size.ts";
import type { Box, View } from "./view.ts";

export type Direction = "down" | "right";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A box with its upper left corner and its size, in pixels. */
export interface PlacedBox extends Box, Point, Size {}

/** An arrow as a path of straight pieces and curves. */
export interface Route extends Link {
  /** Along which way it leaves and reaches boxes. */
  readonly direction: Direction;
  readonly points: readonly Point[];
}

/** Parts that belong together. */
export interface Frame extends Point, Size {
  readonly title: string;
}

export interface Layout extends Size {
  readonly frames: readonly Frame[];
  readonly boxes: readonly PlacedBox[];
  readonly routes: readonly Route[];
}

/** Width of a README's column. */
export const PAGE_WIDTH = 860;

/** Pixels between a frame and what is in it. */
export const FRAME_PADDING = 14;

interface Arrangement {
  readonly ranker: "network-simplex" | "longest-path";
  /** How much straighter the way of events is than that of reads and writes. */
  readonly weight: number;
  /** How arrows are chosen that may go back. */
  readonly acyclicer?: "greedy";
  /** Where boxes stand in a row depends on which comes first. */
  readonly isReversed: boolean;
}

/** Those that were the best for something: more of them take time and find nothing better. */
const ARRANGEMENTS = (["network-simplex", "longest-path"] as const).flatMap((ranker) =>
  [1, 3].flatMap((weight) =>
    [false, true].flatMap((isReversed): Arrangement[] => [
      { ranker, weight, isReversed },
      { ranker, weight, isReversed, acyclicer: "greedy" },
    ]),
  ),
);

/**
 * Lays a view out from the top down, or from left to right.
 * @param size of a box; by default what its texts need
 */
export function layoutOf(view: View, direction: Direction, size: (box: Box) => Size = sizeOf): Layout {
  const sizes = view.boxes.map((box) => (direction === "down" ? size(box) : transposedSize(size(box))));
  const layouts = ARRANGEMENTS.map((arrangement) => arranged(view, sizes, arrangement, direction));
  const [first, ...others] = layouts.map((layout) => ({ layout, effort: effortOf(layout, direction) }));
  if (!first) throw new Error("There is at least one arrangement.");
  const { layout } = others.reduce((best, other) => (other.effort < best.effort ? other : best), first);
  return direction === "down" ? layout : transposed(layout);
}

function arranged(
  view: View,
  sizes: readonly Size[],
  { weight, isReversed, ...options }: Arrangement,
  direction: Direction,
): Layout {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  const ranksep = direction === "down" ? 44 : 24;
  graph.setGraph({ nodesep: 18, edgesep: 16, ranksep, ...options });
  const nodes = view.boxes.map(({ id }, index) => ({ id, size: { ...sizes[index] } }));
  for (const { id, size } of isReversed ? nodes.toReversed() : nodes) graph.setNode(id, size);
  for (const { from, to, sort } of isReversed ? view.arrows.toReversed() : view.arrows)
    graph.setEdge(from, to, { weight: sort === "triggers" ? weight : 1 }, sort);
  dagre.layout(graph);
  const boxes = view.boxes.map((box): PlacedBox => {
    const { x, y, width, height } = graph.node(box.id) as Point & Size;
    return { ...box, x: Math.round(x - width / 2), y: Math.round(y - height / 2), width, height };
  });
  const bends = view.arrows.map(
    ({ from, to, sort }) => (graph.edge(from, to, sort) as { points: Point[] }).points,
  );
  return fitted(boxes, routesOf(boxes, view.arrows, bends));
}

/** Moves everything so that the leftmost and the highest of all are at 0. */
function fitted(boxes: readonly PlacedBox[], routes: readonly Route[]): Layout {
  const corners = boxes.flatMap(({ x, y, width, height }) => [
    { x, y },
    { x: x + width, y: y + height },
  ]);
  const points = [...corners, ...routes.flatMap((route) => route.points)];
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  const moved = <T extends Point>(point: T): T => ({ ...point, x: point.x - left, y: point.y - top });
  return {
    frames: [],
    width: Math.max(...xs) - left,
    height: Math.max(...ys) - top,
    boxes: boxes.map(moved),
    routes: routes.map((route) => ({ ...route, points: route.points.map(moved) })),
  };
}

/** How hard a picture is to read: width beyond the page, crossings, long ways. */
function effortOf({ width, height, routes }: Layout, direction: Direction): number {
  const excess = direction === "down" ? width - PAGE_WIDTH : height - PAGE_WIDTH + 2 * FRAME_PADDING;
  const pieces = routes.map(({ points }) =>
    points.slice(1).map((to, index) => [points[index] ?? to, to] as const),
  );
  let crossings = 0;
  for (const [index, route] of pieces.entries())
    for (const other of pieces.slice(index + 1))
      for (const one of route) crossings += other.filter((two) => doCross(one, two)).length;
  const way = pieces
    .flat()
    .reduce((sum, [from, to]) => sum + Math.abs(from.x - to.x) + Math.abs(from.y - to.y), 0);
  return crossings * 150 + way / 4 + Math.max(0, excess) * 20 + width + height;
}

type Piece = readonly [Point, Point];

function doCross([a, b]: Piece, [c, d]: Piece): boolean {
  const side = (p: Point, q: Point, r: Point) =>
    Math.sign((q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x));
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

function transposedSize({ width, height }: Size): Size {
  return { width: height, height: width };
}

function transposed({ width, height, boxes, routes }: Layout): Layout {
  return {
    frames: [],
    width: height,
    height: width,
    boxes: boxes.map((box) => ({ ...box, x: box.y, y: box.x, ...transposedSize(box) })),
    routes: routes.map((route) => ({
      ...route,
      direction: "right",
      points: route.points.map(({ x, y }) => ({ x: y, y: x })),
    })),
  };
}
