/** The URNs that a resource may have had before, from the aliases that a program gives it and its parents. */
import type { Alias } from "@pulumi/pulumi/proto/alias_pb.js";
import type { RegisteredResource } from "../core/graph.ts";

/** An alias as the SDK sends it: a URN, or what was different. What is absent was as it is now. */
export interface AliasSpec {
  readonly urn?: string;
  readonly name?: string;
  readonly type?: string;
  readonly stack?: string;
  readonly project?: string;
  /** URN of the parent; undefined when there was none. */
  readonly parent?: string | undefined;
}

type Named = Pick<RegisteredResource, "type" | "name" | "parent">;

const STACK_TYPE = "pulumi:pulumi:Stack";

export function aliasSpecOf(alias: Alias): AliasSpec {
  if (alias.hasUrn()) return { urn: alias.getUrn() };
  const spec = alias.getSpec()?.toObject();
  if (!spec) return {};
  const given = { name: spec.name, type: spec.type, stack: spec.stack, project: spec.project };
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== "")),
    ...(spec.noparent ? { parent: undefined } : spec.parenturn ? { parent: spec.parenturn } : {}),
  };
}

/**
 * All URNs that a resource may have had, as Pulumi's engine finds them: by its own aliases, by those of its parent, and by
 * both. A child whose name begins with its parent's is taken to have begun with the parent's old name.
 * https://www.pulumi.com/docs/iac/concepts/resources/options/aliases/
 * @param parent the resource's parent, which has its own aliases
 */
export function aliasUrns(
  own: Named & { readonly urn: string },
  specs: readonly AliasSpec[],
  parent: (Named & { readonly urn: string; readonly aliases?: readonly string[] }) | undefined,
): readonly string[] {
  const current = partsOf(own.urn);
  const olds = specs.map((spec) => {
    if (spec.urn !== undefined) return { urn: spec.urn, name: own.name, type: own.type };
    const { name = own.name, type = own.type, stack = current.stack, project = current.project } = spec;
    const above = "parent" in spec ? spec.parent : own.parent;
    return { urn: urnOf(stack, project, above, type, name), name, type };
  });
  const inherited = (parent?.aliases ?? []).flatMap((above) =>
    [{ name: own.name, type: own.type }, ...olds].map(({ name, type }) => {
      const { stack, project, name: oldName } = partsOf(above);
      const isPrefixed = parent && name.startsWith(parent.name);
      return urnOf(stack, project, above, type, isPrefixed ? oldName + name.slice(parent.name.length) : name);
    }),
  );
  return [...new Set([...olds.map(({ urn }) => urn), ...inherited])].filter((urn) => urn !== own.urn);
}

/** https://www.pulumi.com/docs/iac/concepts/resources/names/#urns */
export function urnOf(
  stack: string,
  project: string,
  parent: string | undefined,
  type: string,
  name: string,
): string {
  const above = parent === undefined ? STACK_TYPE : partsOf(parent).types;
  return `urn:pulumi:${stack}::${project}::${above === STACK_TYPE ? type : `${above}$${type}`}::${name}`;
}

function partsOf(urn: string) {
  const [stack = "", project = "", types = "", ...name] = urn.replace(/^urn:pulumi:/, "").split("::");
  return { stack, project, types, name: name.join("::") };
}
