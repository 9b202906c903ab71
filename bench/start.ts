/** From the command to Ready: the first time on a fresh clone, and again. */
import type { Benchmark, Figure } from "./support/benchmark.ts";
import { copyProgram } from "./support/program-copy.ts";
import { type Ready, startProgram } from "./support/running-program.ts";
import { figureOf } from "./support/statistics.ts";

const COLD_RUNS = 3;
const CACHED_RUNS = 5;

interface Start {
  readonly untilReady: number;
  readonly ready: Ready;
}

export const start: Benchmark = {
  title: "Start",
  method: `${COLD_RUNS} fresh copies of this program, each started for the first time (no bundles, no compile cache), then one of them ${CACHED_RUNS} times more; from the start of the process to the line Ready. Program and services start side by side; resources follow.`,
  async run(progress) {
    const cold: Start[] = [];
    const cached: Start[] = [];
    for (let run = 1; run <= COLD_RUNS; run++) {
      const copy = copyProgram();
      try {
        progress(`first start ${run} of ${COLD_RUNS}`);
        cold.push(await startOnce(copy.folder));
        if (run < COLD_RUNS) continue;
        for (let again = 1; again <= CACHED_RUNS; again++) {
          progress(`start with cached bundles ${again} of ${CACHED_RUNS}`);
          cached.push(await startOnce(copy.folder));
        }
      } finally {
        copy.remove();
      }
    }
    return [...figuresOf("first start", cold, "≤ 5000"), ...figuresOf("cached", cached, "≤ 3000")];
  },
};

async function startOnce(folder: string): Promise<Start> {
  const { untilReady, ready, stop } = await startProgram(folder);
  await stop();
  return { untilReady, ready };
}

function figuresOf(kind: string, starts: readonly Start[], target: string): Figure[] {
  const names = Object.keys(starts[0]?.ready.parts ?? {});
  const parts = names.map((name) =>
    figureOf(
      `${kind}: of it ${name}`,
      "ms",
      starts.map(({ ready }) => ready.parts[name] ?? 0),
    ),
  );
  return [
    figureOf(
      kind,
      "ms",
      starts.map(({ untilReady }) => untilReady),
      target,
    ),
    ...parts,
  ];
}
