/** `npm run diff`: what the working tree would change in a stack, compared with another revision. */
import { parseArgs } from "node:util";
import { UserError } from "../local/core/errors.ts";
import type { Graph } from "../local/core/graph.ts";
import { runCommand } from "./command.ts";
import { type Difference, differenceOf } from "./diff/compare.ts";
import { differenceMarkdown, differenceText } from "./diff/report.ts";
import { checkOut } from "./diff/revision.ts";
import { type GraphOptions, graphOf } from "./stacks.ts";

const HELP = `Tells what the working tree changes in a stack: resources, permissions, APIs, cost. Without AWS and without a state:
it compares what the program says now with what it said at another revision.

Usage: npm run --silent diff -- [options]

  --stack NAME   stack to compare                                             (default: dev)
  --base REV     branch, tag or commit to compare with                        (default: main)
  --markdown     as a comment on a pull request
  --json         everything found, for machines
  --help         this text

Exit code: 0, whether or not anything changes; 2 when there is no such revision or a program cannot be evaluated.
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      stack: { type: "string", default: "dev" },
      base: { type: "string", default: "main" },
      markdown: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (values.markdown && values.json) throw new UserError("Ask for --markdown or for --json, not for both.");
  const { stack, base } = values;
  const { difference, commit } = await differenceFrom(base, stack);
  const title = base.startsWith(commit) || commit.startsWith(base) ? commit : `${base} (${commit})`;
  if (values.json)
    process.stdout.write(`${JSON.stringify({ base: { revision: base, commit }, ...difference })}\n`);
  else process.stdout.write((values.markdown ? differenceMarkdown : differenceText)(difference, title));
  return 0;
}

async function differenceFrom(
  base: string,
  stack: string,
): Promise<{ readonly difference: Difference; readonly commit: string }> {
  progress(`Taking ${base} from the repository …`);
  const revision = checkOut(base, process.cwd());
  try {
    for (const notice of revision.notices) progress(notice);
    progress(`Evaluating stack ${stack} at ${revision.commit} …`);
    const before = await evaluated(stack, { cwd: revision.folder }, `at ${base}`);
    progress(`Evaluating stack ${stack} in the working tree …`);
    const after = await evaluated(stack, { deployed: before }, "in the working tree");
    return { difference: differenceOf(before, after), commit: revision.commit };
  } finally {
    revision.remove();
  }
}

async function evaluated(stack: string, options: GraphOptions, where: string): Promise<Graph> {
  try {
    return await graphOf(stack, options);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`The program ${where} cannot be evaluated for stack ${stack}:\n${error.message}`);
  }
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

runCommand(main);
