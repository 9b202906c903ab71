/** An estimate for people, in a terminal. */
import { assumptions, NOT_COUNTED } from "./assumptions.ts";
import { type Estimate, type Line, sumOf } from "./estimate.ts";
import { METERS, PRICES, REGION } from "./prices.ts";

/** US dollars; what costs less is summed up by what it is. */
const LITTLE = 0.25;

export function estimateText(estimate: Estimate): string {
  const { stack, requests, lines, free, unpriced } = estimate;
  const fixed = lines.filter(({ part }) => part === "fixed");
  const perApi = `${requests.toLocaleString("en")} requests to each API`;
  return [
    `Stack ${stack}, US dollars a month, prices of ${REGION}: fixed, and with ${perApi}.`,
    "",
    ...table([
      ["system", "fixed", "by use", "in all"],
      ...systemsOf(lines).map((system) => amounts(system, linesOf(lines, system))),
      amounts("in all", lines),
      ["free tier", money(-sumOf(free.fixed)), "", money(-sumOf(free.all))],
      ["to pay", money(sumOf(fixed) - sumOf(free.fixed)), "", money(sumOf(lines) - sumOf(free.all))],
    ]),
    "",
    ...systemsOf(lines).flatMap((system) => [
      `${system}:`,
      ...table(resourceRows(linesOf(lines, system))).map((row) => `  ${row}`),
      "",
    ]),
    "Free tier, of the whole account:",
    ...table(
      free.all.map(({ meter, quantity, dollars }) => [
        PRICES[meter].what,
        amount(quantity),
        PRICES[meter].unit,
        money(dollars),
      ]),
    ).map((row) => `  ${row}`),
    "",
    "Assumed:",
    ...assumptions(estimate.milliseconds).map((line) => `  - ${line}`),
    NOT_COUNTED,
    ...rememberedLines(lines),
    ...unpriced.map(({ type, names }) => `PRICE NOT KNOWN, in no sum: ${type} (${names.join(", ")})`),
    "",
  ].join("\n");
}

/** Names of systems, those that all share last. */
export function systemsOf(lines: readonly Line[]): string[] {
  const names = [...new Set(lines.map(({ system }) => system))].sort();
  return [...names.filter((name) => name !== "shared"), ...names.filter((name) => name === "shared")];
}

export function linesOf(lines: readonly Line[], system: string): Line[] {
  return lines.filter((line) => line.system === system);
}

function amounts(title: string, lines: readonly Line[]): string[] {
  const parts = (["fixed", "use"] as const).map((part) => sumOf(lines.filter((line) => line.part === part)));
  return [title, ...parts.map(money), money(sumOf(lines))];
}

/** What each resource uses, the dearest first, and what costs little together. */
function resourceRows(lines: readonly Line[]): string[][] {
  const dear = lines.filter(({ dollars }) => dollars >= LITTLE);
  const little = Map.groupBy(
    lines.filter(({ dollars }) => dollars < LITTLE),
    ({ meter, part }) => `${part} ${meter}`,
  );
  const together = [...little.values()].flatMap((same): Line[] => {
    const [first, ...others] = same;
    if (first === undefined || others.length === 0) return first ? [first] : [];
    const quantity = same.reduce((sum, line) => sum + line.quantity, 0);
    return [{ ...first, resource: `${same.length} resources`, quantity, dollars: sumOf(same) }];
  });
  return [...dear, ...together]
    .toSorted((a, b) => b.dollars - a.dollars)
    .map(({ resource, meter, quantity, part, dollars }) => [
      resource,
      `${amount(quantity)} ${PRICES[meter].unit}`,
      PRICES[meter].what,
      part,
      money(dollars),
    ]);
}

/** Prices that nobody looked up, as far as they count here. */
function rememberedLines(lines: readonly Line[]): string[] {
  const used = METERS.filter((meter) => lines.some((line) => line.meter === meter));
  const remembered = used.filter((meter) => PRICES[meter].basis.startsWith("from memory"));
  if (remembered.length === 0) return [];
  return [`Prices from memory, not seen: ${remembered.map((meter) => PRICES[meter].what).join(", ")}.`];
}

/** Columns of equal width, numbers to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) =>
        /^-?[\d.,]+$/.test(cell) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}

export function money(dollars: number): string {
  const rounded = dollars.toFixed(2);
  return rounded === "-0.00" ? "0.00" : rounded;
}

export function amount(quantity: number): string {
  return quantity.toLocaleString("en", { maximumFractionDigits: 1 });
}
