/** `npm run policies`: judges a stack by the rules of policies/, offline. */
import { parseArgs } from "node:util";
import type { Graph } from "../local/core/graph.ts";
import { readConfiguration } from "../local/evaluate/configuration.ts";
import { readProject } from "../local/evaluate/project.ts";
import { type Audit, audit } from "../policies/audit.ts";
import { reportOf } from "../policies/report.ts";
import { rules } from "../policies/rules/index.ts";
import { waivers } from "../policies/waivers.ts";
import { runCommand } from "./command.ts";
import { graphOf } from "./stacks.ts";

const HELP = `Judges stacks by the rules of policies/, without AWS and without the Pulumi CLI.

What is mandatory is shown with its remedy; advice (mandatory in production) and waivers as how often for each rule.
docs/policies.md explains the rules.

Usage: npm run --silent policies -- [options]

  --stack NAME   stack to judge; may be repeated                              (default: dev and prod)
  --json         everything found, with resources and messages
  --help         this text

Exit code: 0 when nothing mandatory is violated, 1 when something is, 2 when a stack cannot be evaluated.
`;

type StackAudit = Audit & { readonly stack: string };

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      stack: { type: "string", multiple: true, default: ["dev", "prod"] },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const audits = await Promise.all(values.stack.map(async (stack) => auditOf(await graphOf(stack))));
  process.stdout.write(values.json ? `${JSON.stringify(audits)}\n` : audits.map(textOf).join(""));
  return audits.some(isViolated) ? 1 : 0;
}

/** What is wrong with stacks by the mandatory rules, with what else there is to say of these stacks. */
export function policyProblems(graphs: readonly Graph[]): string[] {
  return graphs.map(auditOf).filter(isViolated).map(textOf);
}

function auditOf(graph: Graph): StackAudit {
  const { stack } = graph;
  const today = new Date().toISOString().slice(0, 10);
  const { values } = readConfiguration(readProject(process.cwd()), stack);
  // A stack that does not say what it is is held to be production: the stricter rules apply.
  const production = values["andamio:production"] !== "false";
  return { stack, ...audit(graph, { rules, waivers, production, today }) };
}

function isViolated({ violations }: Audit): boolean {
  return violations.some(({ level }) => level === "mandatory");
}

function textOf(found: StackAudit): string {
  return reportOf(found.stack, found, rules);
}

if (import.meta.main) runCommand(main);
