import { expect } from "chai";
import { LambdaCloud } from "./support/lambda-cloud.ts";

const ID = "[0-9a-f-]{36}";
const TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";

describe("Logs of functions", () => {
  let cloud: LambdaCloud;

  before(async () => {
    cloud = await LambdaCloud.start();
  });

  after(() => cloud.stop());

  /** Runs code once and answers what it logged. */
  async function logged(name: string, body: string, loggingConfig: object = {}): Promise<string[]> {
    const arn = await cloud.deploy(name, `export const handler = async (event) => { ${body} };`, {
      loggingConfig: { logFormat: "Text", ...loggingConfig },
    });
    await cloud.invoke(arn);
    return cloud.logOf(name);
  }

  it("begin with START and end with END and REPORT", async () => {
    const lines = await logged(
      "text",
      "console.log('hello %s', 'you'); console.error(new Error('no').message);",
    );
    expect(lines).to.have.length(5);
    expect(lines[0]).to.match(new RegExp(`^START RequestId: ${ID} Version: \\$LATEST$`));
    expect(lines[1]).to.match(new RegExp(`^${TIME}\\t${ID}\\tINFO\\thello you$`));
    expect(lines[2]).to.match(new RegExp(`^${TIME}\\t${ID}\\tERROR\\tno$`));
    expect(lines[3]).to.match(new RegExp(`^END RequestId: ${ID}$`));
    expect(lines[4]).to.match(
      new RegExp(
        `^REPORT RequestId: ${ID}\\tDuration: [\\d.]+ ms\\tBilled Duration: \\d+ ms\\tMemory Size: 128 MB\\tMax Memory Used: \\d+ MB\\tInit Duration: [\\d.]+ ms\\t$`,
      ),
    );
  });

  it("keep an entry of several lines together, and split raw output by lines", async () => {
    const lines = await logged(
      "lines",
      "console.log('a\\nb'); process.stdout.write('one\\ntwo '); process.stdout.write('and more\\n'); process.stderr.write('no end');",
    );
    expect(lines.slice(1, -2).map((line) => line.split("\t").at(-1))).to.deep.equal([
      "a\nb",
      "one",
      "two and more",
      "no end",
    ]);
  });

  it("show the error that the function throws", async () => {
    const arn = await cloud.deploy(
      "error",
      "export const handler = async () => { throw new TypeError('no'); };",
    );
    await cloud.failure(arn);
    const entry = cloud.logOf("error").find((line) => line.includes("Invoke Error"));
    expect(entry).to.match(
      new RegExp(
        `^${TIME}\\t${ID}\\tERROR\\tInvoke Error \\{"errorType":"TypeError","errorMessage":"no","stack":`,
      ),
    );
  });

  it("keep what was printed before the process ended", async () => {
    const arn = await cloud.deploy(
      "last",
      "export const handler = async () => { console.log('last words'); process.exit(1); };",
    );
    await cloud.failure(arn);
    const lines = cloud.logOf("last");
    expect(lines[1]).to.match(/last words$/);
    expect(lines[2]).to.match(/Error: Runtime exited with error: exit status 1$/);
  });

  it("are JSON when the function asks for it", async () => {
    const lines = await logged(
      "json",
      "console.log('text'); console.warn({ a: 1 }); console.log('%s!', 'hi'); console.error(new RangeError('far')); console.debug('unseen'); console.log(JSON.stringify({ own: true })); process.stdout.write('{\"raw\":1}\\n');",
      { logFormat: "JSON" },
    );
    const entries = lines.map((line) => JSON.parse(line));
    const { requestId } = entries[1];
    expect(requestId).to.match(new RegExp(`^${ID}$`));
    expect(entries[0]).to.deep.include({ type: "platform.start", record: { requestId, version: "$LATEST" } });
    expect(entries[1]).to.deep.equal({
      timestamp: entries[1].timestamp,
      level: "INFO",
      requestId,
      message: "text",
    });
    expect(entries[1].timestamp).to.match(new RegExp(`^${TIME}$`));
    expect(entries[2]).to.deep.include({ level: "WARN", message: { a: 1 } });
    expect(entries[3]).to.deep.include({ message: "hi!" });
    expect(entries[4].message).to.include({ errorType: "RangeError", errorMessage: "far" });
    expect(entries[5]).to.deep.equal({ own: true });
    expect(entries[6]).to.deep.equal({ raw: 1 });
    expect(entries[7]).to.deep.include({ type: "platform.report" });
    expect(entries[7].record).to.deep.include({ requestId, status: "success" });
    expect(entries[7].record.metrics).to.have.keys(
      ...["durationMs", "billedDurationMs", "memorySizeMB", "maxMemoryUsedMB", "initDurationMs"],
    );
    expect(entries).to.have.length(8);
  });

  it("leave out what is below the level that the function asks for", async () => {
    const config = { logFormat: "JSON", applicationLogLevel: "ERROR", systemLogLevel: "WARN" };
    const lines = await logged(
      "levels",
      "console.warn('no'); console.error(process.env.AWS_LAMBDA_LOG_LEVEL);",
      config,
    );
    expect(lines.map((line) => JSON.parse(line).message)).to.deep.equal(["ERROR"]);
  });

  it("go to the group that the function names", async () => {
    const arn = await cloud.deploy("grouped", "export const handler = async () => console.log('x');", {
      loggingConfig: { logFormat: "Text", logGroup: "/shared" },
    });
    await cloud.invoke(arn);
    const lines = cloud.cloud.services.logs.read("/shared");
    expect(lines.some(({ message }) => message.endsWith("INFO\tx"))).to.equal(true);
    expect(lines[0]?.stream).to.match(/\[\$LATEST\]/);
    expect(cloud.logOf("grouped")).to.deep.equal([]);
  });
});
