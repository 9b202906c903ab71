/** Reads the rows of a CSV file (RFC 4180) one by one, from any row on, in bounded memory. */
import type { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { CsvError, parse } from "csv-parse";
import { MAX_ROW_BYTES } from "../limits.ts";
import type { Position } from "./state.ts";
import { UnreadableFile } from "./unreadable-file.ts";

/** A row, or a line that is none. */
export interface Row {
  /** Line where it begins, from 1. */
  readonly line: number;
  /** Undefined when the line cannot be read: it opens a quote that does not close. */
  readonly cells?: readonly string[];
  /** Where the next row begins. */
  readonly next: Position;
}

/** Opens the file at a byte. The stream is destroyed when it is no longer needed. */
export type OpenAt = (offset: number) => Promise<Readable>;

interface ParsedRow {
  readonly record: readonly string[];
  /** The text of the row and of the empty lines before it. */
  readonly raw: string;
  /** Counted since the parser started. */
  readonly info: { readonly bytes: number; readonly empty_lines: number };
}

const OPTIONS = {
  info: true,
  raw: true,
  max_record_size: MAX_ROW_BYTES,
  record_delimiter: ["\r\n", "\n", "\r"],
  relax_column_count: true,
  relax_quotes: true,
  skip_empty_lines: true,
};

/**
 * The rows from a position on; empty lines are passed over. A quote that does not close spoils its own line only:
 * reading goes on with the line after it.
 * @throws UnreadableFile when a line is longer than any row may be
 */
export async function* readRows(open: OpenAt, from: Position): AsyncGenerator<Row> {
  let position = from;
  for (;;) {
    try {
      for await (const row of parsedRows(open, position)) {
        yield row;
        position = row.next;
      }
      return;
    } catch (error) {
      if (!(error instanceof CsvError || error instanceof EndlessRow)) throw error;
    }
    const row = await unreadableLine(open, position);
    yield row;
    position = row.next;
  }
}

/** Rows come out as they are found, so that those before a mistake are not lost with it. */
async function* parsedRows(open: OpenAt, from: Position): AsyncGenerator<Row> {
  const found: Row[] = [];
  let { line } = from;
  let emptyLines = 0;
  const onRecord = (parsed: unknown) => {
    const { record, raw, info } = parsed as ParsedRow;
    const start = line + info.empty_lines - emptyLines;
    line += breaksIn(raw);
    emptyLines = info.empty_lines;
    found.push({ line: start, cells: record, next: { offset: from.offset + info.bytes, line } });
    return null;
  };
  const parser = parse({ ...OPTIONS, on_record: onRecord });
  const ended = finished(parser.resume()).catch((error: unknown) => error);
  const source = await open(from.offset);
  try {
    let unfinished = 0;
    for await (const chunk of source as AsyncIterable<Buffer>) {
      const error = await new Promise<Error | null | undefined>((resolve) => parser.write(chunk, resolve));
      unfinished = found.length > 0 || isBlank(chunk) ? 0 : unfinished + chunk.length;
      yield* found.splice(0);
      if (error) throw error;
      if (unfinished > MAX_ROW_BYTES) throw new EndlessRow();
    }
    parser.end();
    const error = await ended;
    yield* found.splice(0);
    if (error) throw error;
  } finally {
    source.destroy();
    parser.destroy();
  }
}

/** A row that goes on and on. csv-parse counts the text of its cells alone, so a row of commas is endless to it. */
class EndlessRow extends Error {}

function isBlank(chunk: Buffer): boolean {
  return chunk.every((byte) => byte === 0x0a || byte === 0x0d);
}

/** csv-parse cuts a final `\r\n` of `raw` to `\r`; either way it is one break. */
function breaksIn(raw: string): number {
  return raw.match(/\r\n|\n|\r/g)?.length ?? 0;
}

/** The next line that is not empty, whatever it holds. */
async function unreadableLine(open: OpenAt, { offset, line }: Position): Promise<Row> {
  const source = await open(offset);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of source) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length > MAX_ROW_BYTES * 2) break;
  }
  const text = Buffer.concat(chunks).toString("latin1");
  const [, before = "", content = "", end = ""] = /^([\r\n]*)([^\r\n]*)(\r\n|\n|\r|$)/.exec(text) ?? [];
  const start = line + breaksIn(before);
  if (content.length > MAX_ROW_BYTES) {
    throw new UnreadableFile(`Line ${start} is longer than ${MAX_ROW_BYTES} bytes.`, start);
  }
  const next = { offset: offset + before.length + content.length + end.length, line: start + breaksIn(end) };
  return { line: start, next };
}
