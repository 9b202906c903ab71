import { writeFileSync } from "node:fs";
import type { DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { expect } from "chai";
import type { DynamoDbApi } from "../../local/core/apis.ts";
import { AwsError } from "../../local/core/errors.ts";
import type { Properties } from "../../local/core/graph.ts";
import { eventually } from "../support/eventually.ts";
import { ManualClock } from "../support/fake-cloud.ts";
import { LambdaCloud } from "./support/lambda-cloud.ts";

const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";
const STREAM = "arn:aws:dynamodb:eu-west-1:000000000000:table/tasks/stream/2026-01-01T00:00:00.000";
const QUEUE = "arn:aws:sqs:eu-west-1:000000000000:failed";
/** Prints the ids of its records; fails, reports or dies where an id says so. */
const OBEY = `export const handler = async ({ Records }) => {
  const ids = Records.map(({ dynamodb }) => dynamodb.Keys.id.S);
  console.log("ids=" + ids.join());
  if (ids.some((id) => id.startsWith("bad"))) throw new Error("told to");
  const reported = Records.filter(({ dynamodb }) => dynamodb.Keys.id.S.startsWith("report"));
  return { batchItemFailures: reported.map(({ dynamodb }) => ({ itemIdentifier: dynamodb.SequenceNumber })) };
};`;
const START = Date.UTC(2026, 0, 15, 12);

/** A stream of one shard after the other; iterators are positions in it. */
class FakeStream implements DynamoDbApi {
  readonly all: DynamoDBRecord[] = [];
  reads = 0;
  /** How many records it has forgotten. */
  trimmed = 0;
  /** How many good iterators it calls too old. */
  mistakes = 0;
  #listeners = new Set<() => void>();

  write(...ids: readonly string[]): void {
    for (const id of ids) {
      const SequenceNumber = String(this.all.length + 1).padStart(5, "0");
      const image = { id: { S: id } };
      const dynamodb = {
        Keys: image,
        NewImage: image,
        SequenceNumber,
        ApproximateCreationDateTime: START / 1000,
        StreamViewType: "NEW_AND_OLD_IMAGES" as const,
      };
      this.all.push({ eventID: `e${SequenceNumber}`, eventName: "INSERT", dynamodb });
    }
    for (const listener of this.#listeners) listener();
  }

  get isWatched(): boolean {
    return this.#listeners.size > 0;
  }

  shards = async (): Promise<string[]> => ["shard-1"];

  iterator: DynamoDbApi["iterator"] = async (_arn, _shard, position) => {
    if (position === "TRIM_HORIZON") return String(this.trimmed);
    return position === "LATEST" ? String(this.all.length) : String(Number(position.afterSequenceNumber));
  };

  records: DynamoDbApi["records"] = async (_arn, iterator, limit) => {
    this.reads += 1;
    const isTooOld = Number(iterator) < this.trimmed;
    if (isTooOld || this.mistakes-- > 0) throw new AwsError("TrimmedDataAccessException", "Trimmed");
    const records = this.all.slice(Number(iterator), Number(iterator) + limit);
    return { records, nextIterator: String(Number(iterator) + records.length) };
  };

  traceOf = (): undefined => undefined;

  onWrite: DynamoDbApi["onWrite"] = (_arn, listener) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

describe("Event source mappings from DynamoDB streams", () => {
  let stream: FakeStream;
  let clock: ManualClock;
  let cloud: LambdaCloud;
  let sent: string[];

  beforeEach(async () => {
    stream = new FakeStream();
    clock = new ManualClock();
    sent = [];
    cloud = await start();
  });

  afterEach(() => cloud.stop());

  function start(dataFolder?: string): Promise<LambdaCloud> {
    const send = async (_arn: string, body: string) => {
      sent.push(body);
      return { messageId: "1" };
    };
    const services = { dynamodb: stream, sqs: { send } };
    return LambdaCloud.start({ clock, services, ...(dataFolder === undefined ? {} : { dataFolder }) });
  }

  async function map(inputs: Properties = {}, code = OBEY): Promise<void> {
    await cloud.deploy("reader", code, { timeout: 900 });
    const source = { functionName: "reader", eventSourceArn: STREAM, startingPosition: "TRIM_HORIZON" };
    await cloud.make(MAPPING, "mapping", { ...source, ...inputs });
    await cloud.lambda.ready?.();
  }

  /** The batches that the function got, as it printed them. */
  function batches(): string[] {
    return cloud.logOf("reader").flatMap((line) => /ids=(.*)/.exec(line)?.[1] ?? []);
  }

  /** Moves the clock over the retry delays until the batches are these. */
  async function expectBatches(expected: readonly string[]): Promise<void> {
    await eventually(async () => {
      if (cloud.invocations.length < expected.length) await clock.advance(500);
      expect(batches()).to.deep.equal(expected);
    });
  }

  it("go on with the oldest record that is left when the stream has forgotten the next one, at once", async () => {
    stream.write("a");
    await map();
    await eventually(() => expect(batches()).to.deep.equal(["a"]));
    stream.trimmed = 3;
    stream.write("b", "c", "d");
    await eventually(() => expect(batches()).to.deep.equal(["a", "d"]));
  });

  it("lose and double nothing when the stream calls a good iterator too old", async () => {
    await map({ startingPosition: "LATEST" });
    stream.mistakes = 1;
    stream.write("a");
    await eventually(() => expect(batches()).to.deep.equal(["a"]));
    stream.mistakes = 1;
    stream.write("b");
    await eventually(() => expect(batches()).to.deep.equal(["a", "b"]));
  });

  it("hand over complete records, in order and in batches", async () => {
    stream.write("a", "b", "c");
    await map({ batchSize: 2 });
    await expectBatches(["a,b", "c"]);
    expect(cloud.invocations[0]?.source).to.equal("dynamodb stream tasks (2)");
  });

  it("hand over records in the shape of Lambda's event", async () => {
    stream.write("a");
    await map({}, "export const handler = async (event) => { console.log(JSON.stringify(event)); };");
    await eventually(() => expect(cloud.invocations).to.have.length(1));
    const printed = cloud.logOf("reader").find((line) => line.includes("Records")) ?? "";
    const event: DynamoDBStreamEvent = JSON.parse(printed.slice(printed.indexOf("{")));
    expect(event.Records).to.deep.equal([
      {
        eventVersion: "1.1",
        eventSource: "aws:dynamodb",
        awsRegion: "eu-west-1",
        eventSourceARN: STREAM,
        ...stream.all[0],
      },
    ]);
  });

  it("start with what comes when the position is LATEST", async () => {
    stream.write("old");
    await map({ startingPosition: "LATEST" });
    await eventually(() => expect(stream.reads).to.be.above(0));
    stream.write("new");
    await expectBatches(["new"]);
  });

  it("rest until something is written", async () => {
    await map();
    await eventually(() => expect(clock.waits).to.deep.equal([30_000]));
    const { reads } = stream;
    await clock.advance(29_999);
    expect(stream.reads).to.equal(reads);
    stream.write("a");
    await expectBatches(["a"]);
  });

  it("find a record that shows up in the stream only after its write", async () => {
    await map();
    await eventually(() => expect(clock.waits).to.deep.equal([30_000]));
    stream.write();
    await eventually(() => expect(clock.waits[0]).to.be.below(1_000));
    stream.all.push({ dynamodb: { Keys: { id: { S: "late" } }, SequenceNumber: "00001" } });
    await clock.advance(500);
    await expectBatches(["late"]);
    await eventually(async () => {
      await clock.advance(500);
      expect(clock.waits[0]).to.be.above(1_000);
    });
    stream.write();
    await eventually(() => expect(clock.waits[0]).to.be.below(1_000));
  });

  it("do not hand over again what succeeds while the mapping is being changed", async () => {
    const gate = `${cloud.cloud.workFolder}/gate`;
    const code = `import { existsSync } from "node:fs"; export const handler = async ({ Records }) => {
      console.log("ids=" + Records.map(({ dynamodb }) => dynamodb.Keys.id.S).join());
      while (!existsSync(${JSON.stringify(gate)})) await new Promise((resolve) => setTimeout(resolve, 5)); };`;
    stream.write("a");
    await map({}, code);
    await eventually(() => expect(batches()).to.deep.equal(["a"]));
    const source = { functionName: "reader", eventSourceArn: STREAM, startingPosition: "TRIM_HORIZON" };
    const changed = cloud.make(MAPPING, "mapping", { ...source, batchSize: 5 });
    stream.write("b");
    writeFileSync(gate, "");
    await changed;
    await cloud.lambda.ready?.();
    await expectBatches(["a", "b"]);
  });

  it("try a failed batch again before anything that follows it", async () => {
    stream.write("bad", "x");
    await map({ batchSize: 2, maximumRetryAttempts: 2 });
    await expectBatches(["bad,x", "bad,x", "bad,x"]);
    stream.write("y");
    await expectBatches(["bad,x", "bad,x", "bad,x", "y"]);
  });

  it("try again when the function's worker was killed", async () => {
    const code = `import { existsSync, writeFileSync } from "node:fs";
      export const handler = async ({ Records }) => {
        console.log("ids=" + Records.map(({ dynamodb }) => dynamodb.Keys.id.S).join());
        if (existsSync(process.env.AWS_LAMBDA_FUNCTION_NAME_FILE)) return;
        await new Promise(() => {});
      };`.replace(
      "process.env.AWS_LAMBDA_FUNCTION_NAME_FILE",
      JSON.stringify(`${cloud.cloud.workFolder}/open`),
    );
    stream.write("a");
    await map({}, code);
    await eventually(() => expect(batches()).to.deep.equal(["a"]));
    writeFileSync(`${cloud.cloud.workFolder}/open`, "");
    await cloud.cloud.services.lambda.killEnvironments("reader");
    await expectBatches(["a", "a"]);
    expect(cloud.invocations[0]?.error).to.match(/Runtime.ExitError/);
  });

  it("split a failing batch until the bad record stands alone", async () => {
    stream.write("a", "b", "bad", "c");
    await map({ bisectBatchOnFunctionError: true, maximumRetryAttempts: 1 });
    await expectBatches(["a,b,bad,c", "a,b", "bad,c", "bad", "bad", "c"]);
  });

  it("go on from the lowest record that is reported as failed", async () => {
    stream.write("a", "report-1", "b", "report-2");
    await map({ functionResponseTypes: ["ReportBatchItemFailures"], maximumRetryAttempts: 1 });
    await expectBatches(["a,report-1,b,report-2", "report-1,b,report-2"]);
  });

  it("leave a record of what they gave up at the on-failure destination", async () => {
    stream.write("bad-1", "bad-2");
    await map({ maximumRetryAttempts: 0, destinationConfig: { onFailure: { destinationArn: QUEUE } } });
    await eventually(() => expect(sent).to.have.length(1));
    const record = JSON.parse(sent[0] ?? "");
    expect(record).to.deep.equal({
      requestContext: {
        requestId: cloud.invocations[0]?.requestId,
        functionArn: "arn:aws:lambda:eu-west-1:000000000000:function:reader",
        condition: "RetryAttemptsExhausted",
        approximateInvokeCount: 1,
      },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      version: "1.0",
      timestamp: "2026-01-15T12:00:00.000Z",
      DDBStreamBatchInfo: {
        shardId: "shard-1",
        startSequenceNumber: "00001",
        endSequenceNumber: "00002",
        approximateArrivalOfFirstRecord: "2026-01-15T12:00:00.000Z",
        approximateArrivalOfLastRecord: "2026-01-15T12:00:00.000Z",
        batchSize: 2,
        streamArn: STREAM,
      },
    });
  });

  it("give up records that are too old", async () => {
    stream.write("old");
    await clock.advance(61_000);
    await map({ maximumRecordAgeInSeconds: 60, destinationConfig: { onFailure: { destinationArn: QUEUE } } });
    await eventually(() => expect(sent).to.have.length(1));
    expect(JSON.parse(sent[0] ?? "").requestContext.condition).to.equal("RecordAgeExceeded");
    expect(batches()).to.deep.equal([]);
  });

  it("skip records that the filter refuses", async () => {
    stream.write("a", "b");
    const pattern = '{"eventName":["INSERT"],"dynamodb":{"NewImage":{"id":{"S":["b"]}}}}';
    await map({ filterCriteria: { filters: [{ pattern }] } });
    await expectBatches(["b"]);
  });

  it("gather records for the batching window", async () => {
    stream.write("a");
    await map({ maximumBatchingWindowInSeconds: 5 });
    await eventually(() => expect(clock.waits).to.deep.equal([5_000]));
    stream.write("b");
    await eventually(() => expect(clock.waits).to.deep.equal([5_000]));
    await clock.advance(5_000);
    await expectBatches(["a,b"]);
  });

  it("go on where they were after a restart with kept data", async () => {
    const { workFolder } = cloud.cloud;
    await cloud.lambda.stop?.();
    for (const expected of ["a", "b"]) {
      stream.write(expected);
      const kept = await start(workFolder);
      await kept.deploy("reader", OBEY);
      const source = { functionName: "reader", eventSourceArn: STREAM, startingPosition: "TRIM_HORIZON" };
      await kept.make(MAPPING, "mapping", source);
      await kept.lambda.ready?.();
      await eventually(() => expect(kept.logOf("reader").join()).to.include(`ids=${expected}`));
      await eventually(() => expect(clock.waits).to.include(30_000));
      expect(kept.logOf("reader").filter((line) => line.includes("ids="))).to.have.length(1);
      await kept.stop();
    }
  });

  it("stop when they are deleted", async () => {
    await map();
    expect(stream.isWatched).to.equal(true);
    const mapping = await cloud.make(MAPPING, "mapping", { functionName: "reader", eventSourceArn: STREAM });
    await cloud.lambda.realize[MAPPING]?.delete?.(mapping);
    expect(stream.isWatched).to.equal(false);
  });

  it("are refused by name for other sources", async () => {
    const eventSourceArn = "arn:aws:kinesis:eu-west-1:000000000000:stream/clicks";
    await map({ eventSourceArn });
    const warning = cloud.cloud.entries.find(({ kind }) => kind === "warning");
    expect(warning?.message).to.include(`does not support ${eventSourceArn} as a source`);
  });
});
