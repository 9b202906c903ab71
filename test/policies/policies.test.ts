import { readFileSync } from "node:fs";
import { expect } from "chai";
import type { Graph } from "../../local/core/graph.ts";
import { audit } from "../../policies/audit.ts";
import { reportOf } from "../../policies/report.ts";
import { rules } from "../../policies/rules/index.ts";
import { waivers } from "../../policies/waivers.ts";
import { evaluated } from "../support/evaluated.ts";
import { mutated } from "./support/mutated.ts";
import { mutations } from "./violations/index.ts";
import type { Mutation } from "./violations/mutation.ts";

/** Any day before the waivers end: a test does not begin to fail by itself. */
const TODAY = "2026-11-23";

function mandatory(graph: Graph, production: boolean): string[] {
  const { violations } = audit(graph, { rules, waivers, production, today: TODAY });
  return violations
    .filter(({ level }) => level === "mandatory")
    .map(({ rule, resource, message }) => `${rule}: ${resource} ${message}`);
}

/** The rules that a change makes fire. Those that do not look at the type of what is changed need not be asked. */
function firing(prod: Graph, mutation: Mutation): string[] {
  const concerned = rules.filter(
    ({ types, reads = [] }) => mutation.add || [...types, ...reads].includes(mutation.type),
  );
  const options = { rules: concerned, waivers, production: true, today: TODAY };
  return [...new Set(audit(mutated(prod, mutation), options).violations.map(({ rule }) => rule))];
}

describe("the policy pack", () => {
  let dev: Graph;
  let prod: Graph;

  before(async function () {
    this.timeout(60_000);
    [dev, prod] = await Promise.all([evaluated("dev"), evaluated("prod")]);
  });

  it("finds nothing mandatory in dev and prod, and needs every waiver", () => {
    expect(mandatory(dev, false)).to.deep.equal([]);
    expect(mandatory(prod, true)).to.deep.equal([]);
    expect(audit(prod, { rules, waivers, production: true, today: TODAY }).unused).to.deep.equal([]);
  });

  it("has violations for each rule, and each makes exactly its rule fire", function () {
    this.timeout(60_000);
    expect([...new Set(mutations.map(({ rule }) => rule))]).to.have.members(rules.map(({ id }) => id));
    const found = mutations.map((mutation) => [mutation.rule, firing(prod, mutation)]);
    expect(found).to.deep.equal(mutations.map(({ rule }) => [rule, [rule]]));
  });

  it("has a row in docs/policies.md for each rule", () => {
    const page = readFileSync("docs/policies.md", "utf8");
    for (const { id, what, why, remedy, dev: inDev, prod: inProd } of rules)
      expect(page).to.include(`| ${id} | ${what} | ${why} | ${remedy} | ${inDev} | ${inProd} |`);
  });

  it("no longer heeds a waiver after its last day, and says so", () => {
    const [waiver] = waivers;
    if (!waiver) throw new Error("No waiver");
    const judged = (today: string) =>
      audit(prod, { rules, waivers: [waiver], production: true, today }).violations.map(({ rule }) => rule);
    expect(judged(waiver.expires)).to.not.include("waiver-expired");
    expect(judged("9999-12-31")).to.include("waiver-expired");
    expect(judged("9999-12-31").length).to.be.greaterThan(judged(waiver.expires).length);
  });

  it("tells of a waiver that nothing needs", () => {
    const idle = { rule: "api-tracing", resource: "moves-api-stage", reason: "none", expires: "9999-12-31" };
    expect(audit(prod, { rules, waivers: [idle], production: true, today: TODAY }).unused).to.deep.equal([
      idle,
    ]);
  });

  it("reports what must be mended, where and how; of the rest, how often", () => {
    const report = (graph: Graph, production: boolean) =>
      reportOf("it", audit(graph, { rules, waivers, production, today: TODAY }), rules);
    const short = report(dev, false);
    expect(short).to.match(/^it: \d+ rules, nothing mandatory is violated\n {2}advice {4}/);
    expect(short).to.match(/\bdynamodb-recovery \(6\),/);
    const lines = short.split("\n");
    expect(Math.max(...lines.map(({ length }) => length))).to.be.at.most(120);
    expect(lines.length).to.be.below(20);

    const set = { sqsManagedSseEnabled: false };
    const violated = mutated(prod, {
      rule: "sqs-encryption",
      type: "aws:sqs/queue:Queue",
      name: "tasks-work-queue",
      set,
    });
    expect(report(violated, true).split("\n").slice(0, 3)).to.deep.equal([
      `it: ${rules.length} rules, 1 mandatory violations`,
      "  mandatory sqs-encryption: tasks-work-queue is not encrypted with a key that services can use",
      "            Set sqsManagedSseEnabled.",
    ]);
  });
});
