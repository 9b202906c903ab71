import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { AwsError } from "../../local/core/errors.ts";
import type { Properties, Resource } from "../../local/core/graph.ts";
import type { Service } from "../../local/core/service.ts";
import type { Endpoint } from "../../local/endpoint/index.ts";
import { ssm } from "../../local/services/ssm/index.ts";
import {
  type FakeCloud,
  type FakeCloudOptions,
  fakeCloud,
  resourceOf,
  serve,
} from "../support/fake-cloud.ts";

const PARAMETER = "aws:ssm/parameter:Parameter";
const ARN = "arn:aws:ssm:eu-west-1:000000000000:parameter";
const AUTHORIZATION =
  "AWS4-HMAC-SHA256 Credential=AKIA1/20261122/eu-west-1/ssm/aws4_request, SignedHeaders=host, Signature=x";

interface Answered {
  readonly Name: string;
  readonly Value: string;
  readonly [member: string]: unknown;
}
interface Answer {
  readonly __type?: string;
  readonly Parameter?: Answered;
  readonly Parameters?: readonly Answered[];
  readonly [member: string]: unknown;
}

const parameter = (name: string, value: string, inputs: Properties = {}): Resource =>
  resourceOf(ssm, PARAMETER, "logical", { name, value, type: "String", ...inputs });

