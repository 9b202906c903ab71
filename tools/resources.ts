/** `npm run resources`: what the stacks are made of, and what that costs in a month in which nothing happens. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { UserError } from "../local/core/errors.ts";
import { evaluate } from "../local/evaluate/index.ts";
import { definitions } from "../local/services/index.ts";
import { resourcesPage } from "./resources/page.ts";

const HELP = `Writes docs/resources.md: the resources of the stacks dev and prod by type, and what they cost at rest.

Usage: npm run resources -- [options]

  --check   write nothing; exit code 1 when the page is not what would be written
  --help    this text
`;

const PAGE = join("docs", "resources.md");

/** It stands nowhere on the page. */
const ENDPOINT = "http://127.0.0.1:4000";

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { check: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const graphOf = async (stack: string) =>
    (await evaluate({ cwd: process.cwd(), stack, endpoint: ENDPOINT, definitions })).graph;
  const page = resourcesPage(await graphOf("dev"), await graphOf("prod"));
  if (!values.check) {
    writeFileSync(PAGE, page);
    return 0;
  }
  if (readFileSync(PAGE, "utf8") === page) return 0;
  process.stderr.write(`${PAGE} is not what the stacks are made of. Write it anew: npm run resources\n`);
  return 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof UserError ? error.message : String(error)}\n`);
    process.exit(2);
  },
);
