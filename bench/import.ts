/** The CSV import: rows a second and memory of its function, for files of 1,000, 10,000 and 100,000 rows. */
import { resolve } from "node:path";
import { agreeingDynamo, startAwsStub } from "./functions/aws-stub.ts";
import { deployedProgram } from "./functions/deployed.ts";
import { importState, STORED } from "./functions/first-events.ts";
import { runFunction } from "./functions/run-function.ts";
import type { Benchmark, Figure } from "./support/benchmark.ts";

const ROOT = resolve(import.meta.dirname, "..");
const ROWS = [1_000, 10_000, 100_000];
const FUNCTION = "tasks-import-chunk";
const HEADER = "title,description\n";
const MEGABYTE = 1024 ** 2;
/** As little as a function of 256 MB has; without a limit Node.js collects garbage when it likes. */
const HEAP = ["--max-old-space-size=128", "--max-semi-space-size=8"];

interface Imported {
  readonly created: number;
  readonly milliseconds: number;
  readonly peakBytes: number;
}

export const csvImport: Benchmark = {
  title: "CSV import",
  method: `The function ${FUNCTION} in a process of its own, invoked again and again until the file is read, as the workflow does; DynamoDB and S3 are stand-ins that answer at once, so that this is the function alone. Peak resident memory of the process, with the heap of a small function (128 MB).`,
  async run(progress) {
    const figures: Figure[] = [];
    for (const rows of ROWS) {
      progress(`${rows} rows`);
      const { created, milliseconds, peakBytes } = await importRows(rows);
      if (created !== rows) throw new Error(`${created} of ${rows} rows were imported.`);
      figures.push(
        { name: `${rows} rows`, unit: "rows/s", value: (rows / milliseconds) * 1000 },
        { name: `${rows} rows, peak memory`, unit: "MB", value: peakBytes / MEGABYTE, target: "≤ 256" },
      );
    }
    return figures;
  },
};

async function importRows(rows: number): Promise<Imported> {
  const file =
    HEADER + Array.from({ length: rows }, (_, row) => `Call painter ${row},Kitchen ${row}\n`).join("");
  const stub = await startAwsStub(agreeingDynamo(STORED), file);
  try {
    const { functions } = await deployedProgram(ROOT, stub.url);
    const one = functions.find(({ name }) => name === FUNCTION);
    if (!one) throw new Error(`There is no function ${FUNCTION}.`);
    const state = { ...importState, size: file.length, offset: HEADER.length, created: 0 };
    const program = "functions/import-file.mjs";
    return await runFunction({ one, program, argument: state, endpoint: stub.url, options: HEAP });
  } finally {
    stub.close();
  }
}
