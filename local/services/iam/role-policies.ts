/** Inline policies of roles that callers of the API changed while the program runs; the program's own stay as they are. */
import type { Resource, Value } from "../../core/graph.ts";

const ROLE = "aws:iam/role:Role";
const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";

/** A changed document; null for a policy that was deleted. */
type Change = string | null;

export class RolePolicies {
  readonly #resources: () => readonly Resource[];
  /** By role, then by policy. */
  readonly #changes = new Map<string, Map<string, Change>>();
  #known: readonly Resource[] = [];
  #changed: readonly Resource[] | undefined;

  /** @param resources those of the program */
  constructor(resources: () => readonly Resource[]) {
    this.#resources = resources;
  }

  /** The program's resources as the changes left them. */
  resources(): readonly Resource[] {
    const resources = this.#resources();
    if (this.#changes.size === 0) return resources;
    if (resources !== this.#known || !this.#changed) {
      this.#known = resources;
      this.#changed = resources.flatMap((resource) => this.#apply(resource));
    }
    return this.#changed;
  }

  role(name: string): Resource | undefined {
    return this.#resources().find(({ type, outputs }) => type === ROLE && outputs.name === name);
  }

  /** Documents by name. */
  of(role: string): ReadonlyMap<string, string> {
    const policies = this.resources().flatMap(({ type, outputs }): [string, string][] => {
      if (type === ROLE_POLICY && outputs.role === role)
        return [[String(outputs.name), text(outputs.policy)]];
      if (type !== ROLE || outputs.name !== role) return [];
      return list(outputs.inlinePolicies).map(({ name, policy }) => [String(name), text(policy)]);
    });
    return new Map(policies);
  }

  /** @param document null deletes the policy */
  change(role: string, policy: string, document: Change): void {
    const changes = this.#changes.get(role) ?? new Map<string, Change>();
    this.#changes.set(role, changes.set(policy, document));
    this.#changed = undefined;
  }

  /** The program says anew what a policy of its own is. */
  forget({ outputs }: Resource): void {
    this.#changes.get(String(outputs.role))?.delete(String(outputs.name));
    this.#changed = undefined;
  }

  /** Forgets all changes. */
  reset(): void {
    this.#changes.clear();
    this.#changed = undefined;
  }

  #apply(resource: Resource): Resource[] {
    const { type, outputs } = resource;
    if (type === ROLE) return this.#applyToRole(resource);
    if (type !== ROLE_POLICY) return [resource];
    const change = this.#changes.get(String(outputs.role))?.get(String(outputs.name));
    if (change === undefined) return [resource];
    return change === null ? [] : [{ ...resource, outputs: { ...outputs, policy: change } }];
  }

  /** Policies that the program does not have as resources stand with the role itself. */
  #applyToRole(role: Resource): Resource[] {
    const name = String(role.outputs.name);
    const changes = this.#changes.get(name);
    if (!changes) return [role];
    const own = this.#resources().flatMap(({ type, outputs }) =>
      type === ROLE_POLICY && outputs.role === name ? [String(outputs.name)] : [],
    );
    const inline = list(role.outputs.inlinePolicies).filter((each) => !changes.has(String(each.name)));
    const added = [...changes].flatMap(([policyName, policy]) =>
      policy === null || own.includes(policyName) ? [] : [{ name: policyName, policy }],
    );
    return [{ ...role, outputs: { ...role.outputs, inlinePolicies: [...inline, ...added] } }];
  }
}

function list(value: Value | undefined): { readonly name?: Value; readonly policy?: Value }[] {
  return Array.isArray(value) ? value : [];
}

function text(document: Value | undefined): string {
  return typeof document === "string" ? document : JSON.stringify(document ?? {});
}
