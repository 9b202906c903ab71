/** The program itself: how long it takes to evaluate and to check, and how that grows with the systems. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { style, types } from "../tools/check.ts";
import { graphOf } from "../tools/stacks.ts";
import type { Benchmark, Figure } from "./support/benchmark.ts";
import { figureOf } from "./support/statistics.ts";

const SYSTEMS = ["records", "tasks", "appointments", "fleet", "moves"];
const RUNS = 5;
const CHECKS = 3;
const SAMPLE_MILLISECONDS = 20;
const KILOBYTES_PER_MEGABYTE = 1024;

const TARGETS: Readonly<Record<string, string>> = { [String(SYSTEMS.length)]: "≤ 1500" };

interface Evaluated {
  readonly milliseconds: number;
  readonly megabytes: number;
  readonly resources: number;
}

export const program: Benchmark = {
  title: "Program",
  method: `The stack dev with one system (${SYSTEMS[0]}) to all of them, ${RUNS} evaluations each after one that is not counted (bundles are cached); memory is the most that the program's process had. Then the type check with the lint, and npm run check, ${CHECKS} times each after one that is not counted.`,
  async run(progress) {
    const figures: Figure[] = [await sdkImport(progress)];
    for (let count = 1; count <= SYSTEMS.length; count++) {
      progress(`evaluates ${count} of ${SYSTEMS.length} systems`);
      figures.push(...(await figuresOf(SYSTEMS.slice(0, count))));
    }
    const checks = await checkTimes(progress, "type check and lint", () => Promise.all([types(), style()]));
    const whole = await checkTimes(progress, "npm run check", () => timeOf(["tools/check.ts"]));
    return [
      ...figures,
      figureOf("type check and lint alone", "ms", checks, "≤ 5000"),
      figureOf(
        "npm run check: the same, and whether all that is generated and the policies still hold",
        "ms",
        whole,
      ),
    ];
  },
};

/** Milliseconds of each run but the first. */
async function checkTimes(
  progress: (line: string) => void,
  what: string,
  work: () => Promise<unknown>,
): Promise<number[]> {
  const times: number[] = [];
  for (let run = 0; run <= CHECKS; run++) {
    progress(`${what}, ${run} of ${CHECKS}`);
    const begin = performance.now();
    await work();
    if (run > 0) times.push(performance.now() - begin);
  }
  return times;
}

/** What any Pulumi program takes. */
async function sdkImport(progress: (line: string) => void): Promise<Figure> {
  progress("imports @pulumi/pulumi alone");
  const values: number[] = [];
  for (let run = 0; run < RUNS; run++) values.push(await timeOf(["--eval", 'require("@pulumi/pulumi")']));
  return figureOf("importing @pulumi/pulumi, nothing else", "ms", values);
}

async function figuresOf(systems: readonly string[]): Promise<Figure[]> {
  const runs: Evaluated[] = [];
  for (let run = 0; run <= RUNS; run++) {
    const evaluated = await evaluateOnce(systems);
    if (run > 0) runs.push(evaluated);
  }
  const count = String(systems.length);
  const name = `${count} ${systems.length === 1 ? "system" : "systems"}, ${runs[0]?.resources ?? 0} resources`;
  const times = runs.map(({ milliseconds }) => milliseconds);
  const memory = runs.map(({ megabytes }) => megabytes);
  return [figureOf(name, "ms", times, TARGETS[count]), figureOf(`${name}: memory`, "MB", memory)];
}

async function evaluateOnce(systems: readonly string[]): Promise<Evaluated> {
  let megabytes = 0;
  const sampling = setInterval(() => {
    megabytes = Math.max(megabytes, peakOfChildren());
  }, SAMPLE_MILLISECONDS);
  const begin = performance.now();
  try {
    const { resources } = await graphOf("dev", { config: { "andamio:systems": systems } });
    return { milliseconds: performance.now() - begin, megabytes, resources: resources.length };
  } finally {
    clearInterval(sampling);
  }
}

/** The most memory that a child of this process has had so far (Linux). */
function peakOfChildren(): number {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "utf8").split(" ");
  const peaks = children.filter(Boolean).map((pid) => {
    try {
      return Number(/^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
    } catch {
      // It has ended meanwhile.
      return 0;
    }
  });
  return Math.max(0, ...peaks) / KILOBYTES_PER_MEGABYTE;
}

/** @throws Error when the command fails */
async function timeOf(args: readonly string[]): Promise<number> {
  const begin = performance.now();
  const child = spawn(process.execPath, args, { stdio: "ignore" });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`node ${args.join(" ")} ended with exit code ${code}`);
  return performance.now() - begin;
}
