/** A difference for people: as text, and as Markdown for a comment. */
import { type Changed, type Difference, isEmpty, type Named } from "./compare.ts";
import { holdsContent } from "./replacements.ts";
import type { PropertyChange } from "./values.ts";

/** A heading with lines below it. */
interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

/** GitHub takes 65,536 characters; the rest is for the terminal. */
const MOST_LINES = 100;
const MOST_CHARACTERS = 400;

/** Of one resource; an API's document or a dashboard has hundreds. */
const MOST_PROPERTIES = 8;

/** @param base what the working tree is compared with, as the user called it */
export function differenceText(difference: Difference, base: string): string {
  const head = `Stack ${difference.stack}: what the working tree changes, compared with ${base}.`;
  if (isEmpty(difference)) return `${head}\nNothing.\n`;
  const sections = sectionsOf(difference).flatMap(({ title, lines }) => [
    "",
    title,
    ...lines.map((line) => `  ${line}`),
  ]);
  return [head, summaryOf(difference), ...sections, ""].join("\n");
}

export function differenceMarkdown(difference: Difference, base: string): string {
  const head = `### Stack ${difference.stack}: what this changes, compared with ${code(base)}`;
  if (isEmpty(difference)) return `${head}\n\nNothing.\n`;
  const sections = sectionsOf(difference).flatMap(({ title, lines }) => [
    "<details>",
    `<summary>${escaped(title)}</summary>`,
    "",
    "```text",
    ...lines.slice(0, MOST_LINES).map((line) => shortened(line.replaceAll("```", "'''"))),
    ...(lines.length > MOST_LINES ? [`… and ${lines.length - MOST_LINES} more lines: npm run diff`] : []),
    "```",
    "",
    "</details>",
  ]);
  return [head, "", escaped(summaryOf(difference)), "", ...warnings(difference), ...sections, ""].join("\n");
}

function summaryOf({ added, changed, removed, renamed, permissions, apis, cost }: Difference): string {
  const count = (how: Changed["how"]) => changed.filter((one) => one.how === how).length;
  const breaking = apis.flatMap(({ changes }) => changes).filter((change) => change.breaking).length;
  const parts: [number, string][] = [
    [added.length, "added"],
    [count("update"), "changed"],
    [count("replace"), "replaced"],
    [count("may replace"), "maybe replaced"],
    [removed.length, "removed"],
    [renamed.length, "renamed"],
    [permissions.flatMap(({ gained }) => gained).length, "permissions gained"],
    [permissions.flatMap(({ lost }) => lost).length, "permissions lost"],
    [breaking, "breaking changes of APIs"],
  ];
  const counted = parts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  return [...counted, `${signed(cost.after.fixed - cost.before.fixed)} USD a month at rest`].join(", ");
}

/** What a reviewer must not overlook. */
function warnings({ changed, removed, apis }: Difference): string[] {
  const lost = (how: string, all: readonly Named[]) =>
    all
      .filter(({ type }) => holdsContent(type))
      .map((one) => `- :warning: **${how}**, and what is in it is lost: ${code(nameOf(one))}`);
  const breaking = apis.flatMap(({ api, changes }) =>
    changes.filter((change) => change.breaking).map(({ text }) => `${api}: ${text}`),
  );
  const lines = [
    ...lost(
      "replaced",
      changed.filter(({ how }) => how === "replace"),
    ),
    ...lost(
      "maybe replaced",
      changed.filter(({ how }) => how === "may replace"),
    ),
    ...lost("removed", removed),
    ...breaking.map((text) => `- :warning: **breaking**: ${code(text)}`),
  ];
  return lines.length > 0 ? [...lines, ""] : [];
}

