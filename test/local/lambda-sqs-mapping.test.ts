import { readFileSync } from "node:fs";
import type { SQSEvent } from "aws-lambda";
import { expect } from "chai";
import type { ReceivedMessage, SqsApi } from "../../local/core/apis.ts";
import type { Properties } from "../../local/core/graph.ts";
import { eventually } from "../support/eventually.ts";
import { ManualClock } from "../support/fake-cloud.ts";
import { LambdaCloud } from "./support/lambda-cloud.ts";

const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";
const QUEUE = "arn:aws:sqs:eu-west-1:000000000000:jobs";
/** Answers what the first body says; throws when it says so. */
const OBEY = `export const handler = async ({ Records }) => {
  const orders = Records.map(({ body }) => body);
  if (orders.includes("throw")) throw new Error("told to");
  const answer = orders.find((order) => order.startsWith("{"));
  return answer ? JSON.parse(answer) : undefined;
};`;

/** A queue whose messages stay invisible once received, as if the visibility time-out never ended. */
class FakeQueue implements Pick<SqsApi, "receive" | "delete"> {
  readonly visible: ReceivedMessage[] = [];
  readonly deleted: string[] = [];
  readonly asked: number[] = [];
  #wake: (() => void)[] = [];

  push(...bodies: readonly string[]): void {
    for (const body of bodies) {
      const messageId = `m${this.deleted.length + this.visible.length}-${body}`;
      this.visible.push({
        messageId,
        receiptHandle: `handle of ${body}`,
        body,
        md5OfBody: "md5",
        attributes: {
          ApproximateReceiveCount: "2",
          SentTimestamp: "1",
          SenderId: "me",
          ApproximateFirstReceiveTimestamp: "2",
        },
        messageAttributes: { kind: { DataType: "String", StringValue: "job" } },
      });
    }
    for (const wake of this.#wake.splice(0)) wake();
  }

  async receive(_: string, { maxMessages, signal }: { maxMessages: number; signal?: AbortSignal }) {
    this.asked.push(maxMessages);
    while (this.visible.length === 0 && !signal?.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
        signal?.addEventListener("abort", () => resolve(), { once: true });
      });
    }
    return signal?.aborted ? [] : this.visible.splice(0, maxMessages);
  }

  async delete(_: string, handles: readonly string[]): Promise<void> {
    this.deleted.push(...handles.map((handle) => handle.slice("handle of ".length)));
  }
}

