/** The page about the resources of the stacks. */
import { UserError } from "../../local/core/errors.ts";
import { type Graph, resourcesOf } from "../../local/core/graph.ts";
import { ALWAYS_FREE, REST_COSTS, type RestCost } from "./rest-costs.ts";

/** Types of the Pulumi engine and of this program's own components are no resources of AWS. */
const OF_A_CLOUD = /^(aws|awsx|random):/;

/**
 * The page as Markdown.
 * @throws UserError for types of which nobody said what they cost
 */
export function resourcesPage(dev: Graph, prod: Graph): string {
  const types = [...new Set([...dev.resources, ...prod.resources].map(({ type }) => type))]
    .filter((type) => OF_A_CLOUD.test(type))
    .sort();
  const unknown = types.filter((type) => costOf(type) === undefined);
  if (unknown.length > 0)
    throw new UserError(
      `Say in tools/resources/rest-costs.ts what these cost at rest: ${unknown.join(", ")}`,
    );
  const rows = types.map((type) => {
    const [inDev, inProd] = [restOf(type, dev), restOf(type, prod)];
    const cells = [inDev.count, dollars(inDev.cost), inProd.count, dollars(inProd.cost)];
    return `| \`${type}\` | ${cells.join(" | ")} | ${costOf(type)?.note} |`;
  });
  const total = (graph: Graph) => types.reduce((sum, type) => sum + restOf(type, graph).cost, 0);
  const totals = ["**in all**", "", `**${total(dev).toFixed(2)}**`, "", `**${total(prod).toFixed(2)}**`, ""];
  return [
    "# What the stacks are made of, and what they cost at rest",
    "",
    "Written by `npm run resources` from the evaluated program; `npm run check` fails when it is stale. US dollars for a month",
    "without any traffic, prices of us-east-1 (in eu-west-1 Aurora is about a sixth dearer), after what AWS gives for nothing at",
    `all times: ${Object.values(ALWAYS_FREE)
      .map(({ what }) => what)
      .join(
        ", ",
      )}. The prices were not read from AWS's price list for this page; AWS's calculator has the last word.`,
    "",
    "| resources | dev | USD | prod | USD | |",
    "|---|---|---|---|---|---|",
    ...rows,
    `| ${totals.join(" | ")} |`,
    "",
  ].join("\n");
}

function costOf(type: string): RestCost | undefined {
  const [longest] = Object.keys(REST_COSTS)
    .filter((prefix) => type.startsWith(prefix))
    .sort((a, b) => b.length - a.length);
  return longest === undefined ? undefined : REST_COSTS[longest];
}

function restOf(type: string, graph: Graph): { readonly count: number; readonly cost: number } {
  const found = resourcesOf(graph, type);
  const full = found.reduce((sum, resource) => sum + (costOf(type)?.of(resource, graph) ?? 0), 0);
  return { count: found.length, cost: Math.max(0, full - (ALWAYS_FREE[type]?.dollars ?? 0)) };
}

function dollars(amount: number): string {
  return amount === 0 ? "" : amount.toFixed(2);
}
