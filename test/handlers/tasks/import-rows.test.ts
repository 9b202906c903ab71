import "../support/environment.ts";
import { Readable } from "node:stream";
import { expect } from "chai";
import * as fc from "fast-check";
import { readHeader } from "../../../handlers/tasks/imports/header.ts";
import { readTask } from "../../../handlers/tasks/imports/row-task.ts";
import type { Row } from "../../../handlers/tasks/imports/rows.ts";
import { readRows } from "../../../handlers/tasks/imports/rows.ts";
import { UnreadableFile } from "../../../handlers/tasks/imports/unreadable-file.ts";
import { MAX_ROW_BYTES } from "../../../handlers/tasks/limits.ts";

/** Opens a text like a file in S3 whose bytes come in pieces. */
function opener(text: string, piece = text.length > 10_000 ? 16_384 : 7) {
  const bytes = Buffer.from(text);
  return async (offset: number) => {
    const pieces: Buffer[] = [];
    for (let at = offset; at < bytes.length; at += piece) pieces.push(bytes.subarray(at, at + piece));
    return Readable.from(pieces);
  };
}

async function rowsOf(text: string, from = { offset: 0, line: 1 }): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of readRows(opener(text), from)) rows.push(row);
  return rows;
}

const brief = (rows: readonly Row[]) => rows.map(({ line, cells }) => [line, cells?.join("|") ?? null]);

const reject = (work: () => Promise<unknown>) =>
  work().then(
    () => undefined,
    (error: unknown) => error,
  );

describe("rows of a CSV file", () => {
  it("know the line where they begin, whatever line breaks and empty lines there are", async () => {
    expect(
      brief(await rowsOf('a,"b\r\nc\r\n\r\nd"\r\nx,y\r\n"p\nq",r\r\n\r\n\r\nlast,1\r\n\r\n')),
    ).to.deep.equal([
      [1, "a|b\r\nc\r\n\r\nd"],
      [5, "x|y"],
      [6, "p\nq|r"],
      [10, "last|1"],
    ]);
    expect(brief(await rowsOf("a\rb\r\rc"))).to.deep.equal([
      [1, "a"],
      [2, "b"],
      [4, "c"],
    ]);
  });

  it("may have stray quotes", async () => {
    expect(brief(await rowsOf('5" disk,x\n"ok"bad,y\nz,z\n'))).to.deep.equal([
      [1, '5" disk|x'],
      [2, '"ok"bad|y'],
      [3, "z|z"],
    ]);
  });

  it("lose only the line whose quote does not close", async () => {
    expect(brief(await rowsOf('a,b\n\n"open,c\nd,e\nf,g\n'))).to.deep.equal([
      [1, "a|b"],
      [3, null],
      [4, "d|e"],
      [5, "f|g"],
    ]);
  });

  it("lose only the line whose quote does not close within the size of a row", async () => {
    const many = Array.from({ length: 3000 }, (_, index) => `row ${index},${"x".repeat(30)}`).join("\n");
    const rows = await rowsOf(`a,b\n"open,c\n${many}\n`);
    expect(rows).to.have.length(3002);
    expect(brief(rows.slice(0, 3))).to.deep.equal([
      [1, "a|b"],
      [2, null],
      [3, `row 0|${"x".repeat(30)}`],
    ]);
  });

  it("cannot be read when a line is longer than any row", async () => {
    for (const content of ["x", ",", '"', 'y,"']) {
      const error = await reject(() => rowsOf(`a\n${content.repeat(MAX_ROW_BYTES * 2)}\nb\n`));
      expect(error, content).to.be.instanceOf(UnreadableFile).and.include({ line: 2 });
    }
  });

  it("may have very many empty lines before them", async () => {
    expect(brief(await rowsOf(`a\n${"\n".repeat(MAX_ROW_BYTES * 3)}b\n`))).to.deep.equal([
      [1, "a"],
      [MAX_ROW_BYTES * 3 + 2, "b"],
    ]);
  });

  it("are the same when reading goes on from any of them", async function () {
    this.timeout(20_000);
    const cell = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.constantFrom('"', "\n", "\r\n", ",", "", "ñ", "a\nb"),
    );
    const line = fc.array(cell, { minLength: 1, maxLength: 4 }).map((cells) => cells.map(quoted).join(","));
    const file = fc.array(line, { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(file, fc.constantFrom("\n", "\r\n"), async (lines, lineBreak) => {
        const text = lines.join(lineBreak);
        const all = await rowsOf(text);
        expect(all.length).to.be.at.most(lines.length);
        for (const [index, { next }] of all.entries()) {
          expect(brief(await rowsOf(text, next))).to.deep.equal(brief(all.slice(index + 1)));
        }
      }),
      { numRuns: 60 },
    );
  });
});

