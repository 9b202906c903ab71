import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { credentials } from "@grpc/grpc-js";
import analyzer from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import type { AnalyzerInfo } from "@pulumi/pulumi/proto/analyzer_pb.js";
import { expect } from "chai";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import type { Graph, Properties, Resource } from "../../local/core/graph.ts";
import { evaluate } from "../../local/evaluate/index.ts";
import { definitions } from "../../local/services/index.ts";
import { audit } from "../../policies/audit.ts";
import { rules } from "../../policies/rules/index.ts";
import { waivers } from "../../policies/waivers.ts";
import { mutations } from "./violations/index.ts";
import type { Mutation } from "./violations/mutation.ts";

/** Any day before the waivers end: a test does not begin to fail by itself. */
const TODAY = "2026-11-23";

async function graphOf(stack: string): Promise<Graph> {
  const options = { cwd: process.cwd(), stack, endpoint: "http://127.0.0.1:4000", definitions };
  return (await evaluate(options)).graph;
}

function mandatory(graph: Graph, production: boolean): string[] {
  const { violations } = audit(graph, { rules, waivers, production, today: TODAY });
  return violations
    .filter(({ level }) => level === "mandatory")
    .map(({ rule, resource, message }) => `${rule}: ${resource} ${message}`);
}

function firing(graph: Graph): string[] {
  const { violations } = audit(graph, { rules, waivers, production: true, today: TODAY });
  return [...new Set(violations.map(({ rule }) => rule))];
}

/** The graph after a mutation; everything else in it is shared with the original. */
function mutated(graph: Graph, mutation: Mutation): Graph {
  const alike = graph.resources.filter(
    ({ type, name }) => type === mutation.type && name.includes(mutation.name ?? ""),
  );
  const [victim, other] = alike;
  if (mutation.add) return { ...graph, resources: [...graph.resources, added(graph, mutation)] };
  if (!victim) throw new Error(`No ${mutation.type} to violate ${mutation.rule} with`);
  const changed = mutation.remove ? [] : [changedResource(victim, mutation, other)];
  return { ...graph, resources: graph.resources.flatMap((r) => (r === victim ? changed : [r])) };
}

function added(graph: Graph, { type, add, protect = false }: Mutation): Resource {
  const pattern = graph.resources.at(-1);
  if (!pattern) throw new Error("An empty graph");
  const properties = add as Properties;
  return {
    ...pattern,
    type,
    name: "added",
    urn: `${pattern.urn}-added`,
    inputs: properties,
    outputs: properties,
    propertyDependencies: {},
    protect,
  };
}

function changedResource(victim: Resource, mutation: Mutation, other: Resource | undefined): Resource {
  const change = (properties: Properties): Properties => {
    const copy = structuredClone(properties) as Record<string, unknown>;
    for (const [path, value] of Object.entries(mutation.set ?? {})) assign(copy, path.split("."), value);
    const { document } = mutation;
    if (document) {
      const before = String(copy[document.property]);
      copy[document.property] = document.change(before);
      expect(copy[document.property], "the mutation changes something").to.not.equal(before);
    }
    return copy as Properties;
  };
  const { borrow } = mutation;
  const borrowed = borrow === undefined ? {} : { [borrow]: other?.propertyDependencies[borrow] ?? [] };
  // A value of our own refers to nothing any more.
  const replaced = Object.fromEntries(Object.keys(mutation.set ?? {}).map((path) => [path, []]));
  return {
    ...victim,
    name: mutation.rename ?? victim.name,
    inputs: change(victim.inputs),
    outputs: change(victim.outputs),
    propertyDependencies: { ...victim.propertyDependencies, ...replaced, ...borrowed },
    protect: mutation.protect ?? victim.protect,
  };
}

function assign(
  target: Record<string, unknown>,
  [name = "", ...rest]: readonly string[],
  value: unknown,
): void {
  if (rest.length === 0) target[name] = value;
  else assign(target[name] as Record<string, unknown>, rest, value);
}

describe("the policy pack", () => {
  let dev: Graph;
  let prod: Graph;

  before(async function () {
    this.timeout(60_000);
    [dev, prod] = await Promise.all([graphOf("dev"), graphOf("prod")]);
  });

  it("finds nothing mandatory in dev and prod, and needs every waiver", () => {
    expect(mandatory(dev, false)).to.deep.equal([]);
    expect(mandatory(prod, true)).to.deep.equal([]);
    expect(audit(prod, { rules, waivers, production: true, today: TODAY }).unused).to.deep.equal([]);
  });

  it("has a violation for each rule, and each makes exactly its rule fire", () => {
    expect(mutations.map(({ rule }) => rule)).to.have.members(rules.map(({ id }) => id));
    const found = mutations.map((mutation) => [mutation.rule, firing(mutated(prod, mutation))]);
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
});

describe("the policy pack under Pulumi's own host", () => {
  let host: ChildProcess | undefined;

  afterEach(async () => {
    if (host && host.exitCode === null && host.kill()) await once(host, "exit");
  });

  it("serves every rule, with the levels of the stack's configuration", async () => {
    const entry = createRequire(import.meta.url).resolve("@pulumi/pulumi/cmd/run-policy-pack");
    const env = { ...process.env, PULUMI_CONFIG: JSON.stringify({ "andamio:production": "false" }) };
    const started = spawn(process.execPath, [entry, "127.0.0.1:1", "."], {
      cwd: "policies",
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    host = started;
    const [port] = (await once(createInterface(started.stdout), "line")) as [string];
    const client = new analyzer.AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure());
    const info = await new Promise<AnalyzerInfo>((resolve, reject) =>
      client.getAnalyzerInfo(new empty.Empty(), (error, answer) => (error ? reject(error) : resolve(answer))),
    );
    client.close();
    const levels = new Map(
      info.getPoliciesList().map((policy) => [policy.getName(), policy.getEnforcementlevel()]),
    );
    expect([...levels.keys()]).to.have.members([...rules.map(({ id }) => id), "waiver-expired"]);
    expect([levels.get("api-firewall"), levels.get("api-tracing")]).to.deep.equal([0, 1]);
  });
});
