import { expect } from "chai";
import type { Resource } from "../../local/core/graph.ts";
import { physicalName } from "../../local/core/names.ts";
import { type AliasSpec, aliasUrns } from "../../local/evaluate/aliases.ts";
import { Registry, type RegistryOptions } from "../../local/evaluate/registry.ts";

const STACK = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev";
const PARENT = {
  urn: "urn:pulumi:dev::shop::shop:Store::store",
  type: "shop:Store",
  name: "store",
  parent: STACK,
};
const QUEUE = {
  urn: "urn:pulumi:dev::shop::shop:Store$aws:sqs/queue:Queue::store-jobs",
  type: "aws:sqs/queue:Queue",
  name: "store-jobs",
  parent: PARENT.urn,
};

describe("what a resource may have been called before", () => {
  it("is what its aliases say, in everything that they do not say as it is now", () => {
    const cases: [spec: AliasSpec, urn: string][] = [
      [{ name: "work" }, "urn:pulumi:dev::shop::shop:Store$aws:sqs/queue:Queue::work"],
      [{ parent: undefined }, "urn:pulumi:dev::shop::aws:sqs/queue:Queue::store-jobs"],
      [{ type: "acme:Queue" }, "urn:pulumi:dev::shop::shop:Store$acme:Queue::store-jobs"],
      [{ stack: "test", project: "old" }, "urn:pulumi:test::old::shop:Store$aws:sqs/queue:Queue::store-jobs"],
      [{ urn: "urn:pulumi:dev::other::some:Type::it" }, "urn:pulumi:dev::other::some:Type::it"],
    ];
    for (const [spec, urn] of cases) expect(aliasUrns(QUEUE, [spec], PARENT)).to.deep.equal([urn]);
    expect(aliasUrns(QUEUE, [{ name: "store-jobs" }], PARENT)).to.deep.equal([]);
  });

  it("is what the aliases of its parent make of it, with the parent's old name in its own", () => {
    const former = "urn:pulumi:dev::shop::shop:Market::market";
    const parent = { ...PARENT, aliases: [former] };
    expect(aliasUrns(QUEUE, [], parent)).to.deep.equal([
      "urn:pulumi:dev::shop::shop:Market$aws:sqs/queue:Queue::market-jobs",
    ]);
    expect(aliasUrns({ ...QUEUE, name: "jobs" }, [], parent)).to.deep.equal([
      "urn:pulumi:dev::shop::shop:Market$aws:sqs/queue:Queue::jobs",
    ]);
  });
});

describe("a resource that is deployed under another name of the program", () => {
  const options: RegistryOptions = {
    project: "shop",
    stack: "dev",
    endpoint: "http://127.0.0.1:4000",
    region: "eu-west-1",
    defaultTags: {},
    table: new Map([
      [QUEUE.type, (resource) => ({ id: physicalName(resource), name: physicalName(resource) })],
    ]),
  };

  function register(registry: Registry, name: string, aliasSpecs: readonly AliasSpec[] = []): Resource {
    const nothing = { secretInputs: [], dependencies: [], propertyDependencies: {}, protect: false };
    const given = { type: QUEUE.type, name, inputs: {}, custom: true, ...nothing };
    return registry.register({ ...given, remote: false, provider: "", importId: "", aliasSpecs });
  }

  it("keeps its id and the name that was made for it", () => {
    const before = new Registry(options);
    const former = register(before, "jobs");
    const after = new Registry({ ...options, deployed: before.graph() });
    expect(register(after, "work", [{ name: "jobs" }])).to.deep.include({
      name: "work",
      id: former.id,
      outputs: former.outputs,
    });
    const other = register(after, "other", [{ name: "unheard-of" }]);
    expect(other.id).to.match(/^other-[0-9a-f]{7}$/);
  });
});
