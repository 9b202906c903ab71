/** `npm run diagram`: draws the architecture of a stack, so that the pictures say what the program deploys. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { UserError } from "../local/core/errors.ts";
import { evaluate } from "../local/evaluate/index.ts";
import { definitions } from "../local/services/index.ts";
import { picturesOf } from "./diagram/pictures.ts";
import { staleFiles, writeFiles } from "./generated-files.ts";

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
  if (values.check) return report(staleFiles(out, pictures));
  const changed = writeFiles(out, pictures);
  process.stdout.write(`${pictures.size} files in ${out}, ${changed.length} of them changed.\n`);
  return 0;
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
