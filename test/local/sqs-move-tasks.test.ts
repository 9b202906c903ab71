import {
  CancelMessageMoveTaskCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ListMessageMoveTasksCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { expect } from "chai";
import type { SqsApi } from "../../local/core/apis.ts";
import type { Properties, Resource } from "../../local/core/graph.ts";
import type { Service } from "../../local/core/service.ts";
import type { Endpoint } from "../../local/endpoint/index.ts";
import { sqs } from "../../local/services/sqs/index.ts";
import { eventually } from "../support/eventually.ts";
import {
  clientSettings,
  type FakeCloud,
  fakeCloud,
  resourceOf,
  serve,
  settle,
} from "../support/fake-cloud.ts";
import { DataCloud, errorOf } from "./support/data-cloud.ts";

const QUEUE = "aws:sqs/queue:Queue";
const arnOf = (of: Resource): string => String(of.outputs.arn);
const redriveTo = (dead: Resource, maxReceiveCount = 1): Properties => ({
  redrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.outputs.arn, maxReceiveCount }),
});

describe("SQS message move tasks", () => {
  let cloud: DataCloud;
  let client: SQSClient;

  before(async () => {
    cloud = await DataCloud.start([sqs]);
    client = new SQSClient(cloud.asUser);
  });

  after(() => cloud.stop());

  const queue = (name: string, inputs: Properties = {}): Promise<Resource> =>
    cloud.declare(QUEUE, name, { name, ...inputs });
  const receive = async (of: Resource, WaitTimeSeconds = 0): Promise<Message[]> => {
    const all = { MessageAttributeNames: ["All"], MessageSystemAttributeNames: ["All" as const] };
    const input = { QueueUrl: of.id, WaitTimeSeconds, MaxNumberOfMessages: 10, ...all };
    return (await client.send(new ReceiveMessageCommand(input))).Messages ?? [];
  };
  const start = (source: Resource, rest = {}) =>
    client.send(new StartMessageMoveTaskCommand({ SourceArn: arnOf(source), ...rest }));
  const lastTask = async (source: Resource) =>
    (await client.send(new ListMessageMoveTasksCommand({ SourceArn: arnOf(source) }))).Results?.[0];
  const completed = (source: Resource) =>
    eventually(async () => expect(await lastTask(source)).to.include({ Status: "COMPLETED" }));

  it("brings messages that failed back to their queue, where they can be processed", async () => {
    const dead = await queue("orders-dead");
    const source = await queue("orders", redriveTo(dead));
    const MessageAttributes = {
      kind: { DataType: "String", StringValue: "refund" },
      bytes: { DataType: "Binary", BinaryValue: new Uint8Array([0, 255]) },
    };
    const sent = await client.send(
      new SendMessageCommand({ QueueUrl: source.id, MessageBody: '{"order":1}', MessageAttributes }),
    );
    const [failing] = await receive(source);
    const { ReceiptHandle } = failing ?? {};
    await client.send(
      new ChangeMessageVisibilityCommand({ QueueUrl: source.id, ReceiptHandle, VisibilityTimeout: 0 }),
    );
    expect(await receive(source)).to.deep.equal([]);
    expect((await cloud.apis.sqs.inspect(arnOf(dead))).visible).to.equal(1);

    await start(dead);
    const [back] = await receive(source, 10);
    expect(back?.Body).to.equal('{"order":1}');
    expect(back?.MessageAttributes?.kind).to.deep.equal(MessageAttributes.kind);
    expect([...(back?.MessageAttributes?.bytes?.BinaryValue ?? [])]).to.deep.equal([0, 255]);
    expect(back?.MD5OfMessageAttributes).to.equal(sent.MD5OfMessageAttributes);
    expect(back?.Attributes).to.include({ ApproximateReceiveCount: "1" });
    expect(back?.MessageId).not.to.equal(sent.MessageId);
    await client.send(new DeleteMessageCommand({ QueueUrl: source.id, ReceiptHandle: back?.ReceiptHandle }));
    await completed(dead);
    for (const one of [source, dead]) {
      expect(await cloud.apis.sqs.inspect(arnOf(one))).to.include({ visible: 0, inFlight: 0, delayed: 0 });
    }
  });

  it("moves all visible messages, to another queue when the caller names one", async () => {
    const dead = await queue("bulk-dead");
    await queue("bulk", redriveTo(dead));
    const other = await queue("bulk-other");
    for (let index = 0; index < 25; index++) await cloud.apis.sqs.send(arnOf(dead), `message ${index}`);
    await start(dead, { DestinationArn: arnOf(other) });
    await completed(dead);
    const { messages } = await cloud.apis.sqs.inspect(arnOf(other));
    expect(messages.map(({ body }) => body)).to.deep.equal(
      Array.from({ length: 25 }, (_, index) => `message ${index}`),
    );
    const task = await lastTask(dead);
    expect(task).to.include({
      SourceArn: arnOf(dead),
      DestinationArn: arnOf(other),
      ApproximateNumberOfMessagesMoved: 25,
      ApproximateNumberOfMessagesToMove: 25,
    });
    expect(task).not.to.have.any.keys("TaskHandle", "MaxNumberOfMessagesPerSecond", "FailureReason");
  });

  it("keeps groups and their order in FIFO queues, also within the time of deduplication", async () => {
    const fifo = { fifoQueue: true, contentBasedDeduplication: true };
    const dead = await queue("line-dead", { name: "line-dead.fifo", ...fifo });
    const source = await queue("line", { name: "line.fifo", ...fifo, ...redriveTo(dead) });
    for (const body of ["1", "2"]) {
      await cloud.apis.sqs.send(arnOf(source), body, { messageGroupId: "g" });
      const [message] = await receive(source);
      const { ReceiptHandle } = message ?? {};
      await client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: source.id, ReceiptHandle, VisibilityTimeout: 0 }),
      );
      expect(await receive(source)).to.deep.equal([]);
    }
    await start(dead);
    await completed(dead);
    for (const body of ["1", "2"]) {
      const [message] = await receive(source);
      expect(message?.Body).to.equal(body);
      expect(message?.Attributes).to.include({ MessageGroupId: "g" });
      const { ReceiptHandle } = message ?? {};
      await client.send(new DeleteMessageCommand({ QueueUrl: source.id, ReceiptHandle }));
    }
  });

  it("refuses what AWS refuses", async () => {
    const dead = await queue("strict-dead");
    const source = await queue("strict", redriveTo(dead));
    expect(await errorOf(start(source))).to.equal("InvalidParameterValue");
    expect(await errorOf(start(dead, { SourceArn: `${arnOf(dead)}-none` }))).to.equal(
      "ResourceNotFoundException",
    );
    expect(await errorOf(start(dead, { DestinationArn: `${arnOf(dead)}-none` }))).to.equal(
      "ResourceNotFoundException",
    );
    expect(await errorOf(start(dead, { DestinationArn: arnOf(dead) }))).to.equal("InvalidParameterValue");
    expect(await errorOf(start(dead, { MaxNumberOfMessagesPerSecond: 501 }))).to.equal(
      "InvalidParameterValue",
    );
    expect(await errorOf(client.send(new CancelMessageMoveTaskCommand({ TaskHandle: "x" })))).to.equal(
      "InvalidParameterValue",
    );
  });

  it("says that it cannot tell the queues of a shared dead-letter queue apart, unless one is named", async () => {
    const dead = await queue("shared-dead");
    const one = await queue("shared-one", redriveTo(dead));
    await queue("shared-two", redriveTo(dead));
    const error = await start(dead).then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error?.message).to.contain("shared-one, shared-two").and.to.contain("DestinationArn");
    await cloud.apis.sqs.send(arnOf(dead), "named");
    await start(dead, { DestinationArn: arnOf(one) });
    expect((await receive(one, 10)).map(({ Body }) => Body)).to.deep.equal(["named"]);
  });

  it("asks for all permissions that the move needs", async () => {
    const dead = await queue("guarded-dead");
    const source = await queue("guarded", redriveTo(dead));
    const actions = ["StartMessageMoveTask", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes"];
    const grants = actions.map((action) => ({
      Effect: "Allow",
      Action: `sqs:${action}`,
      Resource: arnOf(dead),
    }));
    const all = [...grants, { Effect: "Allow", Action: "sqs:SendMessage", Resource: arnOf(source) }];
    const startAs = async (name: string, statements: Properties[]): Promise<string | undefined> => {
      const caller = new SQSClient(await cloud.asFunction(name, statements));
      const error = await errorOf(caller.send(new StartMessageMoveTaskCommand({ SourceArn: arnOf(dead) })));
      caller.destroy();
      return error;
    };
    for (const [index, missing] of all.entries()) {
      const granted = all.filter((statement) => statement !== missing);
      expect(await startAs(`mover-${index}`, granted), missing.Action).to.match(/AccessDenied/);
    }
    expect(await startAs("mover", all)).to.equal(undefined);
  });
});

