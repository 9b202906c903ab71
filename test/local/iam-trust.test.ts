import { expect } from "chai";
import { AwsError, UserError } from "../../local/core/errors.ts";
import type { Properties, Resource } from "../../local/core/graph.ts";
import { accessKeyOf } from "../../local/core/identity.ts";
import { deliver } from "../../local/services/events/targets.ts";
import { createAuthorizer } from "../../local/services/iam/authorizer.ts";
import { iam } from "../../local/services/iam/index.ts";
import { lambda } from "../../local/services/lambda/index.ts";
import { states } from "../../local/services/states/index.ts";
import { sts } from "../../local/services/sts/index.ts";
import { type FakeCloud, fakeCloud, resourceOf, serve } from "../support/fake-cloud.ts";

const ROLE = "arn:aws:iam::000000000000:role/worker";
const RULE = "arn:aws:events:eu-west-1:000000000000:rule/daily";

const trust = (Principal: object, Condition?: object): string =>
  JSON.stringify({ Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal, Condition }] });
const service = (name: string, condition?: object): string => trust({ Service: name }, condition);

function role(assumeRolePolicy: string, name = "worker"): Resource {
  return resourceOf(iam, "aws:iam/role:Role", name, { name, assumeRolePolicy });
}

describe("A role is used only by whom its trust policy allows:", () => {
  const resources: Resource[] = [];
  let cloud: FakeCloud;

  beforeEach(() => {
    resources.length = 0;
    cloud = fakeCloud({ resources: () => resources });
  });

  /** What realizing a resource fails with; undefined when it does not. */
  async function refusal(
    definition: typeof lambda,
    type: string,
    inputs: Properties,
    trusted: string,
  ): Promise<unknown> {
    resources.splice(0, 1, role(trusted));
    const resource = resourceOf(definition, type, "it", { name: "it", ...inputs });
    try {
      await definition.create(cloud).realize[type]?.create(resource);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  it("a function's role by Lambda", async () => {
    const make = (trusted: string) =>
      refusal(lambda, "aws:lambda/function:Function", { role: ROLE, runtime: "python3.13" }, trusted);
    expect(await make(service("lambda.amazonaws.com"))).to.equal(undefined);
    expect(await make(service("events.amazonaws.com")))
      .to.be.instanceOf(UserError)
      .with.property("message")
      .that.contains("The role defined for the function cannot be assumed by Lambda.");
  });

  it("a function's role no longer, once its trust policy has changed", async () => {
    resources[0] = role(service("lambda.amazonaws.com"));
    const running = lambda.create(cloud);
    const type = "aws:lambda/function:Function";
    await running.realize[type]?.create(
      resourceOf(lambda, type, "it", { name: "it", role: ROLE, runtime: "python3.13" }),
    );
    resources[0] = role(service("events.amazonaws.com"));
    const { invoke } = running.api as {
      invoke(arn: string, event: unknown, source: string): Promise<unknown>;
    };
    const error = await invoke("it", {}, "test").catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(AwsError).and.include({ code: "AccessDeniedException" });
  });

  it("a state machine's role by Step Functions, for this machine", async () => {
    const definition = JSON.stringify({ StartAt: "End", States: { End: { Type: "Succeed" } } });
    const make = (trusted: string) =>
      refusal(states, "aws:sfn/stateMachine:StateMachine", { roleArn: ROLE, definition }, trusted);
    const only = (machine: string) => ({
      ArnLike: { "aws:SourceArn": `arn:aws:states:*:*:stateMachine:${machine}` },
      StringEquals: { "aws:SourceAccount": "000000000000" },
    });
    expect(await make(service("states.amazonaws.com"))).to.equal(undefined);
    expect(await make(service("states.eu-west-1.amazonaws.com"))).to.equal(undefined);
    expect(await make(service("states.amazonaws.com", only("it")))).to.equal(undefined);
    for (const other of [service("lambda.amazonaws.com"), service("states.amazonaws.com", only("else"))]) {
      expect(String(await make(other))).to.contain("is authorized to assume the provided role");
    }
  });

  it("a rule target's role by EventBridge, for this rule", async () => {
    const started: string[] = [];
    Object.assign(cloud.services, { states: { start: async (arn: string) => void started.push(arn) } });
    const target = { arn: "arn:aws:states:eu-west-1:000000000000:stateMachine:import", roleArn: ROLE };
    const handover = { rule: { name: "daily", arn: RULE }, target, event: {}, input: "{}" };
    const hand = (trusted: string): Promise<void> => {
      resources[0] = role(trusted);
      return deliver(
        handover as unknown as Parameters<typeof deliver>[0],
        cloud,
        {} as Parameters<typeof deliver>[2],
      );
    };
    const from = (source: string) =>
      service("events.amazonaws.com", { ArnEquals: { "aws:SourceArn": source } });
    await hand(from(RULE));
    expect(started).to.have.length(1);
    const error = await hand(from(`${RULE}2`)).catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: "AccessDeniedException" });
    expect(started).to.have.length(1);
  });

  it("is read at once: a trust policy that is none is refused by name", () => {
    const realizer = iam.create(cloud).realize["aws:iam/role:Role"];
    expect(() => realizer?.create(role("{}"))).to.throw(UserError, "worker is not an IAM policy document");
  });
});

