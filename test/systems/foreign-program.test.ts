import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { expect } from "chai";
import type { LogEntry } from "../../local/core/log.ts";
import { LocalCloud } from "../../local/local-cloud.ts";
import { eventually } from "../support/eventually.ts";

describe("a program written by somebody else (JavaScript, plain resources, magic functions)", () => {
  const stateFolder = mkdtempSync(join(tmpdir(), "foreign-program-"));
  const logged: LogEntry[] = [];
  let cloud: LocalCloud;

  before(async function () {
    this.timeout(60_000);
    const log = (entry: LogEntry) => void logged.push(entry);
    cloud = await LocalCloud.start({
      cwd: "test/fixtures/programs/javascript",
      stack: "dev",
      port: 0,
      stateFolder,
      log,
    });
  });

  after(async () => {
    await cloud?.stop();
    rmSync(stateFolder, { recursive: true, force: true });
  });

  const invocationsOf = (prefix: string) =>
    cloud.cloud.services.lambda.invocations().filter(({ functionName }) => functionName.startsWith(prefix));

  it("has its outputs", () => {
    expect(cloud.outputValues).to.include({ account: "000000000000", region: "eu-west-1", flag: "on" });
  });

  it("handles an object that arrives in its bucket", async () => {
    const { endpoint, region } = cloud.world;
    const s3 = new S3Client({
      endpoint,
      region,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    await s3.send(
      new PutObjectCommand({ Bucket: String(cloud.outputValues.bucket), Key: "a picture.png", Body: "x" }),
    );
    await eventually(() => expect(invocationsOf("onUpload")).to.have.length(1));
    expect(invocationsOf("onUpload")[0]?.error).to.equal(undefined);
  });

  it("does its nightly work when it is told to", async () => {
    const rule = cloud.graph.resources.find(({ type }) => type === "aws:cloudwatch/eventRule:EventRule");
    await cloud.cloud.services.events.runRuleNow(String(rule?.outputs.name));
    await eventually(() => expect(invocationsOf("nightly")).to.have.length(1));
  });

  it("finds its parameter in Parameter Store", async () => {
    const answer = await fetch(cloud.world.endpoint, {
      method: "POST",
      headers: {
        authorization:
          "AWS4-HMAC-SHA256 Credential=test/20261123/eu-west-1/ssm/aws4_request, SignedHeaders=host, Signature=0",
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "AmazonSSM.GetParameter",
      },
      body: JSON.stringify({ Name: "/thumbnails/flag" }),
    });
    expect(((await answer.json()) as { Parameter: { Value: string } }).Parameter.Value).to.equal("on");
  });

  it("depends on nothing that does not exist here", () => {
    expect(logged.filter(({ kind }) => kind === "warning" || kind === "error")).to.deep.equal([]);
  });
});
