/** The ways of arrows: out of a box below or above, straight past the boxes of a row, sideways only between rows. */
import type { Link } from "./architecture.ts";
import type { PlacedBox, Point, Route } from "./layout.ts";

/** Boxes side by side: from the upper edge of the highest to the lower edge of all. */
interface Row {
  readonly top: number;
  readonly bottom: number;
}

/** Pixels between arrows that leave or reach the same side of a box. */
const PORT_DISTANCE = 22;

interface End {
  readonly box: PlacedBox;
  readonly side: "top" | "bottom";
  /** Where the arrow goes to or comes from. */
  readonly towards: number;
}

/**
 * @param bends for each link, points in the rows that it passes, as the layout left room for it there
 * @returns for each link the points of its way: pairs at which it crosses a row straight, curves in between
 */
export function routesOf(
  boxes: readonly PlacedBox[],
  links: readonly Link[],
  bends: readonly (readonly Point[])[],
): Route[] {
  const rows = rowsOf(boxes);
  const byId = new Map(boxes.map((box) => [box.id, box]));
  const ways = links.flatMap((link, index) => {
    const [from, to] = [byId.get(link.from), byId.get(link.to)];
    return from && to ? [wayOf(link, from, to, passed(bends[index] ?? [], from, to, rows))] : [];
  });
  const ends = ways.flatMap(({ start, end }) => [start, end]);
  return ways.map(({ link, start, end, between }) => ({
    ...link,
    direction: "down",
    points: [...portOf(start, ends, rows), ...between, ...portOf(end, ends, rows).reverse()],
  }));
}

function wayOf(link: Link, from: PlacedBox, to: PlacedBox, between: readonly Point[]) {
  const isDown = from.y < to.y;
  const start: End = { box: from, side: isDown ? "bottom" : "top", towards: between[0]?.x ?? center(to) };
  const end: End = { box: to, side: isDown ? "top" : "bottom", towards: between.at(-1)?.x ?? center(from) };
  return { link, start, end, between };
}

/** The two ends of the straight piece in each row that is passed. */
function passed(bends: readonly Point[], from: PlacedBox, to: PlacedBox, rows: readonly Row[]): Point[] {
  const isDown = from.y < to.y;
  const own = [rowOf(from, rows), rowOf(to, rows)];
  const between = rows.filter(
    (row) =>
      !own.includes(row) &&
      row.top > Math.min(from.y, to.y) &&
      row.bottom < Math.max(from.y + from.height, to.y + to.height),
  );
  const points = between.flatMap(({ top, bottom }) => {
    const bend = bends.find(({ y }) => y >= top && y <= bottom);
    const x = Math.round(bend?.x ?? center(from));
    return [
      { x, y: top },
      { x, y: bottom },
    ];
  });
  return isDown ? points : points.reverse();
}

/** Where an arrow meets the edge of its box, and the edge of the row. */
function portOf(end: End, ends: readonly End[], rows: readonly Row[]): Point[] {
  const { box, side } = end;
  const here = ends.filter((other) => other.box === box && other.side === side);
  const sorted = here.toSorted((a, b) => a.towards - b.towards);
  const distance = Math.min(PORT_DISTANCE, (box.width - 20) / Math.max(1, sorted.length - 1));
  const x = Math.round(center(box) + (sorted.indexOf(end) - (sorted.length - 1) / 2) * distance);
  const row = rowOf(box, rows);
  return side === "bottom"
    ? [
        { x, y: box.y + box.height },
        { x, y: row.bottom },
      ]
    : [
        { x, y: box.y },
        { x, y: row.top },
      ];
}

function rowsOf(boxes: readonly PlacedBox[]): Row[] {
  const rows: Row[] = [];
  for (const { y, height } of boxes.toSorted((a, b) => a.y - b.y)) {
    const row = rows.at(-1);
    if (row && y < row.bottom)
      rows[rows.length - 1] = { top: row.top, bottom: Math.max(row.bottom, y + height) };
    else rows.push({ top: y, bottom: y + height });
  }
  return rows;
}

function rowOf(box: PlacedBox, rows: readonly Row[]): Row {
  return (
    rows.find(({ top, bottom }) => box.y >= top && box.y < bottom) ?? {
      top: box.y,
      bottom: box.y + box.height,
    }
  );
}

function center({ x, width }: PlacedBox): number {
  return x + width / 2;
}