describe("Event source mappings from SQS", () => {
  let queue: FakeQueue;
  let cloud: LambdaCloud;

  beforeEach(async () => {
    queue = new FakeQueue();
    cloud = await LambdaCloud.start({ services: { sqs: queue } });
  });

  afterEach(() => cloud.stop());

  async function map(code: string, inputs: Properties = {}, settings: Properties = {}): Promise<void> {
    await cloud.deploy("worker", code, settings);
    await cloud.make(MAPPING, "mapping", { functionName: "worker", eventSourceArn: QUEUE, ...inputs });
    await cloud.lambda.ready?.();
  }

  const invocations = (count: number): Promise<unknown> =>
    eventually(() => expect(cloud.invocations.length).to.be.at.least(count));

  it("hand over complete records and delete them on success", async () => {
    await map("export const handler = async (event) => { console.log(JSON.stringify(event)); };");
    queue.push("one");
    await eventually(() => expect(queue.deleted).to.deep.equal(["one"]));
    const printed = cloud.logOf("worker").find((line) => line.includes("Records")) ?? "";
    const event: SQSEvent = JSON.parse(printed.slice(printed.indexOf("{")));
    expect(event.Records).to.deep.equal([
      {
        messageId: "m0-one",
        receiptHandle: "handle of one",
        body: "one",
        attributes: {
          ApproximateReceiveCount: "2",
          SentTimestamp: "1",
          SenderId: "me",
          ApproximateFirstReceiveTimestamp: "2",
        },
        messageAttributes: {
          kind: { stringValue: "job", stringListValues: [], binaryListValues: [], dataType: "String" },
        },
        md5OfBody: "md5",
        eventSource: "aws:sqs",
        eventSourceARN: QUEUE,
        awsRegion: "eu-west-1",
      },
    ]);
    expect(cloud.invocations[0]?.source).to.equal("sqs jobs (1)");
  });

  it("leave the whole batch in the queue when the function fails", async () => {
    await map(OBEY);
    queue.push("good", "throw");
    await invocations(1);
    queue.push("next");
    await eventually(() => expect(queue.deleted).to.deep.equal(["next"]));
  });

  it("leave the batch in the queue when the function's worker dies", async () => {
    await map(
      "export const handler = async ({ Records }) => { if (Records[0].body === 'die') process.exit(1); };",
    );
    queue.push("die");
    await invocations(1);
    queue.push("next");
    await eventually(() => expect(queue.deleted).to.deep.equal(["next"]));
  });

  const responses: readonly (readonly [title: string, answer: unknown, deleted: boolean])[] = [
    ["an empty list of failures", { batchItemFailures: [] }, true],
    ["no list of failures", { anything: 1 }, true],
    ["a list that is null", { batchItemFailures: null }, true],
    ["an identifier that is empty", { batchItemFailures: [{ itemIdentifier: "" }] }, false],
    ["an identifier of no message", { batchItemFailures: [{ itemIdentifier: "other" }] }, false],
    ["another key", { batchItemFailures: [{ id: "m0" }] }, false],
    ["a list that is none", { batchItemFailures: "m0" }, false],
  ];

  for (const [title, answer, deleted] of responses) {
    it(`${deleted ? "delete" : "keep"} the batch when the answer has ${title}`, async () => {
      await map(OBEY, { functionResponseTypes: ["ReportBatchItemFailures"] });
      const body = JSON.stringify(answer);
      queue.push(body);
      await invocations(1);
      queue.push("next");
      await eventually(() => expect(queue.deleted).to.include("next"));
      expect(queue.deleted.includes(body)).to.equal(deleted);
    });
  }

  it("keep only the messages that are reported as failed", async () => {
    const code = `export const handler = async ({ Records }) => ({ batchItemFailures:
      Records.filter(({ body }) => body === "bad").map(({ messageId }) => ({ itemIdentifier: messageId })) });`;
    await map(code, { functionResponseTypes: ["ReportBatchItemFailures"] });
    queue.push("a", "bad", "b");
    await eventually(() => expect(queue.deleted).to.deep.equal(["a", "b"]));
  });

  it("ignore reported failures unless they are asked for", async () => {
    await map(OBEY);
    const body = JSON.stringify({ batchItemFailures: [{ itemIdentifier: "m0" }] });
    queue.push(body);
    await eventually(() => expect(queue.deleted).to.deep.equal([body]));
  });

  it("delete messages that the filter refuses, without a call", async () => {
    const filters = [{ pattern: '{"body":{"kind":["wanted"]}}' }, { pattern: '{"body":["plain"]}' }];
    await map(OBEY, { filterCriteria: { filters } });
    queue.push('{"kind":"other"}', "text", '{"kind":"wanted"}', "plain");
    await eventually(() => expect(queue.deleted).to.have.length(4));
    expect(cloud.invocations.map(({ source }) => source)).to.deep.equal(["sqs jobs (2)"]);
  });

  it("take no more than the batch size at once", async () => {
    await map(OBEY, { batchSize: 3 });
    queue.push("a", "b", "c", "d");
    await eventually(() => expect(queue.deleted).to.have.length(4));
    expect(new Set(queue.asked)).to.deep.equal(new Set([3]));
    expect(cloud.invocations.map(({ source }) => source)).to.have.members(["sqs jobs (3)", "sqs jobs (1)"]);
  });

  it("gather messages for the batching window", async () => {
    await cloud.stop();
    const clock = new ManualClock();
    cloud = await LambdaCloud.start({ clock, services: { sqs: queue } });
    await map(OBEY, { batchSize: 100, maximumBatchingWindowInSeconds: 5 });
    queue.push("a");
    await eventually(() => expect(clock.waits).to.deep.equal([5_000]));
    queue.push("b");
    await eventually(() => expect(queue.visible).to.have.length(0));
    await clock.advance(5_000);
    await eventually(() => expect(queue.deleted).to.deep.equal(["a", "b"]));
    expect(cloud.invocations.map(({ source }) => source)).to.deep.equal(["sqs jobs (2)"]);
  });

  it("run no more batches at the same time than the maximum concurrency", async () => {
    const code = `import { appendFileSync } from "node:fs"; export const handler = async ({ Records }) => {
      const line = (what) => appendFileSync(process.env.FILE, what); line("(");
      await new Promise((resolve) => setTimeout(resolve, 10)); line(")"); };`;
    const file = `${cloud.cloud.workFolder}/trace`;
    const inputs = { batchSize: 1, scalingConfig: { maximumConcurrency: 2 } };
    await map(code, inputs, { environment: { variables: { FILE: file } } });
    queue.push(..."abcdefgh");
    await eventually(() => expect(queue.deleted).to.have.length(8));
    let depth = 0;
    const depths = [...readFileSync(file, "utf8")].map((mark) => (depth += mark === "(" ? 1 : -1));
    expect(Math.max(...depths)).to.equal(2);
  });

  it("refuse to start when the role may not read the queue", async () => {
    cloud.cloud.denied.add("sqs:DeleteMessage");
    const error = await map(OBEY).catch((thrown) => thrown);
    expect(error.message).to.match(
      /from arn:aws:sqs:.*:jobs to .*:worker cannot work, and AWS refuses it: sqs:DeleteMessage/,
    );
  });

  it("do nothing while they are disabled, and stop when they are deleted", async () => {
    await map(OBEY, { enabled: false });
    queue.push("waits");
    const enabled = await cloud.make(MAPPING, "mapping", { functionName: "worker", eventSourceArn: QUEUE });
    expect(queue.asked).to.deep.equal([]);
    await cloud.lambda.ready?.();
    await eventually(() => expect(queue.deleted).to.deep.equal(["waits"]));
    await cloud.lambda.realize[MAPPING]?.delete?.(enabled);
    queue.push("stays");
    expect(queue.visible).to.have.length(1);
  });
});
