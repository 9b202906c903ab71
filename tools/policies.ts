/** `npm run policies`: judges a stack by the rules of policies/, offline. */
import { parseArgs } from "node:util";
import { UserError } from "../local/core/errors.ts";
import { evaluate } from "../local/evaluate/index.ts";
import { definitions } from "../local/services/index.ts";
import { type Audit, audit, type Violation } from "../policies/audit.ts";
import { rules } from "../policies/rules/index.ts";
import { waivers } from "../policies/waivers.ts";
import { isProduction } from "./stack-file.ts";

const HELP = `Judges stacks by the rules of policies/, without AWS and without the Pulumi CLI.

Usage: npm run --silent policies -- [options]

  --stack NAME   stack to judge; may be repeated                              (default: dev and prod)
  --json         everything found, for machines
  --help         this text

Exit code: 0 when nothing mandatory is violated, 1 when something is, 2 when a stack cannot be evaluated.
`;

/** Resources whose names AWS invents get those of the local cloud; the endpoint is judged by no rule. */
const ENDPOINT = "http://127.0.0.1:4000";

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
  const audits = await Promise.all(values.stack.map(async (stack) => ({ stack, ...(await auditOf(stack)) })));
  process.stdout.write(values.json ? `${JSON.stringify(audits)}\n` : audits.map(textOf).join(""));
  return audits.some(({ violations }) => violations.some(({ level }) => level === "mandatory")) ? 1 : 0;
}

async function auditOf(stack: string): Promise<Audit> {
  const cwd = process.cwd();
  const { graph } = await evaluate({ cwd, stack, endpoint: ENDPOINT, definitions });
  const today = new Date().toISOString().slice(0, 10);
  return audit(graph, { rules, waivers, production: isProduction(cwd, stack), today });
}

function textOf({ stack, violations, waived, unused }: Audit & { readonly stack: string }): string {
  const mandatory = violations.filter(({ level }) => level === "mandatory");
  const advisory = violations.filter(({ level }) => level === "advisory");
  return [
    `${stack}: ${rules.length} rules, ${mandatory.length} mandatory violations, ${advisory.length} advisory, ${waived.length} waived`,
    ...mandatory.flatMap(linesOf),
    ...advisory.map(({ rule, resource, message }) => `  advisory   ${rule}: ${resource} ${message}`),
    ...unused.map(({ rule, resource }) => `  unused     waiver of ${rule} for ${resource}`),
    "",
  ].join("\n");
}

function linesOf({ rule, resource, message }: Violation): readonly string[] {
  const remedy = rules.find(({ id }) => id === rule)?.remedy ?? "See policies/waivers.ts.";
  return [`  mandatory  ${rule}: ${resource} ${message}`, `             ${remedy}`];
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof UserError ? error.message : String(error)}\n`);
    process.exit(2);
  },
);
