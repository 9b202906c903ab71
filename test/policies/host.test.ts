import messages, { type AnalyzeDiagnostic } from "@pulumi/pulumi/proto/analyzer_pb.js";
import { expect } from "chai";
import type { Graph, Resource, Value } from "../../local/core/graph.ts";
import { audit } from "../../policies/audit.ts";
import type { Level, Rule } from "../../policies/rule.ts";
import { rules } from "../../policies/rules/index.ts";
import { waivers } from "../../policies/waivers.ts";
import { evaluated } from "../support/evaluated.ts";
import { PolicyHost } from "./support/host.ts";
import { mutated } from "./support/mutated.ts";
import { mutations } from "./violations/index.ts";

/** As the pack itself sees the day. */
const today = new Date().toISOString().slice(0, 10);

/** What stands for a value that is not known yet, in Pulumi's protocol. */
const UNKNOWN = "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7";

/** Texts that hold an ARN, an address, or a name or id of AWS's making. */
const FROM_AWS = /arn:aws:|127\.0\.0\.1|-[0-9a-f]{7}|^[a-z]+-[0-9a-f]{17}$/;

const scopes = new Map(rules.map(({ id, scope }) => [id, scope]));

/** The graph of production with a violation of each rule of a scope. */
function violated(prod: Graph, scope: Rule["scope"]): Graph {
  return [...Map.groupBy(mutations, ({ rule }) => rule)]
    .filter(([rule]) => scopes.get(rule) === scope)
    .flatMap(([, [first]]) => first ?? [])
    .reduce(mutated, prod);
}

/** Rule and message of what is found offline. */
function found(graph: Graph, scope: Rule["scope"], write: (resource: string, message: string) => string) {
  const chosen = rules.filter((rule) => rule.scope === scope);
  return audit(graph, { rules: chosen, waivers, production: true, today })
    .violations.filter(({ rule }) => scopes.has(rule))
    .map(({ rule, resource, message }) => `${rule}: ${write(resource, message)}`);
}

