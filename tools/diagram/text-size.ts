/** How much room a text takes, by its number of characters: the same on every machine, and enough for every usual font. */
import type { Size } from "./layout.ts";
import type { Box } from "./view.ts";

/** Room for the icon and both margins. */
const BESIDE_TITLE = 39;
const BESIDE_LINES = 20;
const TITLE_CHARACTER = 7.7;
const LINE_CHARACTER = 6.1;

/** Height of the title's line, with the margin above it. */
export const TITLE_HEIGHT = 32;
/** Height of each smaller line. */
export const LINE_HEIGHT = 15;

/** The size of a box, in pixels. */
export function sizeOf({ title, lines }: Pick<Box, "title" | "lines">): Size {
  const longest = Math.max(0, ...lines.map((line) => line.length));
  const width = Math.max(
    112,
    BESIDE_TITLE + title.length * TITLE_CHARACTER,
    BESIDE_LINES + longest * LINE_CHARACTER,
  );
  return { width: 2 * Math.ceil(width / 2), height: TITLE_HEIGHT + LINE_HEIGHT * lines.length + 6 };
}
