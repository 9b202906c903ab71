/** `npm run grafana`: makes a Grafana dashboard of a CloudWatch dashboard, so that both show the same. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { toGrafana } from "../components/grafana.ts";
import { UserError } from "../local/core/errors.ts";
import { type Graph, resourcesOf } from "../local/core/graph.ts";
import { report, runCommand } from "./command.ts";
import { graphOf } from "./stacks.ts";

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
  const { stack } = values;
  const body = values.body === undefined ? bodyOf(await graphOf(stack)) : await bodyOfFile(values.body);
  const dashboard = dashboardText(body, stack);
  if (values.check !== undefined) return report(problemsWith(values.check, dashboard));
  if (values.out === undefined) process.stdout.write(dashboard);
  else writeFileSync(values.out, dashboard);
  return 0;
}

/** What is wrong with the file that shows a stack's dashboard in Grafana. */
export function dashboardProblems(graph: Graph, file: string): string[] {
  return problemsWith(file, dashboardText(bodyOf(graph), graph.stack));
}

function dashboardText(body: string, stack: string): string {
  return `${JSON.stringify(toGrafana(body, `Andamio (${stack})`), undefined, 2)}\n`;
}

function bodyOf(graph: Graph): string {
  const [dashboard] = resourcesOf(graph, "aws:cloudwatch/dashboard:Dashboard");
  if (!dashboard) throw new UserError(`Stack ${graph.stack} has no dashboard.`);
  return String(dashboard.inputs.dashboardBody);
}

async function bodyOfFile(file: string): Promise<string> {
  return file === "-" ? text(process.stdin) : readFileSync(file, "utf8");
}

function problemsWith(file: string, expected: string): string[] {
  if (existsSync(file) && readFileSync(file, "utf8") === expected) return [];
  return [`${file} is stale. Make it anew: npm run --silent grafana -- --out ${file}`];
}

if (import.meta.main) runCommand(main);
