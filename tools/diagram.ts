/** `npm run diagram`: draws the architecture of a stack, so that the pictures say what the program deploys. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Graph } from "../local/core/graph.ts";
import { report, runCommand } from "./command.ts";
import { picturesOf } from "./diagram/pictures.ts";
import { staleFiles, writeFiles } from "./generated-files.ts";
import { graphOf } from "./stacks.ts";

const HELP = `Draws the architecture of a stack: one picture of the whole and one of each system, as SVG and as Mermaid.

Usage: npm run diagram -- [options]

  --stack NAME   stack to draw                                                 (default: prod)
  --out DIR      folder of the pictures, which holds nothing else              (default: docs/diagrams)
  --check        write nothing; exit code 1 when a picture is not what would be drawn
  --help         this text
`;

/** Of prod. */
const FOLDER = join("docs", "diagrams");

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      stack: { type: "string", default: "prod" },
      out: { type: "string", default: FOLDER },
      check: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { stack, out } = values;
  const graph = await graphOf(stack);
  if (values.check) return report(pictureProblems(graph, out));
  const pictures = picturesOf(graph);
  const changed = writeFiles(out, pictures);
  process.stdout.write(`${pictures.size} files in ${out}, ${changed.length} of them changed.\n`);
  return 0;
}

/** What is wrong with the pictures of a stack. */
export function pictureProblems(graph: Graph, folder: string = FOLDER): string[] {
  const stale = staleFiles(folder, picturesOf(graph));
  return stale.length === 0
    ? []
    : [`Not what the program deploys: ${stale.join(", ")}. Draw anew: npm run diagram`];
}

if (import.meta.main) runCommand(main);
