/** What roles may do after a change that they might not before, and what no more. */
import { type Graph, type Properties, resourcesOf } from "../../local/core/graph.ts";
import { parsed, record } from "../diagram/properties.ts";

export interface PermissionChange {
  /** Logical name. */
  readonly role: string;
  readonly gained: readonly string[];
  readonly lost: readonly string[];
}

/** @param formerName what a role, by its logical name, was called before */
export function permissionChanges(
  before: Graph,
  after: Graph,
  formerName: (role: string) => string,
): PermissionChange[] {
  const old = permissionsOf(before);
  const current = permissionsOf(after);
  const names = new Map([...current.keys()].map((role) => [role, formerName(role)]));
  const gone = [...old.keys()].filter((role) => ![...names.values()].includes(role));
  const changes = [
    ...[...names].map(([role, former]) => changeOf(role, old.get(former), current.get(role))),
    ...gone.map((role) => changeOf(role, old.get(role), undefined)),
  ];
  return changes
    .filter(({ gained, lost }) => gained.length + lost.length > 0)
    .sort((a, b) => (a.role < b.role ? -1 : 1));
}

function changeOf(
  role: string,
  before: ReadonlySet<string> = new Set(),
  after: ReadonlySet<string> = new Set(),
): PermissionChange {
  return {
    role,
    gained: [...after].filter((one) => !before.has(one)).sort(),
    lost: [...before].filter((one) => !after.has(one)).sort(),
  };
}

function permissionsOf(graph: Graph): Map<string, ReadonlySet<string>> {
  return new Map(
    resourcesOf(graph, "aws:iam/role:Role").map(({ id, name, inputs, outputs }) => {
      const isOf = (policy: Properties) => [id, outputs.name].includes(String(policy.role));
      const policies = resourcesOf(graph, "aws:iam/rolePolicy:RolePolicy").filter((one) => isOf(one.inputs));
      const attached = resourcesOf(graph, "aws:iam/rolePolicyAttachment:RolePolicyAttachment").filter((one) =>
        isOf(one.inputs),
      );
      const documents = [
        ...policies.map((one) => one.inputs.policy),
        ...listOf(inputs.inlinePolicies).map((one) => record(one).policy),
      ];
      const managed = [
        ...attached.map((one) => one.inputs.policyArn),
        ...listOf(inputs.managedPolicyArns),
      ].map((arn) => `everything in ${arn}`);
      return [name, new Set([...documents.flatMap(grantsIn), ...managed])];
    }),
  );
}

function grantsIn(document: unknown): string[] {
  return listOf(record(parsed(document)).Statement).flatMap((statement) => {
    const { Effect, Action, NotAction, Resource, NotResource, Condition } = record(statement);
    const actions = listOf(Action).concat(listOf(NotAction).map((action) => `all but ${action}`));
    const resources = listOf(Resource).concat(listOf(NotResource).map((arn) => `all but ${arn}`));
    const condition = Condition === undefined ? "" : ` if ${JSON.stringify(Condition)}`;
    return actions.flatMap((action) =>
      resources.map((arn) => `${Effect === "Deny" ? "not " : ""}${action} on ${arn}${condition}`),
    );
  });
}

function listOf(value: unknown): unknown[] {
  return value === undefined ? [] : [value].flat();
}
