import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { merge } from "../../components/merge.ts";
import { transformed } from "../../components/transform.ts";

interface Queue {
  readonly delay: number;
  readonly retention?: number;
  readonly tags?: Readonly<Record<string, string>>;
  readonly subjects?: readonly string[];
  readonly policy?: pulumi.Input<string>;
}

const defaults: Queue = { delay: 5, tags: { team: "core", stage: "dev" }, subjects: ["a", "b"] };

describe("merge", () => {
  it("lets the user win over defaults", () => {
    expect(merge(defaults, { delay: 9 })).to.deep.equal({ ...defaults, delay: 9 });
  });

  it("lets required values win over the user", () => {
    expect(merge(defaults, { delay: 9 }, { delay: 1 }).delay).to.equal(1);
  });

  it("merges plain objects name by name", () => {
    const { tags } = merge(defaults, { tags: { stage: "prod", owner: "ana" } });
    expect(tags).to.deep.equal({ team: "core", stage: "prod", owner: "ana" });
  });

  it("replaces arrays as a whole", () => {
    expect(merge(defaults, { subjects: ["c"] }).subjects).to.deep.equal(["c"]);
  });

  it("takes undefined for not given", () => {
    expect(merge(defaults, { delay: undefined })).to.deep.equal(defaults);
  });

  it("takes outputs as they are", () => {
    const policy = pulumi.output("{}");
    expect(merge(defaults, { policy }).policy).to.equal(policy);
  });

  it("changes none of what it is given", () => {
    const before = structuredClone(defaults);
    merge(defaults, { tags: { stage: "prod" } }, { delay: 1 });
    expect(defaults).to.deep.equal(before);
  });
});

describe("transform", () => {
  it("is a part of the arguments", () => {
    expect(transformed(defaults, { retention: 60 })).to.deep.equal({ ...defaults, retention: 60 });
  });

  it("is a function of the arguments", () => {
    expect(transformed(defaults, (args) => ({ ...args, delay: args.delay * 2 })).delay).to.equal(10);
  });

  it("cannot take away what the component needs, in either form", () => {
    expect(transformed(defaults, { delay: 9 }, { delay: 1 }).delay).to.equal(1);
    expect(transformed(defaults, (args) => ({ ...args, delay: 9 }), { delay: 1 }).delay).to.equal(1);
  });
});