describe("The pace of SQS message move tasks", () => {
  const dead = resourceOf(sqs, QUEUE, "dead", { name: "dead" });
  const source = resourceOf(sqs, QUEUE, "source", { name: "source", ...redriveTo(dead) });
  const SourceArn = arnOf(dead);
  let cloud: FakeCloud;
  let service: Service;
  let endpoint: Endpoint;
  let client: SQSClient;

  beforeEach(async () => {
    cloud = fakeCloud();
    service = sqs.create(cloud);
    await service.start?.();
    endpoint = await serve([{ definition: sqs, service }], cloud);
    client = new SQSClient(clientSettings(endpoint));
    for (const resource of [dead, source]) await service.realize[QUEUE]?.create(resource);
    for (const body of ["1", "2", "3"]) await (service.api as SqsApi).send(SourceArn, body);
  });

  afterEach(async () => {
    await service.stop?.();
    await endpoint.close();
  });

  const arrived = async (): Promise<number> => (await (service.api as SqsApi).inspect(arnOf(source))).visible;
  const list = async (MaxResults?: number) =>
    (await client.send(new ListMessageMoveTasksCommand({ SourceArn, MaxResults }))).Results;

  it("keeps to the rate that the caller sets", async () => {
    await client.send(new StartMessageMoveTaskCommand({ SourceArn, MaxNumberOfMessagesPerSecond: 2 }));
    for (const [milliseconds, count] of [
      [0, 1],
      [499, 1],
      [1, 2],
      [500, 3],
    ] as const) {
      await cloud.clock.advance(milliseconds);
      expect(await arrived()).to.equal(count);
    }
    expect(await list()).to.have.lengthOf(1);
    expect((await list())?.[0]).to.include({ Status: "COMPLETED", MaxNumberOfMessagesPerSecond: 2 });
    await settle();
    expect(cloud.clock.waiting).to.equal(0);
  });

  it("runs one task at a time, which can be cancelled once", async () => {
    const start = () =>
      client.send(new StartMessageMoveTaskCommand({ SourceArn, MaxNumberOfMessagesPerSecond: 1 }));
    const { TaskHandle } = await start();
    await cloud.clock.advance(0);
    expect((await list())?.[0]).to.include({ Status: "RUNNING", TaskHandle });
    expect(await errorOf(start())).to.equal("InvalidParameterValue");
    const cancel = () => client.send(new CancelMessageMoveTaskCommand({ TaskHandle }));
    expect((await cancel()).ApproximateNumberOfMessagesMoved).to.equal(1);
    await cloud.clock.advance(60_000);
    expect(await arrived()).to.equal(1);
    expect(await errorOf(cancel())).to.equal("UnsupportedOperation");
    await start();
    expect((await list(10))?.map(({ Status }) => Status)).to.deep.equal(["RUNNING", "CANCELLED"]);
  });

  it("fails when the queue that it moves to is deleted", async () => {
    await client.send(new StartMessageMoveTaskCommand({ SourceArn, MaxNumberOfMessagesPerSecond: 1 }));
    await cloud.clock.advance(0);
    await service.realize[QUEUE]?.delete?.(source);
    await cloud.clock.advance(1_000);
    const [task] = (await list()) ?? [];
    expect(task).to.include({ Status: "FAILED", ApproximateNumberOfMessagesMoved: 1 });
    expect((await (service.api as SqsApi).inspect(SourceArn)).visible).to.equal(2);
  });
});
