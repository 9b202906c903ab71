/** `npm run grafana`: makes a Grafana dashboard of a CloudWatch dashboard, so that both show the same. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { toGrafana } from "../components/grafana.ts";
import { UserError } from "../local/core/errors.ts";
import { resourcesOf } from "../local/core/graph.ts";
import { evaluate } from "../local/evaluate/index.ts";
import { definitions } from "../local/services/index.ts";

const HELP = `Makes a Grafana dashboard that shows what the stack's CloudWatch dashboard shows.

Usage: npm run --silent grafana -- [options]

  --stack NAME   stack whose dashboard is taken from the program              (default: dev)
  --body FILE    take the body of a deployed dashboard instead; - reads it from standard input:
                 aws cloudwatch get-dashboard --dashboard-name dev-andamio --query DashboardBody --output text |
                   npm run --silent grafana -- --body - > grafana.json
  --out FILE     write to FILE                                                 (default: standard output)
  --check FILE   write nothing; exit code 1 when FILE is not what would be written
  --help         this text
`;

/** Resources whose names AWS invents get those of the local cloud; the endpoint is in none of them. */
const ENDPOINT = "http://127.0.0.1:4000";

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      stack: { type: "string", default: "dev" },
      body: { type: "string" },
      out: { type: "string" },
      check: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const body = values.body === undefined ? await bodyOfStack(values.stack) : await bodyOfFile(values.body);
  const dashboard = `${JSON.stringify(toGrafana(body, `Andamio (${values.stack})`), undefined, 2)}\n`;
  if (values.check !== undefined) return check(values.check, dashboard);
  if (values.out === undefined) process.stdout.write(dashboard);
  else writeFileSync(values.out, dashboard);
  return 0;
}

async function bodyOfStack(stack: string): Promise<string> {
  const { graph } = await evaluate({ cwd: process.cwd(), stack, endpoint: ENDPOINT, definitions });
  const [dashboard] = resourcesOf(graph, "aws:cloudwatch/dashboard:Dashboard");
  if (!dashboard) throw new UserError(`Stack ${stack} has no dashboard.`);
  return String(dashboard.inputs.dashboardBody);
}

async function bodyOfFile(file: string): Promise<string> {
  return file === "-" ? text(process.stdin) : readFileSync(file, "utf8");
}

function check(file: string, expected: string): number {
  if (existsSync(file) && readFileSync(file, "utf8") === expected) return 0;
  process.stderr.write(`${file} is stale. Make it anew: npm run --silent grafana -- --out ${file}\n`);
  return 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof UserError ? error.message : String(error)}\n`);
    process.exit(2);
  },
);
