import messages, { type AnalyzeDiagnostic } from "@pulumi/pulumi/proto/analyzer_pb.js";
import { expect } from "chai";
import type { Graph } from "../../local/core/graph.ts";
import { audit } from "../../policies/audit.ts";
import type { Rule } from "../../policies/rule.ts";
import { rules } from "../../policies/rules/index.ts";
import { waivers } from "../../policies/waivers.ts";
import { evaluated } from "./support/evaluated.ts";
import { PolicyHost } from "./support/host.ts";
import { mutated } from "./support/mutated.ts";
import { mutations } from "./violations/index.ts";

/** As the pack itself sees the day. */
const today = new Date().toISOString().slice(0, 10);

/** What stands for a value that is not known yet, in Pulumi's protocol. */
const UNKNOWN = "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7";

const { ADVISORY, MANDATORY } = messages.EnforcementLevel;

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

describe("the policy pack under Pulumi's own host", () => {
  let host: PolicyHost | undefined;

  const started = async (production: boolean): Promise<PolicyHost> => {
    host = await PolicyHost.start({ "andamio:production": String(production) });
    return host;
  };

  afterEach(() => host?.stop());

  it("serves every rule, with the levels of the stack's configuration", async () => {
    const info = await (await started(false)).info();
    const levels = new Map(
      info.getPoliciesList().map((policy) => [policy.getName(), policy.getEnforcementlevel()]),
    );
    expect([...levels.keys()]).to.have.members([...rules.map(({ id }) => id), "waiver-expired"]);
    expect([levels.get("api-firewall"), levels.get("api-tracing")]).to.deep.equal([ADVISORY, MANDATORY]);
  });

  it("finds in what the engine hands over what it finds offline", async function () {
    this.timeout(60_000);
    const [pulumi, prod] = await Promise.all([started(true), evaluated("prod")]);

    const stack = violated(prod, "stack");
    expect(said(await pulumi.judgeStack(stack.resources))).to.have.members(
      found(stack, "stack", (resource, message) => `${resource}: ${message}`),
    );

    const single = violated(prod, "resource");
    const changed = single.resources.filter((resource) => !prod.resources.includes(resource));
    const answers = await Promise.all(changed.map((resource) => pulumi.judge(resource)));
    expect(said(answers.flat())).to.have.members(found(single, "resource", (_, message) => message));
  });

  it("says as an advice what cannot be judged before a deployment, and finds the rest", async function () {
    this.timeout(60_000);
    const [pulumi, prod] = await Promise.all([started(true), evaluated("prod")]);
    const buckets = prod.resources.filter(({ type }) => type.startsWith("aws:s3/bucket"));
    const resources = buckets
      .filter(({ name }) => name !== "tasks-files-policy")
      .map((each) =>
        each.name === "appointments-audit-bucket"
          ? { ...each, outputs: { ...each.outputs, arn: UNKNOWN } }
          : each,
      );
    const answers = (await pulumi.judgeStack(resources)).filter(
      (answer) => answer.getPolicyname() === "s3-tls-only",
    );
    expect(answers.map((answer) => answer.getEnforcementlevel())).to.deep.equal([MANDATORY, ADVISORY]);
    expect(answers[0]?.getMessage()).to.include("tasks-files-bucket: answers plain HTTP");
  });
});

/** Rule and last line of what the pack says, without expired waivers. */
function said(diagnostics: readonly AnalyzeDiagnostic[]): string[] {
  return diagnostics
    .filter((diagnostic) => scopes.has(diagnostic.getPolicyname()))
    .map((diagnostic) => {
      const message = diagnostic.getMessage();
      return `${diagnostic.getPolicyname()}: ${message.slice(message.lastIndexOf("\n") + 1)}`;
    });
}
