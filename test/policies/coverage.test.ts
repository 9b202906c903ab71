import { expect } from "chai";
import type { Graph } from "../../local/core/graph.ts";
import { rules } from "../../policies/rules/index.ts";
import { Stack, type Subject } from "../../policies/stack.ts";
import { PARTS, uncovered } from "../../policies/uncovered.ts";
import { evaluated } from "../support/evaluated.ts";

/** Takes down which types of resources a rule asks for. */
class WatchedStack extends Stack {
  readonly asked = new Set<string>();

  override of(type: string): readonly Subject[] {
    this.asked.add(type);
    return super.of(type);
  }

  override targets(subject: Subject, property: string, type: string): readonly Subject[] {
    this.asked.add(type);
    return super.targets(subject, property, type);
  }

  override referring(subject: Subject, type: string, property: string): readonly Subject[] {
    this.asked.add(type);
    return super.referring(subject, type, property);
  }
}

/** All resources; of a component of another package also what the engine would show of it. */
function wholeStack(graph: Graph): WatchedStack {
  const parts = graph.resources.flatMap((resource) =>
    (PARTS[resource.type] ?? []).map((type) => ({
      ...resource,
      type,
      urn: `${resource.urn}$${type}`,
      props: {},
      propertyDependencies: {},
    })),
  );
  return new WatchedStack([
    ...graph.resources.map((resource) => ({ ...resource, props: resource.outputs })),
    ...parts,
  ]);
}

describe("what the policy pack looks at", () => {
  let stacks: readonly Graph[];

  before(async function () {
    this.timeout(60_000);
    stacks = await Promise.all([evaluated("dev"), evaluated("prod")]);
  });

  it("is every type of resource in dev and prod, parts of other packages' components too, but for a list with reasons", () => {
    const coverage = rules.find(({ id }) => id === "stack-coverage");
    for (const stack of stacks.map(wholeStack)) {
      const found = stack.of("pulumi:pulumi:Stack").flatMap((root) => coverage?.check(root, stack));
      expect(found).to.deep.equal([]);
    }
  });

  it("is what the rules say that they look at", () => {
    const seen = new Set(rules.flatMap(({ types }) => types));
    for (const rule of rules.filter(({ scope, id }) => scope === "stack" && id !== "stack-coverage")) {
      const asked = stacks.flatMap((graph) => {
        const stack = wholeStack(graph);
        const subjects = rule.types.flatMap((type) => stack.of(type));
        stack.asked.clear();
        for (const subject of subjects) rule.check(subject, stack);
        return [...stack.asked];
      });
      expect([...rule.types, ...(rule.reads ?? [])], rule.id).to.include.members(asked);
      for (const type of asked) seen.add(type);
    }
    const present = stacks.flatMap((graph) => graph.resources.map(({ type }) => type));
    const promised = rules.flatMap(({ reads = [] }) => reads).filter((type) => present.includes(type));
    expect([...seen]).to.include.members(promised);
  });

  it("leaves out only what is in a stack and what no rule looks at", () => {
    const looked = rules.flatMap(({ types, reads = [] }) => [...types, ...reads]);
    const types = new Set(stacks.flatMap((graph) => [...wholeStack(graph).types()]));
    for (const [type, reason] of Object.entries(uncovered)) {
      expect(reason).to.match(/\.$/);
      expect(looked).to.not.include(type);
      expect([...types]).to.include(type);
    }
  });
});