function sectionsOf(difference: Difference): Section[] {
  const { added, changed, removed, renamed, permissions, apis, outputs } = difference;
  const only = (how: Changed["how"]) => changed.filter((one) => one.how === how);
  const sections: Section[] = [
    {
      title: "Replaced: a new one is made, the old one is deleted",
      lines: only("replace").flatMap(changedLines),
    },
    {
      title: "May be replaced: nobody said here what replaces these types",
      lines: only("may replace").flatMap(changedLines),
    },
    {
      title: "Removed",
      lines: removed.map(
        (one) => `- ${nameOf(one)}${one.protect ? " (protected: the deployment will refuse)" : ""}`,
      ),
    },
    { title: "Added", lines: byType(added).map((line) => `+ ${line}`) },
    {
      title: "Changed in place",
      lines: [
        ...byType(only("update").filter(hasOtherCode)).map((line) => `~ code of ${line}`),
        ...only("update")
          .filter((one) => !hasOtherCode(one))
          .flatMap(changedLines),
      ],
    },
    {
      title: "Renamed by alias, the same in AWS",
      lines: renamed.map((one) => `${one.former} → ${nameOf(one)}`),
    },
    {
      title: "Permissions of roles",
      lines: permissions.flatMap(({ role, gained, lost }) => [
        role,
        ...gained.map((one) => `  + ${one}`),
        ...lost.map((one) => `  - ${one}`),
      ]),
    },
    {
      title: "APIs",
      lines: apis.flatMap(({ api, changes }) => [
        api,
        ...changes.map(({ breaking, text }) => `  ${breaking ? "BREAKING " : "ok       "}${text}`),
      ]),
    },
    { title: "Outputs of the stack", lines: outputs.map(propertyLine) },
    costSection(difference),
  ];
  return sections.filter(({ lines }) => lines.length > 0);
}

/** One line for each type, since most functions, roles and alarms come in dozens. */
function byType(all: readonly Named[]): string[] {
  return [...Map.groupBy(all, ({ type }) => type)]
    .map(([type, same]) => `${type} (${same.length}): ${same.map(({ name }) => name).join(", ")}`)
    .sort();
}

/** Whether a function has nothing but other code. */
function hasOtherCode({ changes }: Changed): boolean {
  return changes.every(({ path }) => path === "code");
}

function changedLines(one: Changed): string[] {
  const { how, because, basis, changes } = one;
  const reason = because.length > 0 ? `, because of ${because.join(", ")}` : "";
  const doubt = basis === "remembered" ? " (from memory of the provider's schema)" : "";
  const more = changes.length - MOST_PROPERTIES;
  return [
    `${how === "update" ? "~" : "±"} ${nameOf(one)}${reason}${doubt}`,
    ...changes.slice(0, MOST_PROPERTIES).map((change) => `    ${propertyLine(change)}`),
    ...(more > 0 ? [`    … and ${more} more`] : []),
  ];
}

function propertyLine({ path, before, after }: PropertyChange): string {
  if (before === undefined) return `${path}: ${after} (new)`;
  if (after === undefined) return `${path}: ${before} (no more)`;
  return `${path}: ${before} → ${after}`;
}

function costSection({ cost: { before, after, unpriced } }: Difference): Section {
  const line = (what: string, from: number, to: number) =>
    `${what}: ${from.toFixed(2)} → ${to.toFixed(2)} (${signed(to - from)})`;
  return {
    title: "Cost, USD a month after the free tier",
    lines: [
      line("at rest", before.fixed, after.fixed),
      line("with a million requests to each API, the same number to each route", before.used, after.used),
      ...unpriced.map((type) => `price not known, in no sum: ${type}`),
    ],
  };
}

function nameOf({ type, name }: Named): string {
  return `${name} (${type})`;
}

function signed(dollars: number): string {
  const cents = Math.abs(dollars).toFixed(2);
  return `${dollars < 0 && cents !== "0.00" ? "-" : "+"}${cents}`;
}

function shortened(line: string): string {
  return line.length <= MOST_CHARACTERS ? line : `${line.slice(0, MOST_CHARACTERS)} …`;
}

function code(text: string): string {
  return `\`${text.replaceAll("`", "'")}\``;
}

/** Nothing of a name becomes HTML, a mention or a link. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("@", "@\u200b");
}
