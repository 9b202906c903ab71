import { expect } from "chai";
import { UserError } from "../../local/core/errors.ts";
import type { Properties } from "../../local/core/graph.ts";
import { type Answer, answerInvoke } from "../../local/evaluate/invokes.ts";
import { Registry } from "../../local/evaluate/registry.ts";

function register(registry: Registry, type: string, name: string, inputs: Properties): void {
  registry.register({
    type,
    name,
    inputs,
    custom: true,
    parent: undefined,
    secretInputs: [],
    dependencies: [],
    propertyDependencies: {},
    protect: false,
    remote: false,
    provider: "",
    importId: "",
    aliasSpecs: [],
  });
}

describe("functions that a program calls", () => {
  const registry = new Registry({
    project: "shop",
    stack: "dev",
    endpoint: "http://127.0.0.1:4000",
    region: "eu-west-1",
    defaultTags: { team: "shop" },
    table: new Map([
      ["aws:secretsmanager/secret:Secret", () => ({ id: "arn:secret", arn: "arn:secret" })],
      ["aws:secretsmanager/secretVersion:SecretVersion", () => ({ id: "arn:secret|1", arn: "arn:secret" })],
    ]),
  });
  register(registry, "aws:ssm/parameter:Parameter", "host", { name: "/shop/host", value: "db.local" });
  register(registry, "aws:ssm/parameter:Parameter", "port", { name: "/shop/port", value: "5432" });
  register(registry, "aws:secretsmanager/secret:Secret", "password", { name: "shop-password" });
  register(registry, "aws:secretsmanager/secretVersion:SecretVersion", "password", {
    secretId: "arn:secret",
    secretString: "tiger",
  });

  function call(name: string, args: Properties = {}): Answer {
    return answerInvoke(name, args, { registry, world: registry.world, provider: "" });
  }

  it("answers who and where the program is", () => {
    expect(call("aws:index/getCallerIdentity:getCallerIdentity").properties).to.include({
      accountId: "000000000000",
    });
    expect(call("aws:index/getRegion:getRegion").properties).to.include({
      region: "eu-west-1",
      name: "eu-west-1",
    });
    expect(call("aws:index/getPartition:getPartition").properties).to.include({ partition: "aws" });
    expect(call("aws:index/getDefaultTags:getDefaultTags").properties.tags).to.deep.equal({ team: "shop" });
    expect(
      call("aws:index/getServicePrincipal:getServicePrincipal", { serviceName: "s3" }).properties,
    ).to.include({
      name: "s3.amazonaws.com",
    });
    expect(call("aws:index/getArn:getArn", { arn: "arn:aws:sns:eu-west-1:1:a:b" }).properties).to.include({
      service: "sns",
      resource: "a:b",
    });
  });

  it("answers which zones there are", () => {
    const zones = call("aws:index/getAvailabilityZones:getAvailabilityZones", {
      excludeNames: ["eu-west-1b"],
    });
    expect(zones.properties.names).to.deep.equal(["eu-west-1a", "eu-west-1c"]);
    expect(zones.properties.zoneIds).to.deep.equal(["euw1-az1", "euw1-az3"]);
    const zone = call("aws:index/getAvailabilityZone:getAvailabilityZone", { name: "eu-west-1c" });
    expect(zone.properties).to.include({ nameSuffix: "c", zoneId: "euw1-az3" });
  });

  it("finds parameters and secrets that the program made, and keeps their values secret", () => {
    const port = call("aws:ssm/getParameter:getParameter", { name: "/shop/port", withDecryption: true });
    expect(port.properties).to.include({ value: "5432", name: "/shop/port" });
    expect(port.secrets).to.deep.equal(["value"]);
    for (const secretId of ["arn:secret", "shop-password"]) {
      const version = call("aws:secretsmanager/getSecretVersion:getSecretVersion", { secretId });
      expect(version.properties, secretId).to.include({ secretString: "tiger" });
      expect(version.secrets).to.deep.equal(["secretString"]);
    }
    const secret = call("aws:secretsmanager/getSecret:getSecret", { name: "shop-password" });
    expect(secret.properties).to.include({ arn: "arn:secret" });
  });

  it("names what it cannot answer", () => {
    const none = { name: "/shop/none" };
    expect(() => call("aws:ssm/getParameter:getParameter", none)).to.throw(
      UserError,
      '{"name":"/shop/none"}',
    );
    expect(() => call("aws:ec2/getVpc:getVpc", { default: true })).to.throw(
      UserError,
      "aws:ec2/getVpc:getVpc",
    );
    expect(() => call("toString")).to.throw(UserError, "cannot answer toString");
  });
});