describe("SSM Parameter Store", () => {
  let cloud: FakeCloud;
  let service: Service;
  let endpoint: Endpoint;

  async function begin(options: FakeCloudOptions = {}): Promise<void> {
    cloud = fakeCloud(options);
    service = ssm.create(cloud);
    endpoint = await serve([{ definition: ssm, service }], cloud);
  }

  async function realize(...resources: Resource[]): Promise<void> {
    for (const resource of resources) await service.realize[resource.type]?.create(resource);
  }

  async function call(operation: string, input: object): Promise<Answer> {
    const headers = {
      authorization: AUTHORIZATION,
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `AmazonSSM.${operation}`,
    };
    const reply = await fetch(endpoint.url, { method: "POST", headers, body: JSON.stringify(input) });
    return (await reply.json()) as Answer;
  }

  const read = async (Name: string, rest = {}): Promise<string | undefined> => {
    const answer = await call("GetParameter", { Name, ...rest });
    return answer.Parameter?.Value ?? answer.__type;
  };
  const put = (Name: string, Value: string, rest = {}): Promise<Answer> =>
    call("PutParameter", { Name, Value, Type: "String", ...rest });
  const namesOf = (answer: Answer): string[] | undefined => answer.Parameters?.map(({ Name }) => Name);

  beforeEach(() => begin());

  afterEach(() => endpoint.close());

  it("has names as ids, and ARNs with one slash before the name", () => {
    expect(parameter("/app/url", "x")).to.include({ id: "/app/url" });
    expect(parameter("/app/url", "x").outputs).to.include({
      arn: `${ARN}/app/url`,
      version: 1,
      tier: "Standard",
    });
    expect(parameter("url", "x").outputs.arn).to.equal(`${ARN}/url`);
  });

  it("gives the program's value by name, ARN and current version", async () => {
    await realize(parameter("/app/url", "http://one"));
    expect((await call("GetParameter", { Name: "/app/url" })).Parameter).to.deep.equal({
      Name: "/app/url",
      Type: "String",
      Value: "http://one",
      Version: 1,
      LastModifiedDate: cloud.clock.now() / 1000,
      ARN: `${ARN}/app/url`,
      DataType: "text",
    });
    expect(await read(`${ARN}/app/url`)).to.equal("http://one");
    expect((await call("GetParameter", { Name: "/app/url:1" })).Parameter).to.include({ Selector: ":1" });
    expect(await read(`${ARN}/app/url:1`)).to.equal("http://one");
    expect(await read("/app/url:2")).to.equal("ParameterVersionNotFound");
    expect(await read("/app/other")).to.equal("ParameterNotFound");
  });

  it("says that it does not keep earlier versions", async () => {
    await put("a", "1");
    expect(await put("a", "2", { Overwrite: true })).to.deep.equal({ Version: 2, Tier: "Standard" });
    expect(await read("a")).to.equal("2");
    expect(await read("a:1")).to.equal("NotImplemented");
  });

  it("shows a SecureString only to who asks for decryption", async () => {
    await realize(parameter("/app/key", "hidden", { type: "SecureString" }));
    const seen = await read("/app/key");
    expect(seen).not.to.contain("hidden");
    expect(Buffer.from(seen ?? "", "base64").toString()).not.to.contain("hidden");
    expect(await read("/app/key", { WithDecryption: true })).to.equal("hidden");
    const [byName] = (await call("GetParameters", { Names: ["/app/key"] })).Parameters ?? [];
    const [byPath] = (await call("GetParametersByPath", { Path: "/app" })).Parameters ?? [];
    expect([byName?.Value, byPath?.Value]).to.deep.equal([seen, seen]);
  });

  it("names the parameters that are not there beside the ones that are", async () => {
    await put("/a", "1");
    await put("/b", "2");
    const answer = await call("GetParameters", { Names: ["/b", "/none", "/a", "/a:7"] });
    expect(namesOf(answer)).to.deep.equal(["/b", "/a"]);
    expect(answer.InvalidParameters).to.deep.equal(["/none", "/a:7"]);
    const tooMany = Array.from({ length: 11 }, (_, index) => `/p${index}`);
    expect(await call("GetParameters", { Names: tooMany })).to.include({ __type: "ValidationException" });
  });

  it("lists a path page by page, with what is deeper only when asked", async () => {
    for (const name of ["/app/c", "/app/a", "/app/b/deep", "/application/x"]) await put(name, name);
    expect(namesOf(await call("GetParametersByPath", { Path: "/app" }))).to.deep.equal(["/app/a", "/app/c"]);
    const input = { Path: "/app/", Recursive: true, MaxResults: 2 };
    const first = await call("GetParametersByPath", input);
    expect(namesOf(first)).to.deep.equal(["/app/a", "/app/b/deep"]);
    const second = await call("GetParametersByPath", { ...input, NextToken: first.NextToken });
    expect(namesOf(second)).to.deep.equal(["/app/c"]);
    expect(second).not.to.have.property("NextToken");
    expect(await call("GetParametersByPath", { Path: "app" })).to.include({ __type: "ValidationException" });
    expect(await call("GetParametersByPath", { ...input, ParameterFilters: [] })).to.include({
      __type: "NotImplemented",
    });
  });

  it("puts a parameter once, unless it may overwrite", async () => {
    await put("a", "1", { Description: "kept" });
    expect((await put("a", "2")).__type).to.equal("ParameterAlreadyExists");
    await call("PutParameter", { Name: "a", Value: "2", Overwrite: true });
    const [described] = (await call("DescribeParameters", {})).Parameters ?? [];
    expect(described).to.include({ Name: "a", Type: "String", Version: 2, Description: "kept" });
    expect(described).not.to.have.property("Value");
  });

  it("refuses values and names that AWS refuses", async () => {
    const errors: [expected: string, name: string, value: string, rest?: object][] = [
      ["ValidationException", "a", "x".repeat(4_097)],
      ["ValidationException", "no/slash", "x"],
      ["ValidationException", "aws.mine", "x"],
      ["ValidationException", "has space", "x"],
      ["UnsupportedParameterType", "a", "x", { Type: "Number" }],
      ["ParameterPatternMismatchException", "a", "x", { AllowedPattern: "^\\d+$" }],
      ["InvalidAllowedPatternException", "a", "x", { AllowedPattern: "(" }],
    ];
    for (const [expected, name, value, rest] of errors) {
      expect((await put(name, value, rest)).__type).to.equal(expected);
    }
    expect(await put("a", "x".repeat(4_097), { Tier: "Intelligent-Tiering" })).to.include({
      Tier: "Advanced",
    });
    expect(await call("LabelParameterVersion", {})).to.include({ __type: "NotImplemented" });
  });

  it("deletes a parameter, and then knows it no more", async () => {
    await put("a", "1");
    expect(await call("DeleteParameter", { Name: "a" })).to.deep.equal({});
    expect((await call("DeleteParameter", { Name: "a" })).__type).to.equal("ParameterNotFound");
    expect(await put("a", "1")).to.include({ Version: 1 });
  });

  it("follows the program: a new value is a new version, a new name replaces, a removed one is gone", async () => {
    const realizer = service.realize[PARAMETER];
    const [one, two, renamed] = [parameter("a", "1"), parameter("a", "2"), parameter("b", "2")];
    await realize(one);
    await realizer?.update?.(two, one);
    expect((await call("GetParameter", { Name: "a" })).Parameter).to.include({ Value: "2", Version: 2 });
    await realizer?.update?.(renamed, two);
    expect([await read("a"), await read("b")]).to.deep.equal(["ParameterNotFound", "2"]);
    await realizer?.delete?.(renamed);
    expect(await read("b")).to.equal("ParameterNotFound");
  });

  it("keeps values over a restart, and one put at run time until the program's own changes", async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), "parameters-"));
    try {
      for (const value of ["first", "put"]) {
        await endpoint.close();
        await begin({ dataFolder });
        await realize(parameter("a", "first"));
        expect(await read("a")).to.equal(value);
        await put("a", "put", { Overwrite: true });
      }
      await realize(parameter("a", "changed"));
      expect(await read("a")).to.equal("changed");
    } finally {
      rmSync(dataFolder, { recursive: true });
    }
  });

  it("asks for the permission on each parameter's ARN", async () => {
    await put("/app/a", "1");
    const calls: [operation: string, input: object, resources: string[]][] = [
      ["GetParameter", { Name: "/app/a:1" }, [`${ARN}/app/a`]],
      ["GetParameters", { Names: ["/app/a", `${ARN}/b:2`] }, [`${ARN}/app/a`, `${ARN}/b`]],
      ["GetParametersByPath", { Path: "/app" }, [`${ARN}/app`]],
      ["DescribeParameters", {}, ["arn:aws:ssm:eu-west-1:000000000000:*"]],
      ["PutParameter", { Name: "c", Value: "1", Type: "String" }, [`${ARN}/c`]],
      ["DeleteParameter", { Name: "/app/a" }, [`${ARN}/app/a`]],
    ];
    for (const [operation, input, resources] of calls) {
      cloud.asked.length = 0;
      await call(operation, input);
      expect(cloud.asked.map(({ permission }) => permission)).to.deep.equal(
        resources.map((resource) => ({ action: `ssm:${operation}`, resource })),
      );
    }
  });

  it("does nothing for who is denied", async () => {
    await endpoint.close();
    await begin({
      authorize: () => {
        throw new AwsError("AccessDeniedException", "no");
      },
    });
    await realize(parameter("a", "1"));
    expect(await read("a")).to.equal("AccessDeniedException");
    expect((await call("DeleteParameter", { Name: "a" })).__type).to.equal("AccessDeniedException");
    expect((await put("b", "1")).__type).to.equal("AccessDeniedException");
  });
});
