/** `npm run permissions`: what the roles of the running program were granted and never used, and what they were refused. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { UserError } from "../local/core/errors.ts";
import type { Denial } from "../local/services/iam/authorizer.ts";
import type { Grant } from "../local/services/iam/grants.ts";
import { runCommand } from "./command.ts";

const HELP = `Compares what roles were granted with what they needed, while the local cloud runs.

Usage: npm run --silent permissions -- [options]

  --stack NAME   stack that npm start runs                                    (default: dev)
  --json         the whole list, for machines
  --strict       exit code 1 when a permission was never used, or one was missing
  --help         this text

Use the program first (npm test does not count: it runs a local cloud of its own, and fails when a permission is not needed).
`;

interface Report {
  readonly granted: readonly Grant[];
  readonly denied: readonly Denial[];
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      stack: { type: "string", default: "dev" },
      json: { type: "boolean", default: false },
      strict: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const report = await readReport(values.stack);
  const { granted } = report;
  const unused = granted.filter(({ count }) => count === 0);
  process.stdout.write(
    values.json ? `${JSON.stringify(report)}\n` : text(granted.length, unused, report.denied),
  );
  return values.strict && (unused.length > 0 || report.denied.length > 0) ? 1 : 0;
}

async function readReport(stack: string): Promise<Report> {
  const file = join(".local", stack, "outputs.json");
  if (!existsSync(file))
    throw new UserError(
      `The local cloud does not run stack ${stack}. Start it first: npm start -- --stack ${stack}`,
    );
  const { awsEndpointUrl } = JSON.parse(readFileSync(file, "utf8")) as { awsEndpointUrl: string };
  const answer = await fetch(`${awsEndpointUrl}/_local/permissions`);
  return (await answer.json()) as Report;
}

function text(all: number, unused: readonly Grant[], denied: readonly Denial[]): string {
  const lines = [
    `${all} permissions are granted; ${all - unused.length} were used, ${unused.length} were not.`,
  ];
  for (const { component, action, role } of unused)
    lines.push(`  not used  ${action.padEnd(32)} ${component} (${role})`);
  lines.push(`${denied.length} kinds of calls were refused.`);
  for (const { action, resource, principal, count } of denied)
    lines.push(`  refused   ${action.padEnd(32)} ${principal} on ${resource}, ${count}×`);
  return `${lines.join("\n")}\n`;
}

runCommand(main);