function quoted(cell: string): string {
  return `"${cell.replaceAll('"', '""')}"`;
}

describe("header of a CSV file", () => {
  it("names the columns in the order of the file", async () => {
    expect(await readHeader(Buffer.from("priority, title\r\nhigh,x\r\n"))).to.deep.equal({
      columns: ["priority", "title"],
      first: { offset: 17, line: 2 },
    });
  });

  it("may come after a byte order mark and empty lines", async () => {
    expect(await readHeader(Buffer.from("\ufeff\ntitle\nx\n"))).to.deep.equal({
      columns: ["title"],
      first: { offset: 10, line: 3 },
    });
  });

  for (const [what, head] of Object.entries({
    "a ZIP archive": Buffer.from("504b030414000000", "hex"),
    "a gzip archive": Buffer.from("1f8b0800", "hex"),
    "UTF-16": Buffer.from("\ufefftitle\n", "utf16le"),
    "UTF-16 without its mark": Buffer.from("title\n", "utf16le"),
    "an empty file": Buffer.from("\n\n"),
    "other columns": Buffer.from("name,age\n"),
    "a prototype": Buffer.from("title,__proto__\n"),
    "a column twice": Buffer.from("title,title\n"),
    "no title": Buffer.from("description\n"),
    semicolons: Buffer.from("title;description\n"),
    "an open quote": Buffer.from('"title\nx\n'),
    "one endless line": Buffer.from("x,".repeat(MAX_ROW_BYTES)),
  })) {
    it(`is refused with a reason when it is ${what}`, async () => {
      const error = await reject(() => readHeader(head));
      expect(error).to.be.instanceOf(UnreadableFile);
      expect((error as Error).message).to.match(/\.$/);
    });
  }
});

describe("row of a task", () => {
  const columns = ["title", "description", "type", "dueAt", "priority"];
  const now = new Date("2026-01-01T00:00:00Z");
  const read = (...cells: string[]) => readTask(columns, cells, now);

  it("becomes a task; empty cells take the defaults", () => {
    expect(read("x", "", "", "", "")).to.deep.equal({
      fields: { title: "x", type: "standard", priority: "normal", status: "open" },
    });
    expect(read("x", "two\nlines", " deadline ", "2026-01-02T00:00:00Z", "high")).to.deep.equal({
      fields: {
        title: "x",
        description: "two\nlines",
        type: "deadline",
        dueAt: "2026-01-02T00:00:00.000Z",
        priority: "high",
        status: "open",
      },
    });
  });

  it("is rejected with every reason", () => {
    const { reason } = read("", "", "epic", "soon", "") as { reason: string };
    expect(reason).to.match(/title: .*; type: .*; dueAt: /);
  });

  for (const [what, cells, reason] of [
    [
      "a rule of its type is broken",
      ["x", "", "deadline", "2025-01-01T00:00:00Z", ""],
      "dueAt: must be in the future",
    ],
    ["it has another number of cells", ["x", "y"], "The row has 2 cells, the header 5."],
    ["it is not UTF-8", ["a\ufffd", "", "", "", ""], "The row is not text in UTF-8."],
    [
      "it has control characters",
      ["a\0", "", "", "", ""],
      "title: must be one line without control characters",
    ],
  ] as const) {
    it(`is rejected when ${what}`, () => {
      expect(read(...cells)).to.deep.equal({ reason });
    });
  }
});
