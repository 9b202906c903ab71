import { availableParallelism } from "node:os";
import { expect } from "chai";
import { accessKeyOf } from "../../local/core/identity.ts";
import { eventually } from "../support/eventually.ts";
import { ManualClock } from "../support/fake-cloud.ts";
import { functionResource, LambdaCloud } from "./support/lambda-cloud.ts";

const COUNT = "let count = 0; export const handler = async () => ++count;";
/** Waits until another event says that it may go on, through a folder that both see. */
const GATE = `
import { existsSync, writeFileSync } from "node:fs";
export const handler = async ({ file, open }) => {
  if (open) return writeFileSync(file, "");
  writeFileSync(file + ".waiting", "");
  while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 5));
  return "passed";
};`;

describe("Lambda environments", () => {
  let cloud: LambdaCloud;

  beforeEach(async () => {
    cloud = await LambdaCloud.start();
  });

  afterEach(() => cloud.stop());

  it("are used again while they are warm", async () => {
    const arn = await cloud.deploy("warm", COUNT);
    expect([await cloud.invoke(arn), await cloud.invoke(arn)].map(({ result }) => result)).to.deep.equal([
      1, 2,
    ]);
  });

  it("handle one event at a time, and events at the same time in several", async () => {
    const arn = await cloud.deploy(
      "alone",
      `let running = 0; export const handler = async () => {
      running += 1; await new Promise((resolve) => setTimeout(resolve, 20)); const seen = running; running -= 1;
      return { seen, stream: process.env.AWS_LAMBDA_LOG_STREAM_NAME }; };`,
    );
    const answers = await Promise.all(Array.from({ length: 30 }, () => cloud.invoke(arn)));
    const results = answers.map(({ result }) => result as { seen: number; stream: string });
    expect(new Set(results.map(({ seen }) => seen))).to.deep.equal(new Set([1]));
    expect(new Set(results.map(({ stream }) => stream)).size).to.be.within(2, 2 * availableParallelism());
  });

  it("have the function's variables and Lambda's, and nothing of this machine", async () => {
    process.env.SECRET_OF_THE_HOST = "x";
    const arn = await cloud.deploy("variables", "export const handler = async () => process.env;", {
      environment: { variables: { TABLE: "tasks", AWS_REGION: "mars-1" } },
      memorySize: 512,
    });
    const { result } = await cloud.invoke(arn);
    delete process.env.SECRET_OF_THE_HOST;
    const variables = result as Record<string, string>;
    expect(variables).to.include({
      TABLE: "tasks",
      AWS_REGION: "eu-west-1",
      AWS_DEFAULT_REGION: "eu-west-1",
      AWS_ENDPOINT_URL: "http://127.0.0.1:9",
      AWS_ACCESS_KEY_ID: accessKeyOf(arn),
      AWS_LAMBDA_FUNCTION_NAME: "variables",
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512",
      AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/variables",
      AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
      AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
      _HANDLER: "index.handler",
    });
    expect(variables._X_AMZN_TRACE_ID).to.match(
      /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/,
    );
    const lambdas = /^(?:_|AWS_|LAMBDA_|TABLE$)/;
    expect(Object.keys(variables).filter((name) => !lambdas.test(name))).to.have.members([
      "LANG",
      "PATH",
      "TZ",
    ]);
  });

  it("end when a function exceeds its time-out, even in an endless loop", async () => {
    const clock = new ManualClock();
    const slow = await LambdaCloud.start({ clock });
    const code =
      "let count = 0; export const handler = async ({ stuck }) => { count += 1; while (stuck) {} return count; };";
    const arn = await slow.deploy("slow", code, { timeout: 3 });
    const failed = slow.failure(arn, { stuck: true });
    await eventually(() => expect(slow.logOf("slow").join("\n")).to.match(/START/));
    await clock.advance(3_000);
    const failure = await failed;
    expect(failure.errorType).to.equal("Sandbox.Timedout");
    expect(failure.errorMessage).to.match(
      /^2026-01-15T12:00:03.000Z [0-9a-f-]{36} Task timed out after 3.00 seconds$/,
    );
    expect(await slow.invoke(arn)).to.deep.equal({ result: 1, failed: false });
    await slow.stop();
  });

  it("end when the function ends its process", async () => {
    const arn = await cloud.deploy("exits", "export const handler = async ({ code }) => process.exit(code);");
    const failure = await cloud.failure(arn, { code: 3 });
    expect(failure.errorType).to.equal("Runtime.ExitError");
    expect(failure.errorMessage).to.match(
      /^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: exit status 3$/,
    );
    expect((await cloud.failure(arn, { code: 0 })).errorMessage).to.match(
      /Runtime exited without providing a reason$/,
    );
  });

  it("end when the function exceeds its memory", async () => {
    const code =
      "export const handler = async ({ fill }) => { const all = new Map(); while (fill) all.set(all.size, { text: 'x'.repeat(fill) }); return 1; };";
    const arn = await cloud.deploy("greedy", code, { memorySize: 128, timeout: 60 });
    expect((await cloud.failure(arn, { fill: 100 })).errorMessage).to.match(
      /Runtime exited with error: signal: killed$/,
    );
    expect(await cloud.invoke(arn)).to.deep.equal({ result: 1, failed: false });
  });

  it("fail the event that is under way when they are killed", async () => {
    const arn = await cloud.deploy("killed", GATE, { timeout: 60 });
    const file = `${cloud.cloud.workFolder}/gate`;
    const failed = cloud.failure(arn, { file });
    await eventually(() => expect(cloud.logOf("killed").join("\n")).to.match(/START/));
    await cloud.cloud.services.lambda.killEnvironments("killed");
    expect((await failed).errorType).to.equal("Runtime.ExitError");
    expect((await cloud.invoke(arn, { file, open: true })).failed).to.equal(false);
  });

  it("fail what is under way when the cloud stops", async () => {
    const arn = await cloud.deploy("stopped", GATE, { timeout: 60 });
    const failed = cloud.failure(arn, { file: `${cloud.cloud.workFolder}/never` });
    await eventually(() => expect(cloud.logOf("stopped").join("\n")).to.match(/START/));
    await cloud.lambda.stop?.();
    expect((await failed).errorType).to.equal("Runtime.ExitError");
  });

  it("run new code for the next event, and finish the old", async () => {
    const arn = await cloud.deploy("reloaded", GATE, { timeout: 60 });
    const file = `${cloud.cloud.workFolder}/reload`;
    const old = cloud.invoke(arn, { file });
    await eventually(() => expect(cloud.logOf("reloaded").join("\n")).to.match(/START/));
    const previous = functionResource("reloaded", GATE);
    const next = functionResource(
      "reloaded",
      "import { writeFileSync } from 'node:fs'; export const handler = async ({ file }) => { writeFileSync(file, ''); return 'new'; };",
    );
    await cloud.lambda.realize["aws:lambda/function:Function"]?.update?.(next, previous);
    expect(await cloud.invoke(arn, { file })).to.deep.equal({ result: "new", failed: false });
    expect(await old).to.deep.equal({ result: "passed", failed: false });
  });

  it("end when nobody has used them for minutes", async () => {
    const clock = new ManualClock();
    const idle = await LambdaCloud.start({ clock });
    const arn = await idle.deploy("idle", COUNT);
    await idle.invoke(arn);
    await clock.advance(4 * 60_000);
    expect((await idle.invoke(arn)).result).to.equal(2);
    await clock.advance(20 * 60_000);
    expect((await idle.invoke(arn)).result).to.equal(1);
    await idle.stop();
  });

  it("are refused beyond the reserved concurrency", async () => {
    const arn = await cloud.deploy("reserved", GATE, { reservedConcurrentExecutions: 1, timeout: 60 });
    const file = `${cloud.cloud.workFolder}/reserved`;
    const first = cloud.invoke(arn, { file });
    const refusal = await cloud.invoke(arn, { file }).catch((error) => error);
    expect(refusal).to.include({ code: "TooManyRequestsException", status: 429 });
    expect(refusal.members.Reason).to.equal("ReservedFunctionConcurrentInvocationLimitExceeded");
    const opener = await cloud.deploy("opener", GATE);
    await cloud.invoke(opener, { file, open: true });
    expect((await first).result).to.equal("passed");
    expect((await cloud.invoke(arn, { file })).result).to.equal("passed");
    const off = await cloud.deploy("off", COUNT, { reservedConcurrentExecutions: 0 });
    expect(await cloud.invoke(off).catch((error) => error.code)).to.equal("TooManyRequestsException");
  });

  it("take and give 6 MB at most", async () => {
    const arn = await cloud.deploy("big", "export const handler = async ({ size }) => 'x'.repeat(size);");
    const tooLarge = await cloud.invoke(arn, { text: "x".repeat(6_291_556) }).catch((error) => error);
    expect(tooLarge).to.include({ code: "RequestTooLargeException", status: 413 });
    expect(tooLarge.message).to.match(
      /payload is too large for the RequestResponse invocation type \(limit 6291556 bytes\)/,
    );
    expect((await cloud.failure(arn, { size: 6_300_000 })).errorType).to.equal(
      "Function.ResponseSizeTooLarge",
    );
    expect((await cloud.invoke(arn, { size: 6_000_000 })).failed).to.equal(false);
  });

  it("do not exist for other languages, and say so by name", async () => {
    const arn = await cloud.deploy("snake", COUNT, { runtime: "python3.13" });
    expect(cloud.cloud.entries.map(({ message }) => message).join()).to.match(
      /snake: the local cloud cannot run python3.13/,
    );
    const error = await cloud.invoke(arn).catch((thrown) => thrown);
    expect(error).to.include({ code: "NotImplemented", status: 501 });
    expect(error.message).to.match(/python3.13 \(function snake\)/);
  });

  it("are found by name, ARN, version and alias, and nothing else", async () => {
    const arn = await cloud.deploy(
      "named",
      "export const handler = async (e, { functionVersion }) => functionVersion;",
      { publish: true },
    );
    await cloud.make("aws:lambda/alias:Alias", "live", {
      name: "live",
      functionName: arn,
      functionVersion: "1",
    });
    for (const [name, version] of [
      ["named", "$LATEST"],
      [arn, "$LATEST"],
      ["named:1", "1"],
      [`${arn}:live`, "1"],
      ["named:$LATEST", "$LATEST"],
    ] as const) {
      expect((await cloud.invoke(name)).result).to.equal(version);
    }
    for (const name of [`${arn}:dead`, "absent", "named:2"]) {
      const error = await cloud.invoke(name).catch((thrown) => thrown);
      expect(error).to.include({ code: "ResourceNotFoundException", status: 404 });
      expect(error.message).to.match(/^Function not found: arn:aws:lambda:eu-west-1:000000000000:function:/);
    }
  });

  it("leave a record of every invocation", async () => {
    const arn = await cloud.deploy(
      "recorded",
      "export const handler = async ({ fail }) => { if (fail) throw new Error('no'); };",
    );
    await cloud.invoke(arn);
    await cloud.failure(arn, { fail: true });
    const [good, bad] = cloud.invocations;
    expect(good).to.include({ functionName: "recorded", source: "test" });
    expect(good?.error).to.equal(undefined);
    expect(bad?.error).to.match(/"errorMessage":"no"/);
    const logged = cloud.cloud.entries.filter(({ kind }) => kind === "invocation");
    expect(logged.map(({ requestId }) => requestId)).to.deep.equal([good?.requestId, bad?.requestId]);
  });
});
