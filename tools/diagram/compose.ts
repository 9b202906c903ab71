/** Puts the systems of a stack into one picture. */
import type { Architecture } from "./architecture.ts";
import {
  FRAME_PADDING,
  type Frame,
  type Layout,
  layoutOf,
  PAGE_WIDTH,
  type PlacedBox,
  type Point,
  type Size,
} from "./layout.ts";
import { overviewOfSystem, sharedView } from "./overview.ts";
import { sizeOf } from "./text-size.ts";

const HEADING = 36;
const GAP = 16;

/** The overview: systems that share nothing in rows, below them the others around what they share. */
export function overviewLayout(architecture: Architecture): Layout {
  const systems = new Map(
    architecture.systems.map((system) => [
      system,
      framed(system, layoutOf(overviewOfSystem(architecture, system), "right")),
    ]),
  );
  const view = sharedView(architecture);
  const shared = layoutOf(view, "down", (box) => systems.get(box.id) ?? sizeOf(box));
  const around = combined([
    { ...shared, boxes: shared.boxes.filter(({ id }) => !systems.has(id)) },
    ...shared.boxes.flatMap((box) => atBox(systems.get(box.id), box)),
  ]);
  const alone = [...systems]
    .filter(([system]) => !view.boxes.some(({ id }) => id === system))
    .map(([, layout]) => layout);
  const rows = stacked(inRows(alone));
  return stacked(view.boxes.length > 0 ? [rows, around] : [rows]);
}

function atBox(layout: Layout | undefined, { x, y }: PlacedBox): Layout[] {
  return layout ? [movedBy(layout, { x, y })] : [];
}

/** A layout with a frame around it. */
function framed(title: string, layout: Layout): Layout {
  const size = { width: layout.width + 2 * FRAME_PADDING, height: layout.height + HEADING + FRAME_PADDING };
  const inner = movedBy(layout, { x: FRAME_PADDING, y: HEADING });
  return { ...inner, ...size, frames: [{ title, x: 0, y: 0, ...size }] };
}

/** As many beside each other as the page has room for. */
function inRows(layouts: readonly Layout[]): Layout[] {
  const rows: Layout[] = [];
  for (const layout of layouts) {
    const row = rows.at(-1);
    const x = (row?.width ?? 0) + GAP;
    if (row && x + layout.width <= PAGE_WIDTH)
      rows[rows.length - 1] = combined([row, movedBy(layout, { x, y: 0 })]);
    else rows.push(layout);
  }
  return rows;
}

function stacked(layouts: readonly Layout[]): Layout {
  let y = 0;
  const placed = layouts.map((layout) => {
    const moved = movedBy(layout, { x: 0, y });
    y += layout.height + GAP;
    return moved;
  });
  return combined(placed);
}

function combined(layouts: readonly Layout[]): Layout {
  const corners = layouts.flatMap(({ frames, boxes, routes }): (Point & Partial<Size>)[] => [
    ...frames,
    ...boxes,
    ...routes.flatMap(({ points }) => points),
  ]);
  return {
    width: Math.max(0, ...corners.map(({ x, width = 0 }) => x + width)),
    height: Math.max(0, ...corners.map(({ y, height = 0 }) => y + height)),
    frames: layouts.flatMap(({ frames }) => frames),
    boxes: layouts.flatMap(({ boxes }) => boxes),
    routes: layouts.flatMap(({ routes }) => routes),
  };
}

function movedBy(layout: Layout, by: Point): Layout {
  const moved = <T extends Point>(point: T): T => ({ ...point, x: point.x + by.x, y: point.y + by.y });
  return {
    ...layout,
    frames: layout.frames.map((frame): Frame => moved(frame)),
    boxes: layout.boxes.map(moved),
    routes: layout.routes.map((route) => ({ ...route, points: route.points.map(moved) })),
  };
}
