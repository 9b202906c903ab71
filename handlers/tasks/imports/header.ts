import { Readable } from "node:stream";
import { MAX_ROW_BYTES } from "../limits.ts";
import { readRows } from "./rows.ts";
import type { Position } from "./state.ts";
import { UnreadableFile } from "./unreadable-file.ts";

/** The columns that a file may have, in any order; only `title` must be there. */
export const COLUMNS: readonly string[] = ["title", "description", "type", "dueAt", "priority"];

/** What the beginning of a file tells. */
export interface Header {
  readonly columns: readonly string[];
  /** Where the first row begins. */
  readonly first: Position;
}

/** Bytes of a file that are enough to read its header. */
export const HEAD_BYTES = MAX_ROW_BYTES;

const BYTE_ORDER_MARK = "efbbbf";

/** First bytes of files that are something else, in hex. */
const OTHER_FILES: Readonly<Record<string, string>> = {
  "504b0304": "a ZIP archive or an Excel workbook",
  "1f8b": "a gzip archive",
  "25504446": "a PDF document",
  fffe: "text in UTF-16",
  feff: "text in UTF-16",
};

/**
 * Reads the header of a CSV file of tasks.
 * @param head the first bytes of the file
 * @throws UnreadableFile when it is something else
 */
export async function readHeader(head: Buffer): Promise<Header> {
  assertText(head);
  const start = head.toString("hex", 0, 3) === BYTE_ORDER_MARK ? 3 : 0;
  const open = async (offset: number) => Readable.from([head.subarray(offset)]);
  for await (const { cells, line, next } of readRows(open, { offset: start, line: 1 })) {
    const columns = (cells ?? []).map((cell) => cell.trim());
    assertColumns(columns, line);
    return { columns, first: next };
  }
  throw new UnreadableFile("The file is empty.", 1);
}

function assertText(head: Buffer): void {
  const hex = head.toString("hex", 0, 4);
  const [, other] = Object.entries(OTHER_FILES).find(([magic]) => hex.startsWith(magic)) ?? [];
  if (other !== undefined) {
    throw new UnreadableFile(`The file is ${other}. Save it as CSV in UTF-8 and import that.`, 1);
  }
  if (head.includes(0)) {
    throw new UnreadableFile("The file is not text in UTF-8. Save it as CSV in UTF-8 and import that.", 1);
  }
}

function assertColumns(columns: readonly string[], line: number): void {
  const isDuplicate = columns.some((column, index) => columns.indexOf(column) !== index);
  if (columns.every((column) => COLUMNS.includes(column)) && columns.includes("title") && !isDuplicate)
    return;
  throw new UnreadableFile(
    `The header must name columns out of ${COLUMNS.join(",")}: each once, separated by commas, title among them.`,
    line,
  );
}
