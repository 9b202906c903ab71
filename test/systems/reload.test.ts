import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { expect } from "chai";
import type { LogEntry } from "../../local/core/log.ts";
import { LocalCloud } from "../../local/local-cloud.ts";
import { eventually } from "../support/eventually.ts";
import { type EditedProgram, editedProgram, HOLD } from "./support/edited-program.ts";

describe("hot reload", function () {
  this.timeout(60_000);
  const logged: LogEntry[] = [];
  let program: EditedProgram;
  let cloud: LocalCloud;
  let s3: S3Client;

  before(async () => {
    program = editedProgram();
    const log = (entry: LogEntry) => void logged.push(entry);
    cloud = await LocalCloud.start({ cwd: program.folder, stack: "dev", port: 0, log });
    void cloud.watch();
    const { endpoint, region } = cloud.world;
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
    await s3.send(new PutObjectCommand({ ...object(), Body: "kept" }));
  });

  beforeEach(() => {
    logged.length = 0;
  });

  after(async () => {
    s3?.destroy();
    await cloud?.stop();
    program.end();
  });

  const object = () => ({ Bucket: String(cloud.outputValues.bucket), Key: "data" });
  const stored = async () => (await s3.send(new GetObjectCommand(object()))).Body?.transformToString();
  const answerOf = async (name: string, event: object = { name: "Ana" }): Promise<unknown> => {
    const fn = cloud.graph.resources.find((resource) => resource.name === `${name}-function`);
    const { lambda } = cloud.cloud.services;
    return JSON.parse((await lambda.invoke(String(fn?.outputs.arn), event, "test")).payload);
  };
  const answers = (name: string, answer: string, event?: object) =>
    eventually(async () => expect(await answerOf(name, event)).to.equal(answer));
  const reloads = (kind: LogEntry["kind"] = "notice") =>
    logged.filter((entry) => entry.source === "reload" && entry.kind === kind).map(({ message }) => message);
  const runs = () => logged.filter(({ message }) => message === "the program has its bundles").length;

  it("serves an edited handler on the next request, keeps the data and does not run the program again", async () => {
    expect(await answerOf("greet")).to.equal("Hello, Ana");
    program.edit("handlers/greet.ts", "Hello", "Good morning");
    await answers("greet", "Good morning, Ana");
    expect(await stored()).to.equal("kept");
    await eventually(() =>
      expect(reloads()).to.deep.equal(["handlers/greet.ts: new code for greet-function"]),
    );
    const told = logged.find(({ source }) => source === "reload");
    expect(told?.duration).to.be.a("number");
    expect(runs()).to.equal(0);
  });

  it("serves the last of several quick edits, also of editors that write another file and rename it", async () => {
    for (const word of ["One", "Two", "Three"]) program.replace("handlers/greet.ts", "Hello", word);
    await answers("greet", "Three, Ana");
    program.restore("handlers/greet.ts");
    await answers("greet", "Hello, Ana");
    expect(runs()).to.equal(0);
  });

  it("serves a module that several handlers share from all of them", async () => {
    program.edit("handlers/say.ts", '", "', '" or "');
    await answers("greet", "Hello or Ana");
    expect(await answerOf("leave")).to.equal("Goodbye or Ana");
    program.restore("handlers/say.ts");
    await answers("leave", "Goodbye, Ana");
    expect(await answerOf("greet")).to.equal("Hello, Ana");
    expect(runs()).to.equal(0);
  });

  it("goes on with the old code after a mistake, which is told with file and line, and with the next good save", async () => {
    program.write("handlers/leave.ts", "export const handler =\n  async () => {;\n");
    await eventually(() => expect(reloads("error").join()).to.contain("handlers/leave.ts:3: "));
    expect(await answerOf("leave")).to.equal("Goodbye, Ana");
    program.edit("handlers/leave.ts", "Goodbye", "See you");
    await answers("leave", "See you, Ana");
    program.restore("handlers/leave.ts");
    await answers("leave", "Goodbye, Ana");
  });

  it("goes on with the old code while a module is missing, and takes a new one", async () => {
    program.edit("handlers/leave.ts", "./say.ts", "./tell.ts");
    await eventually(() => expect(reloads("error").join()).to.contain("./tell.ts"));
    expect(await answerOf("leave")).to.equal("Goodbye, Ana");
    program.write("handlers/tell.ts", "export const say = (word: string): string => word;");
    await answers("leave", "Goodbye");
    program.restore("handlers/leave.ts");
    program.remove("handlers/tell.ts");
    await answers("leave", "Goodbye, Ana");
  });

  it("runs the program again as well when a handler's file is part of it, such as a schema", async () => {
    program.edit("handlers/name.schema.ts", "5", "3");
    await answers("greet", "too long", { name: "Anna" });
    await eventually(() => expect(cloud.outputValues.longestName).to.equal(3));
    await eventually(() =>
      expect(reloads().join("\n")).to.match(/name\.schema\.ts: 0 created, 0 updated, 0 deleted/),
    );
    expect(await answerOf("greet", { name: "Anna" })).to.equal("too long");
    expect(runs()).to.be.at.least(1);
  });

  it("applies only the difference when the program itself is edited, keeps the data and code edited meanwhile", async () => {
    program.edit("handlers/greet.ts", "Hello", "Welcome");
    await answers("greet", "Welcome, Ana");
    logged.length = 0;
    program.write(HOLD, "");
    program.edit(
      "index.ts",
      'new aws.ssm.Parameter("old"',
      'new aws.sqs.Queue("tasks");\nnew aws.sns.Topic("news"); (() => {})("old"',
    );
    await eventually(() => expect(runs()).to.equal(1));
    program.edit("handlers/leave.ts", "Goodbye", "So long");
    await answers("leave", "So long, Ana");
    program.remove(HOLD);
    await eventually(() =>
      expect(reloads()).to.include("index.ts: 2 created (tasks, news), 0 updated, 1 deleted (old)"),
    );
    expect(await answerOf("greet")).to.equal("Welcome, Ana");
    expect(await answerOf("leave")).to.equal("So long, Ana");
    expect(await stored()).to.equal("kept");
  });
});
