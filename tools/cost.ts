/** `npm run cost`: what a stack costs in a month. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { UserError } from "../local/core/errors.ts";
import type { Graph } from "../local/core/graph.ts";
import { report, runCommand } from "./command.ts";
import { DEFAULT_MILLISECONDS } from "./cost/assumptions.ts";
import { estimateOf } from "./cost/estimate.ts";
import { costPage, costTable } from "./cost/page.ts";
import { estimateText } from "./cost/text.ts";
import { graphOf } from "./stacks.ts";

const HELP = `Estimates what a stack costs in a month, from its resources and a table of prices (tools/cost/prices.ts), without AWS.

Usage: npm run --silent cost -- [options]

  --stack NAME         stack to estimate                                       (default: prod)
  --requests NUMBER    requests to each API in the month                       (default: 0)
  --milliseconds N     how long an invocation of a function lasts              (default: ${DEFAULT_MILLISECONDS})
  --json               every line with its quantity and meter, for machines
  --write              write docs/cost.md and the table in README.md, about the stacks dev and prod
  --check              write nothing; exit code 1 when one of them is not what would be written
  --help               this text

Exit code: 0; 1 when a file is stale, or a resource has a price that is not known (it is named, and in no sum);
2 when a stack cannot be evaluated.
`;

const PAGE = join("docs", "cost.md");
const README = "README.md";
const TABLE = /(<!-- made by npm run cost -->)[\s\S]*?(<!-- end -->)/;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      stack: { type: "string", default: "prod" },
      requests: { type: "string", default: "0" },
      milliseconds: { type: "string", default: String(DEFAULT_MILLISECONDS) },
      json: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      check: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (values.check) return report(costProblems(await pageGraphs()));
  if (values.write) {
    for (const [file, text] of costFiles(await pageGraphs())) writeFileSync(file, text);
    return 0;
  }
  const requests = numberFrom("--requests", values.requests);
  const milliseconds = numberFrom("--milliseconds", values.milliseconds);
  const estimate = estimateOf(await graphOf(values.stack), { requests, milliseconds });
  process.stdout.write(values.json ? `${JSON.stringify(estimate)}\n` : estimateText(estimate));
  return estimate.unpriced.length > 0 ? 1 : 0;
}

/** What is wrong with what the repository says about the cost of its stacks. */
export function costProblems(graphs: readonly Graph[]): string[] {
  const unpriced = graphs.flatMap((graph) => estimateOf(graph, { requests: 0 }).unpriced);
  const stale = [...costFiles(graphs)].filter(
    ([file, text]) => !existsSync(file) || readFileSync(file, "utf8") !== text,
  );
  return [
    ...unpriced.map(
      ({ type, names }) => `Say in tools/cost/charges.ts what ${type} costs (${names.join(", ")}).`,
    ),
    ...stale.map(([file]) => `${file} is not what the stacks cost. Write it anew: npm run cost -- --write`),
  ];
}

/** The page, and the README with the table of totals in its place. */
function costFiles(graphs: readonly Graph[]): ReadonlyMap<string, string> {
  const readme = readFileSync(README, "utf8");
  if (!TABLE.test(readme))
    throw new UserError(`${README} has no place for the table of costs: ${TABLE.source}`);
  return new Map([
    [PAGE, costPage(graphs)],
    [README, readme.replace(TABLE, (_, begin, end) => `${begin}\n\n${costTable(graphs)}\n\n${end}`)],
  ]);
}

function pageGraphs(): Promise<Graph[]> {
  return Promise.all(["dev", "prod"].map((stack) => graphOf(stack)));
}

function numberFrom(option: string, text: string): number {
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number) || number < 0)
    throw new UserError(`${option} must be a number, 0 or more; it is "${text}".`);
  return number;
}

if (import.meta.main) runCommand(main);
