/** Edit → served: from writing a file to the first answer of the new code. */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Benchmark, Figure } from "./support/benchmark.ts";
import { copyProgram } from "./support/program-copy.ts";
import { type RunningProgram, startProgram } from "./support/running-program.ts";
import { figureOf } from "./support/statistics.ts";

const RUNS = 15;
const PROGRAM_RUNS = 5;
const GIVE_UP_MILLISECONDS = 30_000;
/** Between two edits, as people make them. */
const PAUSE_MILLISECONDS = 1_000;
/** After Ready, until a program that starts for the first time is at rest: all bundles are made, the databases migrated. */
const REST_MILLISECONDS = 30_000;

interface Edit {
  readonly what: string;
  readonly file: string;
  /** A text of the file, and what it becomes with a mark that answers then carry in the header `x-mark`. */
  readonly text: string;
  readonly marked: (mark: string) => string;
  readonly target?: string;
}

const EDITS: readonly Edit[] = [
  {
    what: "a handler file",
    file: "handlers/tasks/get.ts",
    text: "headers: { etag: etag(task.version) }",
    marked: (mark) => `headers: { etag: etag(task.version), "x-mark": "${mark}" }`,
    target: "≤ 200",
  },
  {
    what: "a module that all API handlers import",
    file: "handlers/shared/response.ts",
    text: '"cache-control": "no-store"',
    marked: (mark) => `"cache-control": "no-store", "x-mark": "${mark}"`,
    target: "≤ 200",
  },
];

export const reload: Benchmark = {
  title: "Edit → served",
  method: `${RUNS} edits, a second apart, in a copy of this program that runs and is at rest; from fs.writeFile to the first answer of GET /tasks/{id} by the new code, asked without a pause.`,
  async run(progress) {
    const copy = copyProgram();
    const figures: Figure[] = [];
    try {
      const program = await startProgram(copy.folder);
      try {
        progress("waits until the program is at rest");
        await sleep(REST_MILLISECONDS);
        const ask = await asker(program);
        for (const edit of EDITS) {
          progress(`edits ${edit.what}`);
          figures.push(await measure(edit, copy.folder, ask));
        }
        progress("edits index.ts");
        figures.push(await measureProgram(copy.folder));
      } finally {
        await program.stop();
      }
    } finally {
      copy.remove();
    }
    return figures;
  },
};

type Ask = () => Promise<Response>;

/** Asks for a task that it has created before. */
async function asker({ ready }: RunningProgram): Promise<Ask> {
  const { tasksApiUrl, tasksApiKey = "" } = ready.outputs;
  const headers = { "x-api-key": tasksApiKey, "content-type": "application/json" };
  const body = JSON.stringify({ title: "Measure" });
  const created = await fetch(`${tasksApiUrl}/tasks`, { method: "POST", headers, body });
  const { id } = (await created.json()) as { readonly id: string };
  return () => fetch(`${tasksApiUrl}/tasks/${id}`, { headers });
}

async function measure(edit: Edit, folder: string, ask: Ask): Promise<Figure> {
  const file = join(folder, edit.file);
  const source = readFileSync(file, "utf8");
  if (!source.includes(edit.text)) throw new Error(`${edit.file} has no ${edit.text} any more.`);
  await (await ask()).text();
  const values = await timesOf(RUNS, file, source, {
    marked: (mark) => source.replace(edit.text, edit.marked(mark)),
    isServed: async (mark) => {
      const answer = await ask();
      await answer.text();
      return answer.headers.get("x-mark") === mark;
    },
  });
  return figureOf(edit.what, "ms", values, edit.target);
}

/** The program itself, which is evaluated again: until its new output is there. */
async function measureProgram(folder: string): Promise<Figure> {
  const file = join(folder, "index.ts");
  const source = readFileSync(file, "utf8");
  const outputs = join(folder, ".local", "dev", "outputs.json");
  const values = await timesOf(PROGRAM_RUNS, file, source, {
    marked: (mark) => `${source}\nexport const mark = "${mark}";\n`,
    isServed: async (mark) => readFileSync(outputs, "utf8").includes(`"mark": "${mark}"`),
  });
  return figureOf("index.ts, until the difference is applied", "ms", values, "≤ 1000");
}

interface Round {
  /** The file's text with a mark. */
  readonly marked: (mark: string) => string;
  readonly isServed: (mark: string) => Promise<boolean>;
}

async function timesOf(
  runs: number,
  file: string,
  source: string,
  { marked, isServed }: Round,
): Promise<number[]> {
  const values: number[] = [];
  for (let run = 1; run <= runs; run++) {
    const mark = `${run}`;
    const begin = performance.now();
    await writeFile(file, marked(mark));
    while (!(await isServed(mark))) {
      if (performance.now() - begin > GIVE_UP_MILLISECONDS) throw new Error(`${file} was not served.`);
      await sleep(1);
    }
    values.push(performance.now() - begin);
    await sleep(PAUSE_MILLISECONDS);
  }
  await writeFile(file, source);
  return values;
}
