import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  RemovePermissionCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { expect } from "chai";
import type { Properties, Resource } from "../../local/core/graph.ts";
import { sqs } from "../../local/services/sqs/index.ts";
import { eventually } from "../support/eventually.ts";
import { ACCOUNT, DataCloud, errorOf, REGION } from "./support/data-cloud.ts";

const QUEUE = "aws:sqs/queue:Queue";

describe("SQS", () => {
  let cloud: DataCloud;
  let client: SQSClient;

  before(async () => {
    cloud = await DataCloud.start([sqs]);
    client = new SQSClient(cloud.asUser);
  });

  after(() => cloud.stop());

  const queue = (name: string, inputs: Properties = {}): Promise<Resource> =>
    cloud.declare(QUEUE, name, { name, ...inputs });
  const send = (of: Resource, MessageBody: string) =>
    client.send(new SendMessageCommand({ QueueUrl: of.id, MessageBody }));
  const receive = async (of: Resource, WaitTimeSeconds = 0) =>
    (
      await client.send(
        new ReceiveMessageCommand({ QueueUrl: of.id, WaitTimeSeconds, MaxNumberOfMessages: 10 }),
      )
    ).Messages ?? [];
  const attributes = async (of: Resource) =>
    (await client.send(new GetQueueAttributesCommand({ QueueUrl: of.id, AttributeNames: ["All"] })))
      .Attributes;

  it("makes queues whose URLs are on the endpoint, with the attributes of the program", async () => {
    const jobs = await queue("jobs", { visibilityTimeoutSeconds: 90, messageRetentionSeconds: 1_209_600 });
    expect(jobs.id).to.equal(`${cloud.world.endpoint}/${ACCOUNT}/jobs`);
    expect(jobs.outputs.arn).to.equal(`arn:aws:sqs:${REGION}:${ACCOUNT}:jobs`);
    expect(await attributes(jobs)).to.include({
      QueueArn: jobs.outputs.arn,
      VisibilityTimeout: "90",
      MessageRetentionPeriod: "1209600",
    });
    expect((await client.send(new GetQueueUrlCommand({ QueueName: "jobs" }))).QueueUrl).to.equal(jobs.id);
    expect((await client.send(new ListQueuesCommand({}))).QueueUrls).to.include(jobs.id);
    expect((await client.send(new CreateQueueCommand({ QueueName: "by-call" }))).QueueUrl).to.equal(
      `${cloud.world.endpoint}/${ACCOUNT}/by-call`,
    );
  });

  it("takes every character that AWS takes, and no other", async () => {
    const texts = await queue("texts");
    const body = "\t\r\n \ud7ff\ue000\ufffd\u{10000}\u{1f69a}\u{10ffff}";
    await send(texts, body);
    expect((await receive(texts)).map(({ Body }) => Body)).to.deep.equal([body]);
    for (const character of ["\u0000", "\u001f", "\ufffe", "\uffff"])
      expect(await errorOf(send(texts, `a${character}`))).to.match(/InvalidMessageContents$/);
  });

  it("sends and receives through the endpoint, and counts what is visible and in flight", async () => {
    const counted = await queue("counted");
    await client.send(
      new SendMessageBatchCommand({
        QueueUrl: counted.id,
        Entries: ["a", "b"].map((Id) => ({ Id, MessageBody: Id })),
      }),
    );
    const [first] = (await client.send(new ReceiveMessageCommand({ QueueUrl: counted.id }))).Messages ?? [];
    const contents = await cloud.apis.sqs.inspect(String(counted.outputs.arn));
    expect(contents).to.include({ visible: 1, inFlight: 1, delayed: 0 });
    expect(contents.messages.map(({ body, state }) => ({ body, state }))).to.deep.equal([
      { body: "b", state: "visible" },
      { body: "a", state: "in flight" },
    ]);
    await client.send(
      new DeleteMessageCommand({ QueueUrl: counted.id, ReceiptHandle: first?.ReceiptHandle }),
    );
    expect((await cloud.apis.sqs.inspect(String(counted.outputs.arn))).inFlight).to.equal(0);
  });

  it("answers a long poll as soon as a message comes", async () => {
    const polled = await queue("polled");
    const waiting = receive(polled, 20);
    const began = performance.now();
    await send(polled, "here");
    expect((await waiting).map(({ Body }) => Body)).to.deep.equal(["here"]);
    expect(performance.now() - began).to.be.below(2_000);
    expect(await receive(polled, 1)).to.deep.equal([]);
    expect(performance.now() - began).to.be.at.least(1_000);
  });

  it("gives no message to a receiver that has gone", async () => {
    const left = await queue("left");
    const arn = String(left.outputs.arn);
    const leaving = new AbortController();
    const gone = cloud.apis.sqs.receive(arn, { maxMessages: 1, waitSeconds: 20, signal: leaving.signal });
    leaving.abort();
    expect(await gone).to.deep.equal([]);
    await cloud.apis.sqs.send(arn, "still here", {
      messageAttributes: { kind: { DataType: "String", StringValue: "x" } },
    });
    const [message] = await cloud.apis.sqs.receive(arn, { maxMessages: 1, waitSeconds: 0 });
    expect(message?.body).to.equal("still here");
    expect(message?.messageAttributes).to.deep.equal({ kind: { DataType: "String", StringValue: "x" } });
    expect(message?.attributes).to.include({ ApproximateReceiveCount: "1" });
    expect(message?.attributes).to.include.keys(
      "SentTimestamp",
      "SenderId",
      "ApproximateFirstReceiveTimestamp",
    );
  });

  it("moves a message that is received too often to the dead-letter queue", async () => {
    const dead = await queue("dead");
    const redrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.outputs.arn, maxReceiveCount: 2 });
    const source = await queue("source", { redrivePolicy });
    await send(source, "poison");
    for (let attempt = 0; attempt < 2; attempt++) {
      const [message] = await receive(source);
      const ReceiptHandle = message?.ReceiptHandle;
      await client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: source.id, ReceiptHandle, VisibilityTimeout: 0 }),
      );
    }
    expect(await receive(source)).to.deep.equal([]);
    expect((await receive(dead)).map(({ Body }) => Body)).to.deep.equal(["poison"]);
  });

  it("keeps its messages when the program changes the queue, and sets attributes back that are gone from it", async () => {
    const changed = await queue("changed", { visibilityTimeoutSeconds: 60, delaySeconds: 0 });
    await send(changed, "kept");
    await queue("changed", { maxMessageSize: 2_048 });
    expect(await attributes(changed)).to.include({ VisibilityTimeout: "30", MaximumMessageSize: "2048" });
    expect((await receive(changed)).map(({ Body }) => Body)).to.deep.equal(["kept"]);
    await cloud.remove(changed);
    expect(await errorOf(send(changed, "late"))).to.equal("QueueDoesNotExist");
  });

  it("keeps the order within a group of a FIFO queue", async () => {
    const ordered = await queue("ordered", {
      name: "ordered.fifo",
      fifoQueue: true,
      contentBasedDeduplication: true,
    });
    for (const MessageBody of ["1", "2", "2"]) {
      await client.send(
        new SendMessageCommand({ QueueUrl: ordered.id, MessageBody, MessageGroupId: "group" }),
      );
    }
    const bodies: (string | undefined)[] = [];
    for (let count = 0; count < 2; count++) {
      const [message] = await receive(ordered);
      bodies.push(message?.Body);
      await client.send(
        new DeleteMessageCommand({ QueueUrl: ordered.id, ReceiptHandle: message?.ReceiptHandle }),
      );
    }
    expect(bodies).to.deep.equal(["1", "2"]);
    expect(await receive(ordered)).to.deep.equal([]);
  });

  it("shows a message again when its visibility time-out is over, also to who only counts", async () => {
    const brief = await queue("brief", { visibilityTimeoutSeconds: 1 });
    await send(brief, "again");
    await receive(brief);
    expect((await attributes(brief))?.ApproximateNumberOfMessagesNotVisible).to.equal("1");
    await eventually(async () =>
      expect((await attributes(brief))?.ApproximateNumberOfMessages).to.equal("1"),
    );
  });

  it("denies what the role of a function does not allow", async () => {
    const guarded = await queue("guarded");
    const statement = { Effect: "Allow", Action: ["sqs:SendMessage"], Resource: guarded.outputs.arn ?? "" };
    const sender = new SQSClient(await cloud.asFunction("sender", [statement]));
    await sender.send(new SendMessageCommand({ QueueUrl: guarded.id, MessageBody: "allowed" }));
    expect(await errorOf(sender.send(new ReceiveMessageCommand({ QueueUrl: guarded.id })))).to.match(
      /AccessDenied/,
    );
    expect(await errorOf(sender.send(new GetQueueAttributesCommand({ QueueUrl: guarded.id })))).to.match(
      /AccessDenied/,
    );
    sender.destroy();
  });

  it("names an operation that is not supported", async () => {
    const QueueUrl = (await queue("labelled")).id;
    const error = await client.send(new RemovePermissionCommand({ QueueUrl, Label: "x" })).then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error?.message).to.contain("sqs:RemovePermission");
  });
});