describe("the policy pack under Pulumi's own host", function () {
  this.timeout(60_000);
  let pulumi: PolicyHost;
  let prod: Graph;

  before(async () => {
    [pulumi, prod] = await Promise.all([
      PolicyHost.start({ "andamio:production": "true" }),
      evaluated("prod"),
    ]);
  });

  after(() => pulumi?.stop());

  it("serves every rule, with the levels of the stack's configuration", async () => {
    const development = await PolicyHost.start({ "andamio:production": "false" });
    const info = await development.info().finally(() => development.stop());
    const served = info.getPoliciesList().map((policy) => [policy.getName(), levelOf(policy)]);
    const expected = [
      ...rules.map(({ id, dev }) => [id, dev]),
      ["waiver-expired", "mandatory"],
      ["unknown-yet", "advisory"],
    ];
    expect(served).to.have.deep.members(expected);
  });

  it("says which rule a resource or a stack violates, how grave that is, what is wrong and what to do", async () => {
    const queue = { type: "aws:sqs/queue:Queue", name: "tasks-work-queue" };
    const plain = mutated(prod, { rule: "sqs-encryption", ...queue, set: { sqsManagedSseEnabled: false } });
    const [single, ...others] = await pulumi.judge(named(plain, queue.name));
    expect(others).to.deep.equal([]);
    expect([single?.getPolicyname(), single && levelOf(single)]).to.deep.equal([
      "sqs-encryption",
      "mandatory",
    ]);
    expect(single?.getMessage()).to.match(/ Set sqsManagedSseEnabled\.\nis not encrypted with a key/);

    const hasty = mutated(prod, {
      rule: "source-visibility",
      ...queue,
      set: { visibilityTimeoutSeconds: 30 },
    });
    const [found] = (await pulumi.judgeStack(hasty.resources)).filter(
      (answer) => answer.getPolicyname() === "source-visibility",
    );
    expect(found && levelOf(found)).to.equal("mandatory");
    expect(found?.getUrn()).to.equal(named(prod, "tasks-work-mapping").urn);
    expect(found?.getMessage()).to.match(
      /\ntasks-work-mapping: hides messages for 30 s where 180 s are needed$/,
    );
  });

  it("finds in what the engine hands over what it finds offline", async () => {
    const stack = violated(prod, "stack");
    expect(said(await pulumi.judgeStack(stack.resources))).to.have.members(
      found(stack, "stack", (resource, message) => `${resource}: ${message}`),
    );

    const single = violated(prod, "resource");
    const changed = single.resources.filter((resource) => !prod.resources.includes(resource));
    const answers = await Promise.all(changed.map((resource) => pulumi.judge(resource)));
    expect(said(answers.flat())).to.have.members(found(single, "resource", (_, message) => message));
  });

  it("stops no first preview, of which little is known", async () => {
    const unmade = prod.resources.map(unmadeOf);
    const answers = [
      ...(await Promise.all(unmade.map((resource) => pulumi.judge(resource)))).flat(),
      ...(await pulumi.judgeStack(unmade)),
    ];
    const demanded = said(answers.filter((answer) => levelOf(answer) === "mandatory"));
    const made = [
      ...found(prod, "resource", (_, message) => message),
      ...found(prod, "stack", (resource, message) => `${resource}: ${message}`),
    ];
    expect(made).to.include.members(demanded);
    const advice = answers.filter((answer) => answer.getPolicyname() === "unknown-yet");
    expect(advice.map(levelOf)).to.deep.equal(["advisory"]);
    expect(advice[0]?.getMessage()).to.match(
      /\nNot judged yet: .*\biam-resources \(\d+\), .*\bsqs-tls-only \(\d+\)/,
    );
  });

  it("judges in a preview what is known, and says by which rules the rest is not judged", async () => {
    const topic = named(prod, "alerts-topic");
    const unknown = { ...topic, inputs: { ...topic.inputs, kmsMasterKeyId: UNKNOWN } };
    expect(await pulumi.judge(unknown)).to.deep.equal([]);

    const buckets = prod.resources.filter(({ type }) => type.startsWith("aws:s3/bucket"));
    const resources = buckets
      .filter(({ name }) => name !== "tasks-files-policy")
      .map((each) =>
        each.name === "appointments-audit-bucket"
          ? { ...each, outputs: { ...each.outputs, arn: UNKNOWN } }
          : each,
      );
    const answers = await pulumi.judgeStack(resources);
    const found = answers.filter((answer) => answer.getPolicyname() === "s3-tls-only");
    expect(found.map(levelOf)).to.deep.equal(["mandatory"]);
    expect(found[0]?.getMessage()).to.include("tasks-files-bucket: answers plain HTTP");
    const advice = answers.at(-1)?.getMessage();
    expect(advice).to.match(/\nNot judged yet: .*\bs3-tls-only, sns-encryption, sns-service-key\.$/);

    const later = await pulumi.judgeStack(prod.resources);
    expect(later.map((answer) => answer.getPolicyname())).to.not.include("unknown-yet");
  });
});

/** A resource as a preview sees it that has nothing to go by: what AWS would tell is unknown, and what is made of it. */
function unmadeOf(resource: Resource): Resource {
  const unknown = (value: Value | undefined): Value | undefined => {
    if (typeof value === "string") return FROM_AWS.test(value) ? UNKNOWN : value;
    if (Array.isArray(value)) return value.map((entry) => unknown(entry) ?? null);
    if (typeof value !== "object" || value === null || "kind" in value) return value;
    return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, unknown(entry)]));
  };
  const inputs = Object.fromEntries(
    Object.entries(resource.inputs).map(([name, value]) => [
      name,
      (resource.propertyDependencies[name] ?? []).length > 0 ? unknown(value) : value,
    ]),
  );
  const computed = Object.keys(resource.outputs).map((name) => [name, UNKNOWN]);
  return { ...resource, inputs, outputs: { ...Object.fromEntries(computed), ...inputs } };
}

function levelOf(said: { getEnforcementlevel(): messages.EnforcementLevel }): Level {
  return said.getEnforcementlevel() === messages.EnforcementLevel.MANDATORY ? "mandatory" : "advisory";
}

function named(graph: Graph, name: string): Resource {
  const resource = graph.resources.find((candidate) => candidate.name === name);
  if (!resource) throw new Error(`No resource ${name}`);
  return resource;
}

/** Rule and last line of what the pack says, without expired waivers. */
function said(diagnostics: readonly AnalyzeDiagnostic[]): string[] {
  return diagnostics
    .filter((diagnostic) => scopes.has(diagnostic.getPolicyname()))
    .map((diagnostic) => {
      const message = diagnostic.getMessage();
      return `${diagnostic.getPolicyname()}: ${message.slice(message.lastIndexOf("\n") + 1)}`;
    });
}
