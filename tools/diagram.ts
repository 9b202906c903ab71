/** `npm run diagram`: draws the architecture of a stack, so that the pictures say what the program deploys. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { UserError } from "../local/core/errors.ts";
import { evaluate } from "../local/evaluate/index.ts";
import { definitions } from "../local/services/index.ts";
import { picturesOf } from "./diagram/pictures.ts";

const HELP = `Draws the architecture of a stack: one picture of the whole and one of each system, as SVG and as Mermaid.

Usage: npm run diagram -- [options]

  --stack NAME   stack to draw                                                 (default: prod)
  --out DIR      folder of the pictures, which holds nothing else              (default: docs/diagrams)
  --check        write nothing; exit code 1 when a picture is not what would be drawn
  --help         this text
`;

/** It stands in no picture. */
const ENDPOINT = "http://127.0.0.1:4000";

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      stack: { type: "string", default: "prod" },
      out: { type: "string", default: join("docs", "diagrams") },
      check: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { stack, out } = values;
  const { graph } = await evaluate({ cwd: process.cwd(), stack, endpoint: ENDPOINT, definitions });
  const pictures = picturesOf(graph);
  const stale = staleFiles(out, pictures);
  if (values.check) return report(stale.map((name) => join(out, name)));
  mkdirSync(out, { recursive: true });
  for (const name of stale) {
    const picture = pictures.get(name);
    if (picture === undefined) rmSync(join(out, name));
    else writeFileSync(join(out, name), picture);
  }
  process.stdout.write(`${pictures.size} files in ${out}, ${stale.length} of them changed.\n`);
  return 0;
}

/** Names of files that are missing, or not what would be drawn, or of which nothing would be drawn. */
function staleFiles(folder: string, pictures: ReadonlyMap<string, string>): string[] {
  const present = existsSync(folder) ? readdirSync(folder) : [];
  return [...new Set([...pictures.keys(), ...present])].filter(
    (name) => !present.includes(name) || readFileSync(join(folder, name), "utf8") !== pictures.get(name),
  );
}

function report(stale: readonly string[]): number {
  if (stale.length === 0) return 0;
  process.stderr.write(`Not what the program deploys: ${stale.join(", ")}. Draw anew: npm run diagram\n`);
  return 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof UserError ? error.message : String(error)}\n`);
    process.exit(2);
  },
);
