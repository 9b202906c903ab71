import { createHash } from "node:crypto";
import { resolve } from "node:path";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { bundleCallback } from "../../components/bundler/callback.ts";
import { record } from "./support/recorder.ts";
import { runBundle, TemporaryProject } from "./support/temporary-project.ts";

describe("bundler, callbacks", () => {
  let project: TemporaryProject;

  beforeEach(async () => {
    project = await TemporaryProject.create({});
  });

  afterEach(() => project.remove());

  type Callback = Parameters<typeof bundleCallback>[1];

  async function resultOf(callback: Callback, event: unknown = {}): Promise<unknown> {
    const file = await bundleCallback("answer", callback, project.root);
    return (await runBundle(resolve(project.root, file), event)).result;
  }

  function refusalOf(callback: Callback): Promise<string> {
    return bundleCallback("answer", callback, project.root).then(
      () => "not refused",
      (error: Error) => error.message,
    );
  }

  it("take less than 5 KB when they import nothing", async () => {
    const callback = async (event: { a: number }) => ({ sum: event.a + 1 });
    const file = await bundleCallback("answer", callback, project.root);
    expect(file).to.match(/^\.build\/functions\/callback-answer-[0-9a-f-]+\/index\.mjs$/);
    expect(await project.read(file))
      .to.have.property("length")
      .below(5_000);
    expect(await resultOf(callback, { a: 1 })).to.deep.equal({ sum: 2 });
  });

  it("keep the values and helpers of the program that they use", async () => {
    const settings = { greeting: 'hola, name: {"', limits: [1, 2], pattern: /^a+$/i };
    const currency = "a, b: { $ }";
    const shout = (text: string) => text.toUpperCase();
    const result = await resultOf(async () => ({
      greeting: shout(settings.greeting),
      limits: settings.limits,
      matches: settings.pattern.test("AA"),
      currency,
    }));
    expect(result).to.deep.equal({ greeting: 'HOLA, NAME: {"', limits: [1, 2], matches: true, currency });
  });

  it("import modules within their body", async () => {
    const result = await resultOf(async (text: string) => {
      const crypto = await import("node:crypto");
      const { marshall } = await import("@aws-sdk/util-dynamodb");
      return {
        digest: crypto.createHash("sha256").update(text).digest("hex").slice(0, 8),
        item: marshall({ a: 1 }),
      };
    }, "hola");
    expect(result).to.deep.equal({ digest: "b221d9db", item: { a: { N: "1" } } });
  });

  it("get the values of outputs", async () => {
    const { result } = await record(async () => {
      const topic = new aws.sns.Topic("created");
      return resultOf(async () => topic.arn.get());
    });
    expect(result).to.equal("arn:aws:sns:eu-west-1:123456789012:created");
  });

  it("give the same bytes twice", async () => {
    const callback = async () => "same";
    const [one, two] = [await TemporaryProject.create({}), project];
    const files = [
      await bundleCallback("x", callback, one.root),
      await bundleCallback("x", callback, two.root),
    ];
    await one.remove();
    expect(files[0]).to.equal(files[1]);
  });

  it("must not carry secrets, which would stand in the code in clear", async () => {
    const key = pulumi.secret("s3cr3t");
    const settings = { nested: { key } };
    const reason =
      "its callback cannot be packed: Secret outputs cannot be captured by a closure.\n" +
      "Its code is stored in clear. Put the value into a Secret, link it, and read it at run time.";
    await record(async () => {
      expect(await refusalOf(async () => key.get())).to.equal(reason);
      expect(await refusalOf(async () => settings.nested.key.get())).to.equal(reason);
    });
  });

  it("must not use what the program imports, but say how else", async () => {
    const refusal = await refusalOf(async () => createHash("sha256"));
    expect(refusal).to.match(/^its callback cannot be packed: /);
    expect(refusal).to.match(/Import modules within its body \(await import\("…"\)\)/);
  });
});
