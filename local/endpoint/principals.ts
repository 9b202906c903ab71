/** Who calls: an access key is a function's or a state machine's, which acts as its role, or a role's that a service assumes. */
import type { Resource } from "../core/graph.ts";
import { accessKeyOf, readKey } from "../core/identity.ts";
import type { Principal } from "../core/service.ts";

/**
 * The way to tell the caller from an access key id: a function's key stands for the function's role, a role's for the
 * role; any other key, or none, for the user, who may do everything.
 * @param resources the resources of the program; read at each call, so that a reload takes effect at once
 */
export function createPrincipals(
  resources: () => readonly Resource[],
  account: string,
): (accessKeyId: string | undefined) => Principal {
  const user: Principal = { kind: "user", arn: `arn:aws:iam::${account}:user/local` };
  let indexed: readonly Resource[] = [];
  let holders = new Map<string, Principal>();
  return (accessKeyId) => {
    if (accessKeyId === undefined) return user;
    const known = resources();
    const { holder, session } = readKey(accessKeyId);
    if (known !== indexed || !holders.has(holder)) {
      holders = new Map(known.flatMap(keyHolder));
      indexed = known;
    }
    const principal = holders.get(holder) ?? user;
    return session === undefined || principal.kind !== "role" ? principal : { ...principal, session };
  };
}

/** The output that holds the role, by the types of resources that make calls. */
const ROLE_OUTPUTS: readonly [prefix: string, output: string][] = [
  ["aws:lambda/", "role"],
  ["aws:sfn/stateMachine:", "roleArn"],
];

function keyHolder(resource: Resource): [string, Principal][] {
  if (resource.type === "aws:iam/role:Role" && typeof resource.outputs.arn === "string") {
    return [[accessKeyOf(resource.outputs.arn), { kind: "role", arn: resource.outputs.arn }]];
  }
  const output = ROLE_OUTPUTS.find(([prefix]) => resource.type.startsWith(prefix))?.[1] ?? "";
  const { arn, name, [output]: role } = resource.outputs;
  if (typeof arn !== "string" || typeof name !== "string" || typeof role !== "string") return [];
  return [[accessKeyOf(arn), { kind: "role", arn: role, functionName: name }]];
}
