/** `npm run cost`: what a stack costs in a month. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { UserError } from "../local/core/errors.ts";
import type { Graph } from "../local/core/graph.ts";
import { DEFAULT_MILLISECONDS } from "./cost/assumptions.ts";
import { estimateOf } from "./cost/estimate.ts";
import { costPage } from "./cost/page.ts";
import { estimateText } from "./cost/text.ts";
import { graphOf } from "./stacks.ts";

const HELP = `Estimates what a stack costs in a month, from its resources and a table of prices (tools/cost/prices.ts), without AWS.

Usage: npm run --silent cost -- [options]

  --stack NAME         stack to estimate                                       (default: prod)
  --requests NUMBER    requests to each API in the month                       (default: 0)
  --milliseconds N     how long an invocation of a function lasts              (default: ${DEFAULT_MILLISECONDS})
  --json               every line with its quantity and meter, for machines
  --write              write docs/cost.md, about the stacks dev and prod
  --check              write nothing; exit code 1 when docs/cost.md is not what would be written
  --help               this text

Exit code: 0; 1 when docs/cost.md is stale, or a resource has a price that is not known (it is named, and in no sum);
2 when a stack cannot be evaluated.
`;

const PAGE = join("docs", "cost.md");

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
  if (values.check) return checkPage();
  if (values.write) {
    writeFileSync(PAGE, costPage(await pageGraphs()));
    return 0;
  }
  const requests = numberFrom("--requests", values.requests);
  const milliseconds = numberFrom("--milliseconds", values.milliseconds);
  const estimate = estimateOf(await graphOf(values.stack), { requests, milliseconds });
  process.stdout.write(values.json ? `${JSON.stringify(estimate)}\n` : estimateText(estimate));
  return estimate.unpriced.length > 0 ? 1 : 0;
}

async function checkPage(): Promise<number> {
  const graphs = await pageGraphs();
  const unpriced = graphs.flatMap((graph) => estimateOf(graph, { requests: 0 }).unpriced);
  for (const { type, names } of unpriced)
    process.stderr.write(`Say in tools/cost/charges.ts what ${type} costs (${names.join(", ")}).\n`);
  const isStale = !existsSync(PAGE) || readFileSync(PAGE, "utf8") !== costPage(graphs);
  if (isStale)
    process.stderr.write(`${PAGE} is not what the stacks cost. Write it anew: npm run cost -- --write\n`);
  return isStale || unpriced.length > 0 ? 1 : 0;
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

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof UserError ? error.message : String(error)}\n`);
    process.exit(2);
  },
);
