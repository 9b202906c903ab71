/** What a denied caller is told, and what the log says to the one who can mend it. */
import { AwsError } from "../../core/errors.ts";
import type { Resource } from "../../core/graph.ts";
import type { Permission, Principal } from "../../core/service.ts";

/** Code and HTTP status of a denial, by the service whose action was denied. */
const DENIALS: Readonly<Record<string, readonly [code: string, status: number]>> = {
  cloudwatch: ["AccessDenied", 403],
  iam: ["AccessDenied", 403],
  lambda: ["AccessDeniedException", 403],
  s3: ["AccessDenied", 403],
  scheduler: ["AccessDeniedException", 403],
  sns: ["AuthorizationError", 403],
  sqs: ["AccessDenied", 403],
  sts: ["AccessDenied", 403],
  apigateway: ["AccessDeniedException", 403],
  "execute-api": ["AccessDeniedException", 403],
};
/** The JSON protocols answer 400. */
const DEFAULT_DENIAL = ["AccessDeniedException", 400] as const;

export interface Denial {
  readonly principal: Principal;
  readonly permission: Permission;
  /** Such as `because no identity-based policy allows the sqs:SendMessage action`. */
  readonly reason: string;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
export function accessDenied({ principal, permission, reason }: Denial): AwsError {
  const { action, resource } = permission;
  const [code, status] = DENIALS[action.split(":", 1)[0] ?? ""] ?? DEFAULT_DENIAL;
  const message = `User: ${sessionArn(principal)} is not authorized to perform: ${action} on resource: ${resource} ${reason}`;
  return new AwsError(code, message, status);
}

export function sessionName({ session, functionName }: Principal): string {
  return session ?? functionName ?? "local";
}

/** A function acts in a session of its role, which is named after the function. */
export function sessionArn(principal: Principal): string {
  if (principal.kind !== "role") return principal.arn;
  const account = principal.arn.split(":")[4] ?? "";
  return `arn:aws:sts::${account}:assumed-role/${roleName(principal.arn)}/${sessionName(principal)}`;
}

export function roleName(roleArn: string): string {
  return roleArn.slice(roleArn.lastIndexOf("/") + 1);
}

/**
 * The components that a resource belongs to, innermost first, such as `AlarmedFunction "create" in Tasks "tasks"`;
 * the resource's own name when it stands in the program itself.
 */
export function componentOf(resource: Resource, resources: readonly Resource[]): string {
  const byUrn = new Map(resources.map((candidate) => [candidate.urn, candidate]));
  const names: string[] = [];
  let parent = resource.parent === undefined ? undefined : byUrn.get(resource.parent);
  while (parent && parent.type !== "pulumi:pulumi:Stack") {
    names.push(`${parent.type.split(":").at(-1)} "${parent.name}"`);
    parent = parent.parent === undefined ? undefined : byUrn.get(parent.parent);
  }
  return names.length > 0 ? names.join(" in ") : `"${resource.name}" in the program itself`;
}
