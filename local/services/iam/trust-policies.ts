/** Which services may assume a role: the role's trust policy. */
import type { Resource } from "../../core/graph.ts";
import type { World } from "../../core/service.ts";
import { readPolicy } from "./documents.ts";
import { evaluatePolicies } from "./evaluator.ts";

export interface Assumption {
  readonly roleArn: string;
  /** Service principal, such as `scheduler.amazonaws.com`. */
  readonly service: string;
  /** What the service acts for, which trust policies name in `aws:SourceArn`. */
  readonly sourceArn: string;
}

/**
 * Whether a role lets a service assume it; undefined for a role that is not the program's.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html
 */
export function trusts(
  resources: readonly Resource[],
  world: World,
  assumption: Assumption,
): boolean | undefined {
  const { roleArn, service, sourceArn } = assumption;
  const role = resources.find(({ type, outputs }) => type === "aws:iam/role:Role" && outputs.arn === roleArn);
  if (!role) return undefined;
  const document = role.outputs.assumeRolePolicy;
  if (document === undefined || document === null || document === "") return false;
  const { effect } = evaluatePolicies([readPolicy(role.name, document)], {
    action: "sts:AssumeRole",
    resource: roleArn,
    context: { "aws:SourceArn": sourceArn, "aws:SourceAccount": world.account },
    caller: { kind: "Service", name: service, account: world.account },
  });
  return effect === "Allow";
}
