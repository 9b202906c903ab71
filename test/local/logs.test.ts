import { expect } from "chai";
import { AwsError } from "../../local/core/errors.ts";
import type { Service } from "../../local/core/service.ts";
import { logs } from "../../local/services/logs/index.ts";
import { type FakeCloud, fakeCloud, ManualClock, resourceOf } from "../support/fake-cloud.ts";
import { callService } from "./support/lambda-cloud.ts";

const GROUP = "aws:cloudwatch/logGroup:LogGroup";

interface Described {
  readonly logGroups: { logGroupName: string; arn: string; retentionInDays?: number }[];
  readonly logStreams: { logStreamName: string }[];
  readonly events: { message: string; logStreamName?: string }[];
  readonly nextToken?: string;
  readonly nextForwardToken: string;
  readonly nextBackwardToken: string;
}

describe("CloudWatch Logs", () => {
  let clock: ManualClock;
  let cloud: FakeCloud;
  let service: Service;

  beforeEach(() => {
    clock = new ManualClock();
    cloud = fakeCloud({ clock });
    service = logs.create(cloud);
    Object.assign(cloud.services, { logs: service.api });
  });

  async function send(operation: string, input: object): Promise<Described> {
    const body = Buffer.from(JSON.stringify(input));
    const reply = await callService(service, "POST", "/", { operation, body });
    return JSON.parse(String(reply.body));
  }

  async function refusal(operation: string, input: object): Promise<AwsError> {
    const error = await send(operation, input).catch((thrown) => thrown);
    expect(error).to.be.instanceOf(AwsError);
    return error;
  }

  /** Writes one line a second. */
  async function write(...messages: readonly string[]): Promise<void> {
    for (const message of messages) {
      cloud.services.logs.write("/app", "one", [message]);
      await clock.advance(1_000);
    }
  }

  it("makes the groups of the program, with their retention", async () => {
    const group = resourceOf(logs, GROUP, "app", { name: "/app", retentionInDays: 7 });
    await service.realize[GROUP]?.create(group);
    expect(group.id).to.equal("/app");
    expect(group.outputs.arn).to.equal("arn:aws:logs:eu-west-1:000000000000:log-group:/app");
    const { logGroups } = await send("DescribeLogGroups", { logGroupNamePrefix: "/a" });
    expect(logGroups).to.have.length(1);
    expect(logGroups[0]).to.include({
      logGroupName: "/app",
      arn: `${group.outputs.arn}:*`,
      retentionInDays: 7,
    });
    expect((await send("DescribeLogGroups", { logGroupNamePrefix: "/b" })).logGroups).to.deep.equal([]);
    await service.realize[GROUP]?.delete?.(group);
    expect((await send("DescribeLogGroups", {})).logGroups).to.deep.equal([]);
  });

  it("keeps the lines of a group when the program changes its retention", async () => {
    const [old, next] = [7, 30].map((retentionInDays) =>
      resourceOf(logs, GROUP, "app", { name: "/app", retentionInDays }),
    );
    if (!old || !next) throw new Error("two resources");
    await service.realize[GROUP]?.create(old);
    await write("kept");
    await service.realize[GROUP]?.update?.(next, old);
    expect(cloud.services.logs.read("/app").map(({ message }) => message)).to.deep.equal(["kept"]);
    expect((await send("DescribeLogGroups", {})).logGroups[0]?.retentionInDays).to.equal(30);
  });

  it("makes a group that somebody writes to", async () => {
    await write("a", "b");
    expect(cloud.services.logs.read("/app")).to.deep.include.members([]);
    expect(cloud.services.logs.read("/app").map(({ message, stream }) => [stream, message])).to.deep.equal([
      ["one", "a"],
      ["one", "b"],
    ]);
    expect(cloud.services.logs.read("/other")).to.deep.equal([]);
  });

  it("keeps the last lines only", () => {
    cloud.services.logs.write(
      "/app",
      "one",
      Array.from({ length: 25_000 }, (_, index) => String(index)),
    );
    const lines = cloud.services.logs.read("/app");
    expect(lines.length).to.be.within(10_000, 20_000);
    expect(lines.at(-1)?.message).to.equal("24999");
  });

  it("pages through a stream, forwards and backwards", async () => {
    await write("a", "b", "c", "d", "e");
    const input = { logGroupName: "/app", logStreamName: "one", limit: 2 };
    const first = await send("GetLogEvents", { ...input, startFromHead: true });
    expect(first.events.map(({ message }) => message)).to.deep.equal(["a", "b"]);
    const second = await send("GetLogEvents", { ...input, nextToken: first.nextForwardToken });
    expect(second.events.map(({ message }) => message)).to.deep.equal(["c", "d"]);
    const back = await send("GetLogEvents", { ...input, nextToken: second.nextBackwardToken });
    expect(back.events.map(({ message }) => message)).to.deep.equal(["a", "b"]);
    const tail = await send("GetLogEvents", input);
    expect(tail.events.map(({ message }) => message)).to.deep.equal(["d", "e"]);
    const end = await send("GetLogEvents", { ...input, nextToken: tail.nextForwardToken });
    expect(end.events).to.deep.equal([]);
    expect(end.nextForwardToken).to.equal(tail.nextForwardToken);
  });

  const filters: readonly (readonly [pattern: string, found: readonly string[]])[] = [
    ["", ["ERROR one", "ERROR two warm", "warm"]],
    ["ERROR", ["ERROR one", "ERROR two warm"]],
    ["ERROR warm", ["ERROR two warm"]],
    ['"two warm"', ["ERROR two warm"]],
    ["ERROR -two", ["ERROR one"]],
    ["?one ?two", ["ERROR one", "ERROR two warm"]],
    ["error", []],
  ];

  for (const [filterPattern, found] of filters) {
    it(`filters lines by the terms «${filterPattern}»`, async () => {
      await write("ERROR one", "ERROR two warm", "warm");
      const { events } = await send("FilterLogEvents", { logGroupName: "/app", filterPattern });
      expect(events.map(({ message }) => message)).to.deep.equal(found);
    });
  }

  it("filters lines by time and stream, in pages", async () => {
    const start = clock.now();
    await write("a", "b", "c", "d");
    cloud.services.logs.write("/app", "two", ["other"]);
    const input = { logGroupName: "/app", startTime: start + 1_000, endTime: start + 4_000, limit: 2 };
    const first = await send("FilterLogEvents", input);
    expect(first.events.map(({ message }) => message)).to.deep.equal(["b", "c"]);
    const rest = await send("FilterLogEvents", { ...input, nextToken: first.nextToken });
    expect(rest.events.map(({ message }) => message)).to.deep.equal(["d"]);
    expect(rest.nextToken).to.equal(undefined);
    const two = await send("FilterLogEvents", {
      logGroupIdentifier: "arn:aws:logs:eu-west-1:000000000000:log-group:/app",
      logStreamNames: ["two"],
    });
    expect(two.events.map(({ logStreamName }) => logStreamName)).to.deep.equal(["two"]);
  });

  it("takes the lines that a program puts", async () => {
    await send("CreateLogGroup", { logGroupName: "/own" });
    await send("CreateLogStream", { logGroupName: "/own", logStreamName: "s" });
    const logEvents = [{ timestamp: 5, message: "hello" }];
    await send("PutLogEvents", { logGroupName: "/own", logStreamName: "s", logEvents });
    expect(cloud.asked.at(-1)?.permission).to.deep.equal({
      action: "logs:PutLogEvents",
      resource: "arn:aws:logs:eu-west-1:000000000000:log-group:/own:log-stream:s",
    });
    expect(cloud.services.logs.read("/own")[0]).to.include({ timestamp: 5, message: "hello" });
    const { logStreams } = await send("DescribeLogStreams", { logGroupName: "/own" });
    expect(logStreams.map(({ logStreamName }) => logStreamName)).to.deep.equal(["s"]);
  });

  it("lists the streams with the newest lines first when asked", async () => {
    await write("a");
    cloud.services.logs.write("/app", "two", ["b"]);
    const input = { logGroupName: "/app", orderBy: "LastEventTime", descending: true };
    const { logStreams } = await send("DescribeLogStreams", input);
    expect(logStreams.map(({ logStreamName }) => logStreamName)).to.deep.equal(["two", "one"]);
  });

  it("refuses what AWS refuses, and names what it does not have", async () => {
    await write("a");
    const absent = { logGroupName: "/absent", logStreamName: "s" };
    expect((await refusal("GetLogEvents", absent)).code).to.equal("ResourceNotFoundException");
    expect((await refusal("GetLogEvents", { ...absent, logGroupName: "/app" })).code).to.equal(
      "ResourceNotFoundException",
    );
    expect((await refusal("CreateLogGroup", { logGroupName: "/app" })).code).to.equal(
      "ResourceAlreadyExistsException",
    );
    expect((await refusal("CreateLogStream", { logGroupName: "/app", logStreamName: "one" })).code).to.equal(
      "ResourceAlreadyExistsException",
    );
    expect((await refusal("FilterLogEvents", {})).code).to.equal("InvalidParameterException");
    const json = { logGroupName: "/app", filterPattern: '{ $.level = "ERROR" }' };
    expect((await refusal("FilterLogEvents", json)).message).to.match(
      /does not support logs:FilterLogEvents with JSON/,
    );
    expect((await refusal("StartQuery", {})).message).to.match(/does not support logs:StartQuery/);
    cloud.denied.add("logs:DescribeLogGroups");
    expect((await refusal("DescribeLogGroups", {})).code).to.equal("AccessDeniedException");
  });

  it("says that filters of the program are recorded only", async () => {
    const type = "aws:cloudwatch/logMetricFilter:LogMetricFilter";
    await service.realize[type]?.create(resourceOf(logs, type, "errors", { name: "errors" }));
    expect(cloud.entries).to.deep.equal([
      {
        kind: "notice",
        source: "logs",
        message: "The metric filter errors is recorded; the local cloud does not run it.",
      },
    ]);
  });
});