describe("aws.iam.getPolicyDocument", () => {
  function render(args: Properties): unknown {
    const { properties } = answerInvoke("aws:iam/getPolicyDocument:getPolicyDocument", args, {
      registry: {} as Registry,
      world: { project: "p", stack: "s", region: "eu-west-1", account: "0", endpoint: "" },
      provider: "",
    });
    expect(JSON.parse(String(properties.minifiedJson))).to.deep.equal(JSON.parse(String(properties.json)));
    return JSON.parse(String(properties.json));
  }

  it("writes one value alone and several in the provider's order", () => {
    const text = answerInvoke(
      "aws:iam/getPolicyDocument:getPolicyDocument",
      { statements: [{ actions: ["sqs:A", "sqs:C", "sqs:B", "sqs:A"], resources: ["*"], effect: "Deny" }] },
      { registry: {} as Registry, world: {} as never, provider: "" },
    ).properties.json;
    expect(text).to.equal(`{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Deny",
      "Action": [
        "sqs:C",
        "sqs:B",
        "sqs:A"
      ],
      "Resource": "*"
    }
  ]
}`);
  });

  it("joins principals of a type and conditions of a variable, and fills in IAM variables", () => {
    const statement = {
      principals: [
        { type: "Service", identifiers: ["lambda.amazonaws.com"] },
        { type: "AWS", identifiers: ["1"] },
        { type: "AWS", identifiers: ["2", "3"] },
      ],
      notActions: ["s3:*"],
      notResources: ["arn:aws:s3:::b/&{aws:username}"],
      conditions: [
        { test: "StringEquals", variable: "aws:SourceAccount", values: ["1"] },
        { test: "StringEquals", variable: "aws:SourceAccount", values: ["2"] },
        { test: "Bool", variable: "aws:SecureTransport", values: ["true"] },
      ],
    };
    expect(render({ policyId: "mine", version: "2008-10-17", statements: [statement] })).to.deep.equal({
      Version: "2008-10-17",
      Id: "mine",
      Statement: [
        {
          Effect: "Allow",
          NotAction: "s3:*",
          NotResource: "arn:aws:s3:::b/$" + "{aws:username}",
          Principal: { AWS: ["3", "2", "1"], Service: "lambda.amazonaws.com" },
          Condition: {
            StringEquals: { "aws:SourceAccount": ["1", "2"] },
            Bool: { "aws:SecureTransport": "true" },
          },
        },
      ],
    });
    const anyone = { actions: ["s3:*"], notPrincipals: [{ type: "*", identifiers: ["*"] }] };
    expect(render({ statements: [anyone] })).to.have.nested.property("Statement[0].NotPrincipal", "*");
  });

  it("merges documents: a statement takes the place of an earlier one with its sid", () => {
    const document = (sid: string, action: string): string =>
      JSON.stringify({ Version: "2012-10-17", Statement: { Sid: sid, Effect: "Allow", Action: action } });
    expect(
      render({
        sourcePolicyDocuments: [document("a", "source"), document("b", "source")],
        statements: [{ sid: "b", actions: ["own"] }, { actions: ["nameless"] }],
        overridePolicyDocuments: [document("a", "override")],
      }),
    ).to.deep.equal({
      Version: "2012-10-17",
      Statement: [
        { Sid: "a", Effect: "Allow", Action: "override" },
        { Sid: "b", Effect: "Allow", Action: "own" },
        { Effect: "Allow", Action: "nameless" },
      ],
    });
    expect(() => render({ sourcePolicyDocuments: [document("a", "1"), document("a", "2")] })).to.throw(
      "duplicate Sid (a)",
    );
  });
});