describe("AssumeRole", () => {
  const FUNCTION = "arn:aws:lambda:eu-west-1:000000000000:function:caller";
  const CALLER = "arn:aws:iam::000000000000:role/caller";
  const asFunction = accessKeyOf(FUNCTION);
  const caller = role(service("lambda.amazonaws.com"), "caller");
  const fn: Resource = {
    ...resourceOf(iam, "aws:iam/role:Role", "fn", {}),
    type: "aws:lambda/function:Function",
    outputs: { arn: FUNCTION, name: "caller", role: CALLER },
  };

  async function call(
    resources: readonly Resource[],
    accessKeyId: string,
    parameters: Readonly<Record<string, string>>,
  ): Promise<{ status: number; text: string }> {
    const authorizer = createAuthorizer(
      () => resources,
      () => undefined,
    );
    const cloud = fakeCloud({ resources: () => resources, authorize: authorizer.authorize });
    const endpoint = await serve([{ definition: sts, service: sts.create(cloud) }], cloud);
    const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20261122/eu-west-1/sts/aws4_request, SignedHeaders=host, Signature=x`;
    const body = new URLSearchParams({ Version: "2011-06-15", ...parameters });
    const response = await fetch(endpoint.url, { method: "POST", headers: { authorization }, body });
    const answer = { status: response.status, text: await response.text() };
    await endpoint.close();
    return answer;
  }

  const assume = (resources: readonly Resource[], key: string, rest: Readonly<Record<string, string>> = {}) =>
    call(resources, key, { Action: "AssumeRole", RoleArn: ROLE, RoleSessionName: "night-shift", ...rest });

  it("gives credentials of the role, in a session of this name", async () => {
    const resources = [role(trust({ AWS: CALLER })), caller, fn];
    const { status, text } = await assume(resources, asFunction);
    expect(status).to.equal(200);
    expect(text).to.contain("<Arn>arn:aws:sts::000000000000:assumed-role/worker/night-shift</Arn>");
    expect(text).to.contain("<Expiration>2026-11-22T11:00:00.000Z</Expiration>");
    const key = /<AccessKeyId>(\w+)</.exec(text)?.[1] ?? "";
    const identity = await call(resources, key, { Action: "GetCallerIdentity" });
    expect(identity.text).to.contain("assumed-role/worker/night-shift</Arn>");
  });

  it("refuses whom the trust policy does not name, and sessions that it does not allow", async () => {
    const other = [role(service("lambda.amazonaws.com")), caller, fn];
    for (const key of [asFunction, "AKIAUSER"]) {
      const { status, text } = await assume(other, key);
      expect(status).to.equal(403);
      expect(text)
        .to.contain("<Code>AccessDenied</Code>")
        .and.to.contain("sts:AssumeRole")
        .and.to.contain(ROLE);
    }
    const withId = [role(trust({ AWS: CALLER }, { StringEquals: { "sts:ExternalId": "42" } })), caller, fn];
    expect((await assume(withId, asFunction)).status).to.equal(403);
    expect((await assume(withId, asFunction, { ExternalId: "42" })).status).to.equal(200);
  });

  it("needs a policy of the caller too when the trust policy names the account only", async () => {
    const account = role(trust({ AWS: "arn:aws:iam::000000000000:root" }));
    expect((await assume([account, caller, fn], asFunction)).status).to.equal(403);
    expect((await assume([account, caller, fn], "AKIAUSER")).status).to.equal(200);
    const Statement = [{ Effect: "Allow", Action: "sts:AssumeRole", Resource: ROLE }];
    const policy = JSON.stringify({ Statement });
    const granted = resourceOf(iam, "aws:iam/rolePolicy:RolePolicy", "p", { role: "caller", policy });
    expect((await assume([account, caller, fn, granted], asFunction)).status).to.equal(200);
  });

  it("names session policies, which it does not have", async () => {
    const { status, text } = await assume([role(trust({ AWS: CALLER })), caller, fn], asFunction, {
      Policy: "{}",
    });
    expect(status).to.equal(501);
    expect(text).to.contain("AssumeRole with Policy");
  });
});
