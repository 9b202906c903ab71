import { expect } from "chai";
import type { Properties, Resource } from "../../local/core/graph.ts";
import { random } from "../../local/services/random/index.ts";
import { resourceOf } from "../support/fake-cloud.ts";

function make(kind: string, inputs: Properties, name = "r"): Resource {
  const module = `${kind.slice(0, 1).toLowerCase()}${kind.slice(1)}`;
  return resourceOf(random, `random:index/${module}:${kind}`, name, inputs);
}

describe("The random provider", () => {
  it("makes the same values at each evaluation, and others for another name or other keepers", () => {
    const result = (name: string, keepers: Properties): unknown =>
      make("RandomString", { length: 20, keepers }, name).outputs.result;
    expect(result("a", { v: "1" })).to.equal(result("a", { v: "1" }));
    expect(
      new Set([result("a", { v: "1" }), result("b", { v: "1" }), result("a", { v: "2" })]).size,
    ).to.equal(3);
  });

  it("makes passwords of the wanted length and alphabets, with the id `none`", () => {
    const { id, outputs } = make("RandomPassword", { length: 32, special: false, minNumeric: 5 });
    expect(id).to.equal("none");
    expect(outputs.result).to.match(/^[A-Za-z0-9]{32}$/);
    expect(String(outputs.result).replace(/\D/g, "").length).to.be.at.least(5);
  });

  it("makes strings of digits alone, or with the special characters that are given", () => {
    const digits = make("RandomString", { length: 12, upper: false, lower: false, special: false });
    expect(digits.id)
      .to.equal(digits.outputs.result)
      .and.to.match(/^\d{12}$/);
    const special = make("RandomString", { length: 200, minSpecial: 3, overrideSpecial: "_-" });
    expect(special.outputs.result).to.match(/^[A-Za-z0-9_-]{200}$/);
    expect(String(special.outputs.result).replace(/[^_-]/g, "").length).to.be.at.least(3);
  });

  it("makes the forms of an id agree with each other", () => {
    const { id, outputs } = make("RandomId", { byteLength: 8, prefix: "x-" });
    const bytes = Buffer.from(id, "base64url");
    expect(bytes).to.have.length(8);
    expect(outputs).to.include({
      b64Url: `x-${id}`,
      b64Std: `x-${bytes.toString("base64")}`,
      hex: `x-${bytes.toString("hex")}`,
      dec: `x-${BigInt(`0x${bytes.toString("hex")}`)}`,
    });
  });

  it("makes bytes, UUIDs, integers and pets", () => {
    const bytes = make("RandomBytes", { length: 33 }).outputs;
    expect(Buffer.from(String(bytes.base64), "base64").toString("hex"))
      .to.equal(bytes.hex)
      .and.to.have.length(66);
    expect(make("RandomUuid", {}).outputs.result).to.match(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    const integers = Array.from({ length: 50 }, (_, index) =>
      Number(make("RandomInteger", { min: -2, max: 2 }, `i${index}`).outputs.result),
    );
    expect(new Set(integers)).to.deep.equal(new Set(integers.filter((value) => value >= -2 && value <= 2)));
    expect(Math.min(...integers)).to.equal(-2);
    expect(Math.max(...integers)).to.equal(2);
    expect(make("RandomPet", { length: 3, prefix: "my", separator: "_" }).id).to.match(
      /^my_[a-z]+_[a-z]+_[a-z]+$/,
    );
  });

  it("shuffles without losing anything, and repeats when more is asked for", () => {
    const results = (resultCount?: number): readonly unknown[] =>
      make("RandomShuffle", { inputs: ["a", "b", "c"], resultCount }).outputs.results as readonly unknown[];
    expect(results().toSorted()).to.deep.equal(["a", "b", "c"]);
    expect(results(2)).to.have.length(2);
    expect(results(7)).to.have.length(7);
  });
});
