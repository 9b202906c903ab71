/** What a change of the program does to a stack. */
import { type Graph, type Resource, resourcesOf } from "../../local/core/graph.ts";
import { estimateOf, sumOf } from "../cost/estimate.ts";
import { parsed, record } from "../diagram/properties.ts";
import type { ApiChange } from "./api-schemas.ts";
import { apiChanges } from "./apis.ts";
import { type Pair, pairsOf } from "./pairs.ts";
import { type PermissionChange, permissionChanges } from "./permissions.ts";
import { basisOf, replaces } from "./replacements.ts";
import { type PropertyChange, propertyChanges } from "./values.ts";

export interface Named {
  readonly type: string;
  readonly name: string;
}

export interface Changed extends Named {
  /** `update` in place, `replace` by a new one, or nobody knows. */
  readonly how: "update" | "replace" | "may replace";
  readonly changes: readonly PropertyChange[];
  /** Paths of the properties that replace it, or may. */
  readonly because: readonly string[];
  /** Whether the properties that replace it were read in the provider's schema, or are from memory. */
  readonly basis?: "read" | "remembered";
}

export interface CostChange {
  /** US dollars a month after the free tier, without requests and with a million to each API. */
  readonly before: { readonly fixed: number; readonly used: number };
  readonly after: { readonly fixed: number; readonly used: number };
  /** Types without a known price after the change. */
  readonly unpriced: readonly string[];
}

export interface Difference {
  readonly stack: string;
  readonly added: readonly Named[];
  readonly changed: readonly Changed[];
  readonly removed: readonly (Named & { readonly protect: boolean })[];
  /** Other names in the program for the same resources. */
  readonly renamed: readonly (Named & { readonly former: string })[];
  readonly permissions: readonly PermissionChange[];
  readonly apis: readonly { readonly api: string; readonly changes: readonly ApiChange[] }[];
  readonly outputs: readonly PropertyChange[];
  readonly cost: CostChange;
}

/** Of requests to each API, for what is paid by use. */
const REQUESTS = 1_000_000;

export function differenceOf(before: Graph, after: Graph): Difference {
  const { pairs, added, removed } = pairsOf(before, after);
  const renamed = pairs.filter((pair) => pair.before.urn !== pair.after.urn);
  const formerNames = new Map(renamed.map((pair) => [pair.after.name, pair.before.name]));
  const namedOf = (resource: Resource): Named => ({ type: resource.type, name: resource.name });
  return {
    stack: after.stack,
    added: added.map(namedOf),
    changed: changedOf(pairs),
    removed: removed.map((resource) => ({ ...namedOf(resource), protect: resource.protect })),
    renamed: renamed.map((pair) => ({ ...namedOf(pair.after), former: pair.before.name })),
    permissions: permissionChanges(before, after, (role) => formerNames.get(role) ?? role),
    apis: apisOf(before, after, pairs),
    outputs: outputChanges(before, after),
    cost: costChange(before, after),
  };
}

/** Changed resources, with those that another's replacement reaches: it gets a new id and, as a rule, a new name. */
function changedOf(pairs: readonly Pair[]): Changed[] {
  const changes = new Map(pairs.map((pair) => [pair.after.urn, ownChanges(pair)]));
  const replaced = new Set<string>();
  for (let before = -1; before < replaced.size; ) {
    before = replaced.size;
    for (const { after } of pairs) {
      const known = changes.get(after.urn) ?? [];
      const reached = reachedBy(after, replaced, known, pairs);
      const all = [...known, ...reached];
      changes.set(after.urn, all);
      if (all.some(({ path }) => replaces(after.type, path) === "yes")) replaced.add(after.urn);
    }
  }
  return pairs.flatMap(({ after }) => {
    const found = changes.get(after.urn) ?? [];
    return found.length === 0 ? [] : [changedResource(after, found)];
  });
}

