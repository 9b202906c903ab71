import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import type { LogEntry } from "../../local/core/log.ts";
import { LocalCloud } from "../../local/local-cloud.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe("the clock of a program's local cloud", () => {
  const stateFolder = mkdtempSync(join(tmpdir(), "clock-"));
  const logged: LogEntry[] = [];
  let cloud: LocalCloud;
  let client: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  };

  before(async function () {
    this.timeout(60_000);
    cloud = await LocalCloud.start({
      cwd: "test/fixtures/programs/timers",
      stack: "dev",
      port: 0,
      stateFolder,
      log: (entry) => void logged.push(entry),
    });
    const { endpoint, region } = cloud.world;
    client = { endpoint, region, credentials: { accessKeyId: "test", secretAccessKey: "test" } };
  });

  after(async () => {
    await cloud?.stop();
    rmSync(stateFolder, { recursive: true, force: true });
  });

  function output(name: string): string {
    return String(cloud.outputValues[name]);
  }

  /** What a function printed. */
  function linesOf(name: string): string[] {
    const { graph } = cloud;
    const made = graph.resources.find((one) => one.type.endsWith(":Function") && one.name === name);
    const lines = cloud.cloud.services.logs.read(`/aws/lambda/${String(made?.outputs.name)}`);
    return lines.flatMap(
      ({ message }) => /(?:\tINFO\t|^)((?:sent|due|REMOVE|INSERT) .*)/.exec(message)?.[1] ?? [],
    );
  }

  function now(): number {
    return cloud.cloud.clock.now();
  }

  it("brings a message that fails twice to the dead-letter queue, at the times of its visibility", async () => {
    const sqs = new SQSClient(client);
    const began = now();
    await sqs.send(new SendMessageCommand({ QueueUrl: output("orders"), MessageBody: "one" }));
    await cloud.advance(9 * MINUTE);
    expect(linesOf("order")).to.have.length(1);
    await cloud.advance(51 * MINUTE);
    expect(now()).to.be.within(began + HOUR, began + HOUR + 5_000);
    const seen = linesOf("order").map((line) => /^sent (\d+) now (\d+)$/.exec(line)?.slice(1).map(Number));
    expect(seen).to.have.length(2);
    const [first = [], second = []] = seen.map((times) => times?.map((time) => time - began));
    expect(first[0]).to.be.within(0, 5_000);
    expect(second[0], "when it was sent, as the second attempt sees it").to.equal(first[0]);
    expect(second[1], "when it is tried again").to.be.within(10 * MINUTE, 10 * MINUTE + 5_000);
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: output("dead") }));
    expect(Messages?.map(({ Body }) => Body)).to.deep.equal(["one"]);
  });

  it("runs a schedule as often as it is due, and its function sees the time at which it is", async () => {
    const before = linesOf("often").length;
    await cloud.advance(HOUR);
    const lines = linesOf("often").slice(before);
    expect(lines).to.have.length(12);
    for (const line of lines) {
      const [due = 0, seen = 0] = [...line.matchAll(/\d{4}-\S+/g)].map(([time]) => Date.parse(time));
      expect(seen - due).to.be.within(0, 5_000);
    }
  });

  it("ends the waits and retries of a state machine", async () => {
    const states = new SFNClient(client);
    const began = now();
    const input = JSON.stringify({ notBefore: began + DAY + MINUTE });
    const started = await states.send(
      new StartExecutionCommand({ stateMachineArn: output("reminder"), input }),
    );
    const describeIt = () => states.send(new DescribeExecutionCommand(started));
    await cloud.advance(DAY - MINUTE);
    expect((await describeIt()).status).to.equal("RUNNING");
    await cloud.advance(2 * HOUR);
    const { status, output: result, stopDate } = await describeIt();
    expect(status).to.equal("SUCCEEDED");
    const end = began + DAY + HOUR;
    expect(Date.parse(JSON.parse(result ?? "{}").at)).to.be.within(end, end + 5_000);
    expect(stopDate?.getTime()).to.be.within(end, end + 5_000);
  });

  it("deletes items whose time is over, and the stream says who did it", async () => {
    const dynamo = new DynamoDBClient(client);
    const TableName = output("sessions");
    for (const [id, hours] of [
      ["short", 1],
      ["long", 48],
    ] as const) {
      const until = { N: String(Math.floor((now() + hours * HOUR) / 1000)) };
      await dynamo.send(new PutItemCommand({ TableName, Item: { id: { S: id }, until } }));
    }
    await cloud.advance(2 * HOUR);
    const idsLeft: string[] = [];
    for (const id of ["short", "long"]) {
      const { Item } = await dynamo.send(new GetItemCommand({ TableName, Key: { id: { S: id } } }));
      if (Item) idsLeft.push(id);
    }
    expect(idsLeft).to.deep.equal(["long"]);
    expect(linesOf("session")).to.deep.equal([
      "INSERT short by a user",
      "INSERT long by a user",
      "REMOVE short by dynamodb.amazonaws.com",
    ]);
  });

  describe("over the control API", () => {
    async function ask(method: string, path: string, body?: unknown) {
      const url = `${cloud.world.endpoint}/_local/clock${path}`;
      const answer = await fetch(url, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const reply = (await answer.json()) as { now?: string; offsetSeconds?: number; message?: string };
      return { status: answer.status, ...reply };
    }

    it("tells the time, and moves it by seconds or to a time", async () => {
      const { offsetSeconds = 0 } = await ask("GET", "");
      const byQuery = await ask("POST", "/advance?seconds=60");
      expect(byQuery.offsetSeconds).to.be.within(offsetSeconds + 55, offsetSeconds + 60);
      const to = new Date(now() + HOUR).toISOString();
      const there = await ask("POST", "/advance", { to });
      expect(Date.parse(there.now ?? "")).to.be.within(Date.parse(to), Date.parse(to) + 5_000);
    });

    for (const [path, body] of [
      ["/advance", undefined],
      ["/advance", { seconds: -1 }],
      ["/advance", { seconds: "soon" }],
      ["/advance", { to: "2001-01-01T00:00:00Z" }],
      ["/advance", { to: "tomorrow" }],
      ["/advance?seconds=1", { to: "2101-01-01T00:00:00Z" }],
      ["/advance", [60]],
    ] as const) {
      it(`refuses ${path} ${JSON.stringify(body)}`, async () => {
        const { offsetSeconds } = await ask("GET", "");
        const { status, message } = await ask("POST", path, body);
        expect(status).to.equal(400);
        expect(message).to.match(/"seconds"|JSON object/);
        expect((await ask("GET", "")).offsetSeconds).to.equal(offsetSeconds);
      });
    }
  });

  it("depends on nothing that does not exist here", () => {
    expect(
      logged.filter(({ kind, message }) => kind === "error" || /not supported/.test(message)),
    ).to.deep.equal([]);
  });
});
