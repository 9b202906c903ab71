/** The policies of each role, gathered from all resources that can give it one. */
import type { Resource } from "../../core/graph.ts";
import { type Policy, readPolicy } from "./documents.ts";
import { isManagedByAws, managedPolicy } from "./managed-policies.ts";

export interface Role {
  readonly arn: string;
  readonly name: string;
  readonly resource: Resource;
  readonly policies: readonly Policy[];
  /** Where set, an action must be allowed by it too. */
  readonly boundary: Policy | undefined;
  /** ARNs of attached policies of which the local cloud has no text. */
  readonly unknownPolicies: readonly string[];
}

interface Gathering {
  readonly resource: Resource;
  readonly inline: Policy[];
  readonly attached: Set<string>;
}

/** All roles of a program, by ARN. */
export function rolesOf(resources: readonly Resource[]): ReadonlyMap<string, Role> {
  const texts = new Map<string, Policy>();
  const gatherings = new Map<string, Gathering>();
  for (const resource of resources) {
    if (resource.type === "aws:iam/policy:Policy") texts.set(text(resource, "arn"), policyOf(resource));
    if (resource.type === "aws:iam/role:Role") gatherings.set(text(resource, "name"), gather(resource));
  }
  for (const resource of resources) attach(resource, gatherings);
  const roles = [...gatherings.values()].map((gathering) => toRole(gathering, texts));
  return new Map(roles.map((role) => [role.arn, role]));
}

function gather(resource: Resource): Gathering {
  const { inlinePolicies, managedPolicyArns } = resource.outputs;
  const inline = list(inlinePolicies).flatMap((item) => {
    const { name, policy } = item as { name?: string; policy?: unknown };
    return policy === undefined ? [] : [readPolicy(name ?? "inline", policy)];
  });
  return { resource, inline, attached: new Set(list(managedPolicyArns).map(String)) };
}

function attach(resource: Resource, gatherings: ReadonlyMap<string, Gathering>): void {
  const { outputs } = resource;
  const of = (name: unknown): Gathering | undefined =>
    typeof name === "string" ? gatherings.get(name.slice(name.lastIndexOf("/") + 1)) : undefined;
  switch (resource.type) {
    case "aws:iam/rolePolicy:RolePolicy":
      of(outputs.role)?.inline.push(policyOf(resource));
      return;
    case "aws:iam/rolePolicyAttachment:RolePolicyAttachment":
      of(outputs.role)?.attached.add(text(resource, "policyArn"));
      return;
    case "aws:iam/policyAttachment:PolicyAttachment":
      for (const role of list(outputs.roles)) of(role)?.attached.add(text(resource, "policyArn"));
  }
}

function toRole(gathering: Gathering, texts: ReadonlyMap<string, Policy>): Role {
  const { resource, inline, attached } = gathering;
  const find = (arn: string): Policy | undefined =>
    isManagedByAws(arn) ? managedPolicy(arn) : texts.get(arn);
  const { permissionsBoundary } = resource.outputs;
  const limits = typeof permissionsBoundary === "string" && permissionsBoundary !== "";
  const known = [...attached].flatMap((arn) => find(arn) ?? []);
  const unknown = [...attached].filter((arn) => !find(arn));
  const boundary = limits ? find(permissionsBoundary) : undefined;
  return {
    arn: text(resource, "arn"),
    name: text(resource, "name"),
    resource,
    policies: [...inline, ...known],
    boundary: limits ? (boundary ?? { name: permissionsBoundary, statements: [] }) : undefined,
    unknownPolicies: limits && !boundary ? [...unknown, permissionsBoundary] : unknown,
  };
}

function policyOf(resource: Resource): Policy {
  return readPolicy(resource.name, resource.outputs.policy);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(resource: Resource, property: string): string {
  const value = resource.outputs[property];
  return typeof value === "string" ? value : "";
}
