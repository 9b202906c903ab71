/** What an audit found, for people. */
import type { Audit, Violation } from "./audit.ts";
import type { Rule } from "./rule.ts";

const WIDTH = 120;
const INDENT = "            ";

/** A line on the stack; what is mandatory with its remedy; of the rest, how often for each rule. */
export function reportOf(
  stack: string,
  { violations, waived, unused }: Audit,
  rules: readonly Rule[],
): string {
  const mandatory = violations.filter(({ level }) => level === "mandatory");
  const advisory = violations.filter(({ level }) => level === "advisory");
  const verdict =
    mandatory.length === 0 ? "nothing mandatory is violated" : `${mandatory.length} mandatory violations`;
  return [
    `${stack}: ${rules.length} rules, ${verdict}`,
    ...[...Map.groupBy(mandatory, ({ rule }) => rule)].flatMap(([rule, found]) => [
      ...found.map(({ resource, message }) => `  mandatory ${rule}: ${resource} ${message}`),
      `${INDENT}${rules.find(({ id }) => id === rule)?.remedy ?? "See policies/waivers.ts."}`,
    ]),
    ...counted("advice", advisory),
    ...counted("waived", waived),
    ...unused.map(({ rule, resource }) => `  unused    the waiver of ${rule} for ${resource}`),
    "",
  ].join("\n");
}

/** Rules and how often each is violated, in lines of a width that terminals have. */
function counted(title: string, violations: readonly Violation[]): readonly string[] {
  const counts = [...Map.groupBy(violations, ({ rule }) => rule)]
    .map(([rule, found]) => (found.length > 1 ? `${rule} (${found.length})` : rule))
    .sort();
  const lines: string[] = [];
  for (const [index, count] of counts.entries()) {
    const text = index < counts.length - 1 ? `${count},` : count;
    const line = lines.at(-1);
    if (line !== undefined && line.length + text.length < WIDTH) lines[lines.length - 1] = `${line} ${text}`;
    else
      lines.push(`${line === undefined ? `  ${title}`.padEnd(INDENT.length - 1) : INDENT.slice(1)} ${text}`);
  }
  return lines;
}
