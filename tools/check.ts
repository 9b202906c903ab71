/** `npm run check`: types, style, and whether what was made from the program still is what the program says. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { builtinProblems } from "./builtins.ts";
import { runCommand } from "./command.ts";
import { costProblems } from "./cost.ts";
import { pictureProblems } from "./diagram.ts";
import { dashboardProblems } from "./grafana.ts";
import { describedGraph, documentProblems } from "./openapi.ts";
import { policyProblems } from "./policies.ts";
import { graphOf } from "./stacks.ts";

/** What is wrong, by what was looked at. */
type Findings = Readonly<Record<string, readonly string[]>>;

const DASHBOARD = join("docs", "grafana", "andamio.json");
const PACKAGES = "node_modules";

async function main(): Promise<number> {
  const found = await Promise.all([types(), style(), program()].map(told));
  return found.some((findings) => Object.values(findings).flat().length > 0) ? 1 : 0;
}

/** Says it as soon as it is known. */
async function told(finding: Promise<Findings>): Promise<Findings> {
  const findings = await finding;
  for (const [what, problems] of Object.entries(findings)) {
    const lines = problems.length === 0 ? [`ok     ${what}`] : [`WRONG  ${what}`, ...problems];
    process.stdout.write(`${lines.join("\n")}\n`);
  }
  return findings;
}

/** By the native compiler, which needs a third of the time; after the first time it looks at what has changed. */
export async function types(): Promise<Findings> {
  const memory = ["--incremental", "--tsBuildInfoFile", join(".local", "check.tsbuildinfo")];
  const compiler = join(PACKAGES, "typescript-native", "bin", "tsc");
  return { types: await complaintsOf(process.execPath, [compiler, "-p", ".", ...memory]) };
}

/** By Biome: linter and formatter. */
export async function style(): Promise<Findings> {
  return { style: await complaintsOf(join(PACKAGES, ".bin", "biome"), ["ci", "."]) };
}

/** Each stack is evaluated once. */
async function program(): Promise<Findings> {
  const [dev, prod, described] = await Promise.all([graphOf("dev"), graphOf("prod"), describedGraph("dev")]);
  return {
    "modules of Node.js": builtinProblems(),
    dashboard: dashboardProblems(dev, DASHBOARD),
    pictures: pictureProblems(prod),
    costs: costProblems([dev, prod]),
    policies: policyProblems([dev, prod]),
    "documents of the APIs": await documentProblems(described),
  };
}

/** What a command writes when it fails. */
async function complaintsOf(command: string, args: readonly string[]): Promise<string[]> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((done, fail) => child.once("error", fail).once("close", done));
  const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return code === 0 ? [] : [`${output}${errors}`.trimEnd()];
}

if (import.meta.main) runCommand(main);