function ownChanges({ before, after }: Pair): readonly PropertyChange[] {
  const secrets = new Set([...before.secretInputs, ...after.secretInputs]);
  const protection = { path: "protect", before: String(before.protect), after: String(after.protect) };
  return [
    ...propertyChanges(before.inputs, after.inputs, secrets),
    ...(before.protect === after.protect ? [] : [protection]),
  ];
}

function reachedBy(
  { propertyDependencies }: Resource,
  replaced: ReadonlySet<string>,
  known: readonly PropertyChange[],
  pairs: readonly Pair[],
): PropertyChange[] {
  return Object.entries(propertyDependencies).flatMap(([path, urns]) => {
    const isKnown = known.some((change) => change.path.split(".")[0] === path);
    const urn = isKnown ? undefined : urns.find((one) => replaced.has(one));
    const name = pairs.find(({ after }) => after.urn === urn)?.after.name;
    return name === undefined ? [] : [{ path, before: `that of ${name}`, after: `that of the new ${name}` }];
  });
}

function changedResource({ type, name }: Resource, changes: readonly PropertyChange[]): Changed {
  const decides = (answer: "yes" | "maybe") =>
    changes.map(({ path }) => path).filter((path) => path !== "protect" && replaces(type, path) === answer);
  const [certain, possible] = [decides("yes"), decides("maybe")];
  const basis = certain.length > 0 ? basisOf(type) : undefined;
  return {
    type,
    name,
    how: certain.length > 0 ? "replace" : possible.length > 0 ? "may replace" : "update",
    changes,
    because: certain.length > 0 ? certain : possible,
    ...(basis === undefined ? {} : { basis }),
  };
}

function apisOf(before: Graph, after: Graph, pairs: readonly Pair[]): Difference["apis"] {
  const isApi = ({ type }: Resource) => type === "aws:apigateway/restApi:RestApi";
  const documentOf = ({ inputs }: Resource) => record(parsed(inputs.body));
  const paired = pairs.filter((pair) => isApi(pair.after));
  const old = new Set(paired.map((pair) => pair.before.urn));
  const gone = resourcesOf(before, "aws:apigateway/restApi:RestApi").filter(({ urn }) => !old.has(urn));
  const added = resourcesOf(after, "aws:apigateway/restApi:RestApi").filter(
    ({ urn }) => !paired.some((pair) => pair.after.urn === urn),
  );
  return [
    ...paired.map((pair) => ({
      api: pair.after.name,
      changes: apiChanges(documentOf(pair.before), documentOf(pair.after)),
    })),
    ...gone.map((api) => ({ api: api.name, changes: apiChanges(documentOf(api), {}) })),
    ...added.map((api) => ({ api: api.name, changes: apiChanges({}, documentOf(api)) })),
  ].filter(({ changes }) => changes.length > 0);
}

function outputChanges(before: Graph, after: Graph): PropertyChange[] {
  const values = ({ outputs }: Graph) =>
    Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));
  const secrets = [...Object.entries(before.outputs), ...Object.entries(after.outputs)]
    .filter(([, { secret }]) => secret)
    .map(([name]) => name);
  return propertyChanges(values(before), values(after), new Set(secrets));
}

function costChange(before: Graph, after: Graph): CostChange {
  const dollars = (graph: Graph) => {
    const { lines, free } = estimateOf(graph, { requests: REQUESTS });
    const fixed = sumOf(lines.filter(({ part }) => part === "fixed")) - sumOf(free.fixed);
    return { fixed, used: sumOf(lines) - sumOf(free.all) };
  };
  const { unpriced } = estimateOf(after, { requests: 0 });
  return { before: dollars(before), after: dollars(after), unpriced: unpriced.map(({ type }) => type) };
}

/** Whether anything is different at all. */
export function isEmpty({
  added,
  changed,
  removed,
  renamed,
  permissions,
  apis,
  outputs,
}: Difference): boolean {
  return [added, changed, removed, renamed, permissions, apis, outputs].every(({ length }) => length === 0);
}
