/** The page about costs, as Markdown. */
import type { Graph } from "../../local/core/graph.ts";
import { assumptions, NOT_COUNTED } from "./assumptions.ts";
import { CHARGES } from "./charges.ts";
import { type Allowance, type Estimate, estimateOf, isPriced, type Line, sumOf } from "./estimate.ts";
import { KEPT, METERS, PRICES, type Price, REGION } from "./prices.ts";
import { amount, linesOf, money, systemsOf } from "./text.ts";

/** To each API. */
const REQUESTS = 1_000_000;

interface Stack {
  readonly graph: Graph;
  readonly estimate: Estimate;
}

export function costPage(graphs: readonly Graph[]): string {
  const stacks = stacksOf(graphs);
  const names = stacks.map(({ estimate }) => estimate.stack);
  return [
    "# What the stacks cost",
    "",
    "Written by `npm run cost -- --write` from the evaluated program; `npm run check` fails when it is stale.",
    `US dollars a month without taxes, prices of ${REGION}: in a month without any request, and what ${REQUESTS.toLocaleString("en")} requests to each API add.`,
    "",
    ...systemTable(stacks),
    "",
    "The free tier is an account's: what else runs there uses it up, too.",
    "",
    `| free every month | unit | ${names.map((name) => `${name}, USD`).join(" | ")} |`,
    `|---|---|${"---|".repeat(names.length)}`,
    ...allowanceRows(stacks),
    "",
    "Assumed:",
    "",
    ...assumptions(stacks[0]?.estimate.milliseconds ?? 0).map((line) => `- ${line}`),
    "",
    NOT_COUNTED.replace("its prices in docs/cost.md", "its prices below"),
    ...unknownLines(stacks),
    "",
    "## What each type of resource costs",
    "",
    ...markdown(["resources", ...names.flatMap((name) => [name, "fixed", "by use"]), ""], typeRows(stacks)),
    "",
    "## Prices",
    "",
    "None was read from AWS itself for this table: the last column says how each is known. AWS's calculator has the last word.",
    "",
    ...markdown(
      ["what", "USD", "for", "AWS's page", "known from"],
      priceRows(METERS.map((meter) => PRICES[meter])),
    ),
    "",
    "Of data that is kept:",
    "",
    ...markdown(["what", "USD", "for", "AWS's page", "known from"], priceRows(KEPT)),
    "",
  ].join("\n");
}

/** What each system costs, and what is to pay. */
export function costTable(graphs: readonly Graph[]): string {
  return systemTable(stacksOf(graphs)).join("\n");
}

function stacksOf(graphs: readonly Graph[]): Stack[] {
  return graphs.map((graph) => ({ graph, estimate: estimateOf(graph, { requests: REQUESTS }) }));
}

function systemTable(stacks: readonly Stack[]): string[] {
  const heads = stacks.flatMap(({ estimate: { stack } }) => [`${stack}, fixed`, `${stack}, by use`]);
  return markdown(["system", ...heads], systemRows(stacks));
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [
    `| ${head.join(" | ")} |`,
    `|${"---|".repeat(head.length)}`,
    ...rows.map((row) => `| ${row.join(" | ")} |`),
  ];
}

function systemRows(stacks: readonly Stack[]): string[][] {
  const cells = (pick: (estimate: Estimate) => readonly Line[]) =>
    stacks.flatMap(({ estimate }) => fixedAndUse(pick(estimate)).map(money));
  const free = stacks.flatMap(
    ({
      estimate: {
        free: { fixed, all },
      },
    }) => [sumOf(fixed), sumOf(all) - sumOf(fixed)],
  );
  const full = stacks.flatMap(({ estimate }) => fixedAndUse(estimate.lines));
  return [
    ...systemsOf(stacks.flatMap(({ estimate }) => estimate.lines)).map((system) => [
      system,
      ...cells(({ lines }) => linesOf(lines, system)),
    ]),
    ["free tier", ...free.map((dollars) => money(-dollars))],
    ["**to pay**", ...full.map((dollars, column) => `**${money(dollars - (free[column] ?? 0))}**`)],
  ];
}

function fixedAndUse(lines: readonly Line[]): [number, number] {
  const of = (part: Line["part"]) => sumOf(lines.filter((line) => line.part === part));
  return [of("fixed"), of("use")];
}

function allowanceRows(stacks: readonly Stack[]): string[] {
  const allowances = stacks.map(({ estimate }) => estimate.free.all);
  const used = METERS.filter((meter) => allowances.flat().some((one) => one.meter === meter));
  const cell = (all: readonly Allowance[], meter: Allowance["meter"]) =>
    money(sumOf(all.filter((one) => one.meter === meter)));
  return used.map((meter) => {
    const most = Math.max(
      ...allowances
        .flat()
        .filter((one) => one.meter === meter)
        .map(({ quantity }) => quantity),
    );
    const dollars = allowances.map((all) => cell(all, meter));
    return `| ${PRICES[meter].what}: ${amount(most)} | ${PRICES[meter].unit} | ${dollars.join(" | ")} |`;
  });
}

function unknownLines(stacks: readonly Stack[]): string[] {
  const unknown = stacks.flatMap(({ estimate }) => estimate.unpriced.map(({ type }) => `\`${type}\``));
  return unknown.length === 0 ? [] : ["", `**Not priced, in no sum: ${[...new Set(unknown)].join(", ")}.**`];
}

function typeRows(stacks: readonly Stack[]): string[][] {
  const resources = stacks.flatMap(({ graph }) => graph.resources.filter(isPriced));
  const types = [...new Set(resources.map(({ type }) => type))].sort();
  return types.map((type) => [
    `\`${type}\``,
    ...stacks.flatMap(({ graph, estimate }) => [
      String(graph.resources.filter((resource) => resource.type === type).length),
      ...fixedAndUse(estimate.lines.filter((line) => line.type === type)).map((dollars) =>
        dollars === 0 ? "" : money(dollars),
      ),
    ]),
    CHARGES[type]?.note ?? "**not known**",
  ]);
}

function priceRows(prices: readonly Price[]): string[][] {
  return prices.map(({ what, dollars, per, unit, page, basis }) => [
    what,
    String(dollars),
    per === 1 ? unit : `${per.toLocaleString("en")} ${unit}`,
    `<${page}>`,
    basis,
  ]);
}
