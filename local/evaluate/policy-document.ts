/**
 * `aws.iam.getPolicyDocument` as the AWS provider answers it.
 * https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document
 */
import { UserError } from "../core/errors.ts";
import type { Properties, Value } from "../core/graph.ts";
import { hexToken } from "../core/names.ts";

type Strings = string | string[];

/** A statement with its members in the order in which the provider writes them. */
interface Statement {
  readonly Sid?: string;
  readonly Effect?: string;
  readonly Action?: Strings;
  readonly NotAction?: Strings;
  readonly Resource?: Strings;
  readonly NotResource?: Strings;
  readonly Principal?: Principals;
  readonly NotPrincipal?: Principals;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, Strings>>>>;
}

type Principals = "*" | Readonly<Record<string, Strings>>;

interface Document {
  Version?: string;
  Id?: string;
  Statement: Statement[];
}

/**
 * Renders a policy: source documents first, then the statements, then overriding documents; a statement takes the
 * place of an earlier one with the same sid.
 * @throws UserError for two statements with the same sid in one place
 */
export function policyDocument(args: Properties): Properties {
  const sources = [args.sourceJson, ...list(args.sourcePolicyDocuments)].flatMap(parse);
  const overrides = [args.overrideJson, ...list(args.overridePolicyDocuments)].flatMap(parse);
  const own: Document = {
    Version: typeof args.version === "string" ? args.version : "2012-10-17",
    ...(typeof args.policyId === "string" ? { Id: args.policyId } : {}),
    Statement: list(args.statements).map(statement),
  };
  refuseDuplicates(sources.flatMap((document) => document.Statement));
  refuseDuplicates(own.Statement);
  const merged = [...sources, own, ...overrides].reduce(merge, { Statement: [] });
  const document = { Version: merged.Version, Id: merged.Id, Statement: merged.Statement };
  const json = JSON.stringify(document, undefined, 2);
  return {
    ...args,
    id: hexToken(json, 10),
    json,
    minifiedJson: JSON.stringify(document),
    version: merged.Version,
  };
}

function parse(json: Value | undefined): Document[] {
  if (typeof json !== "string" || json === "") return [];
  const document = JSON.parse(json) as Omit<Document, "Statement"> & { Statement?: Statement | Statement[] };
  return [{ ...document, Statement: [document.Statement ?? []].flat() }];
}

function merge(into: Document, next: Document): Document {
  const statements = [...into.Statement];
  for (const added of next.Statement) {
    const index = added.Sid === undefined ? -1 : statements.findIndex(({ Sid }) => Sid === added.Sid);
    if (index < 0) statements.push(added);
    else statements[index] = added;
  }
  const versions = [into.Version, next.Version].filter((version) => version !== undefined).sort();
  const id = next.Id ?? into.Id;
  return { Version: versions.at(-1), ...(id === undefined ? {} : { Id: id }), Statement: statements };
}

function refuseDuplicates(statements: readonly Statement[]): void {
  const sids = statements.flatMap(({ Sid }) => Sid ?? []);
  const duplicate = sids.find((sid, index) => sids.indexOf(sid) !== index);
  if (duplicate !== undefined)
    throw new UserError(
      `aws.iam.getPolicyDocument: duplicate Sid (${duplicate}); remove it or make it unique.`,
    );
}

function statement(value: Value): Statement {
  const given = value as Properties;
  const conditions = conditionsOf(list(given.conditions));
  return {
    ...(given.sid ? { Sid: String(given.sid) } : {}),
    Effect: typeof given.effect === "string" ? given.effect : "Allow",
    ...strings("Action", given.actions),
    ...strings("NotAction", given.notActions),
    ...strings("Resource", given.resources),
    ...strings("NotResource", given.notResources),
    ...principals("Principal", given.principals),
    ...principals("NotPrincipal", given.notPrincipals),
    ...(conditions ? { Condition: conditions } : {}),
  };
}

function strings(name: string, value: Value | undefined): Readonly<Record<string, Strings>> {
  const set = asSet(list(value));
  return set === undefined ? {} : { [name]: set };
}

/** One string alone; several without repetitions, in the provider's (descending) order. */
function asSet(values: readonly Value[]): Strings | undefined {
  const texts = [...new Set(values.map(text))].sort().reverse();
  return texts.length <= 1 ? texts[0] : texts;
}

/** `&{aws:username}` is how a program writes the IAM variable `${aws:username}`. */
function text(value: Value): string {
  return String(value).replaceAll("&{", "$" + "{");
}

function principals(name: string, value: Value | undefined): Readonly<Record<string, Principals>> {
  const given = list(value) as readonly Properties[];
  if (given.length === 0) return {};
  if (given.some(({ type, identifiers }) => type === "*" && list(identifiers).includes("*")))
    return { [name]: "*" };
  const byType = Object.groupBy(given, ({ type }) => String(type));
  const entries = Object.entries(byType).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    [name]: Object.fromEntries(
      entries.map(([type, items = []]) => [
        type,
        asSet(items.flatMap(({ identifiers }) => list(identifiers))) ?? [],
      ]),
    ),
  };
}

function conditionsOf(values: readonly Value[]): Statement["Condition"] {
  if (values.length === 0) return undefined;
  const tests: Record<string, Record<string, string[]>> = {};
  for (const condition of values as readonly Properties[]) {
    const test = String(condition.test);
    const variable = String(condition.variable);
    const known = tests[test]?.[variable] ?? [];
    tests[test] = { ...tests[test], [variable]: [...known, ...list(condition.values).map(text)] };
  }
  return mapValues(tests, (variables) =>
    mapValues(variables, (all) => (all.length === 1 ? (all[0] ?? "") : all)),
  );
}

function mapValues<From, To>(
  object: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
}

function list(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? value : [];
}
