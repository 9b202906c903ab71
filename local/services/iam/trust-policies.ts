/**
 * Who may assume a role: the role's trust policy.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html
 */
import type { Resource } from "../../core/graph.ts";
import type { Cloud, World } from "../../core/service.ts";
import { type Policy, readPolicy } from "./documents.ts";
import { type Caller, evaluatePolicies } from "./evaluator.ts";
import type { Context } from "./variables.ts";

export interface Assumption {
  readonly roleArn: string;
  /** Service principal, such as `scheduler.amazonaws.com`. */
  readonly service: string;
  /** What the service acts for, which trust policies name in `aws:SourceArn`. */
  readonly sourceArn: string;
}

/** Trust policies that were read, by their role. */
const read = new WeakMap<Resource, Policy>();

/** Whether a role lets a service assume it; undefined for a role that is not the program's. */
export function trusts(
  resources: readonly Resource[],
  world: World,
  assumption: Assumption,
): boolean | undefined {
  const { roleArn, service, sourceArn } = assumption;
  const role = findRole(resources, roleArn);
  const context = { "aws:SourceArn": sourceArn, "aws:SourceAccount": world.account };
  const caller = { kind: "Service", name: service, account: world.account } as const;
  return role && allows(role, caller, context);
}

/** As `trusts`; of a role that is not the program's nothing is known, so it is taken to trust the service. */
export function mayAssume(
  { resources, world }: Pick<Cloud, "resources" | "world">,
  assumption: Assumption,
): boolean {
  return trusts(resources(), world, assumption) !== false;
}

/**
 * Whether a role lets a user or another role assume it. One whose account it names needs a policy of its own besides.
 * @param principalArn of the user or role
 */
export function trustsIdentity(
  resources: readonly Resource[],
  { account }: World,
  { roleArn, principalArn, context }: { roleArn: string; principalArn: string; context: Context },
): boolean {
  const role = findRole(resources, roleArn);
  const names = [principalArn, `arn:aws:iam::${account}:root`, account];
  return role !== undefined && names.some((name) => allows(role, { kind: "AWS", name, account }, context));
}

function findRole(resources: readonly Resource[], roleArn: string): Resource | undefined {
  return resources.find(({ type, outputs }) => type === "aws:iam/role:Role" && outputs.arn === roleArn);
}

function allows(role: Resource, caller: Caller, context: Context): boolean {
  const document = role.outputs.assumeRolePolicy;
  if (document === undefined || document === null || document === "") return false;
  const policy = read.get(role) ?? readPolicy(role.name, document);
  read.set(role, policy);
  const resource = String(role.outputs.arn);
  return (
    evaluatePolicies([policy], { action: "sts:AssumeRole", resource, context, caller }).effect === "Allow"
  );
}
