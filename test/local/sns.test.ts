import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  ListSubscriptionsByTopicCommand,
  PublishBatchCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
} from "@aws-sdk/client-sns";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { SNSEvent } from "aws-lambda";
import { expect } from "chai";
import type { Properties, Resource } from "../../local/core/graph.ts";
import { mailbox } from "../../local/services/mailbox/index.ts";
import { sns } from "../../local/services/sns/index.ts";
import { sqs } from "../../local/services/sqs/index.ts";
import { eventually } from "../support/eventually.ts";
import { ACCOUNT, DataCloud, errorOf, REGION } from "./support/data-cloud.ts";

const FUNCTION_ARN = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:consumer`;

describe("SNS", () => {
  let cloud: DataCloud;
  let client: SNSClient;

  before(async () => {
    cloud = await DataCloud.start([sns, sqs, mailbox]);
    client = new SNSClient(cloud.asUser);
  });

  after(() => cloud.stop());

  const topic = (name: string, inputs: Properties = {}) =>
    cloud.declare("aws:sns/topic:Topic", name, { name, ...inputs });
  const subscribe = (
    name: string,
    to: Resource,
    protocol: string,
    endpoint: string,
    inputs: Properties = {},
  ) =>
    cloud.declare("aws:sns/topicSubscription:TopicSubscription", name, {
      topic: to.id,
      protocol,
      endpoint,
      ...inputs,
    });

  /** A queue that the topic may send to. */
  async function subscribedQueue(name: string, to: Resource, inputs: Properties = {}): Promise<string> {
    const queue = await cloud.declare("aws:sqs/queue:Queue", name, { name });
    const arn = String(queue.outputs.arn);
    await allow(name, queue, to);
    await subscribe(name, to, "sqs", arn, inputs);
    return arn;
  }

  async function allow(name: string, queue: Resource, from: Resource): Promise<void> {
    const Condition = { ArnEquals: { "aws:SourceArn": from.id } };
    const statement = {
      Effect: "Allow",
      Principal: { Service: "sns.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: queue.outputs.arn,
      Condition,
    };
    const policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    await cloud.declare("aws:sqs/queuePolicy:QueuePolicy", name, { queueUrl: queue.id, policy });
  }

  const received = async (queueArn: string): Promise<string[]> =>
    (await cloud.apis.sqs.receive(queueArn, { maxMessages: 10, waitSeconds: 1 })).map(({ body }) => body);

  it("delivers to queues, in an envelope or raw, as the filter policy says", async () => {
    const orders = await topic("orders");
    const wrapped = await subscribedQueue("wrapped", orders);
    const raw = await subscribedQueue("raw", orders, {
      rawMessageDelivery: true,
      filterPolicy: JSON.stringify({ kind: ["big"] }),
    });
    const attribute = (StringValue: string) => ({ kind: { DataType: "String", StringValue } });
    await client.send(
      new PublishCommand({
        TopicArn: orders.id,
        Message: "small one",
        MessageAttributes: attribute("small"),
      }),
    );
    await client.send(
      new PublishCommand({
        TopicArn: orders.id,
        Message: "big one",
        Subject: "Order",
        MessageAttributes: attribute("big"),
      }),
    );
    expect(await received(raw)).to.deep.equal(["big one"]);
    const [, envelope = "{}"] = await received(wrapped);
    expect(JSON.parse(envelope)).to.deep.include({
      Type: "Notification",
      TopicArn: orders.id,
      Subject: "Order",
      Message: "big one",
      MessageAttributes: { kind: { Type: "String", Value: "big" } },
    });
  });

  it("captures e-mails under the topic's display name instead of sending them", async () => {
    const news = await topic("news", { displayName: "Task manager" });
    const filter = { filterPolicy: JSON.stringify({ level: ["high"] }), filterPolicyScope: "MessageBody" };
    await subscribe("mail", news, "email", "ana@example.com");
    await subscribe("filtered", news, "email", "eva@example.com", filter);
    await cloud.apis.sns.publish(news.id, '{"level":"low"}', { subject: "Task created" });
    const mails = await eventually(() => {
      const list = cloud.apis.mailbox.list().filter(({ body }) => body === '{"level":"low"}');
      expect(list).to.not.have.length(0);
      return list;
    });
    expect(mails).to.have.length(1);
    expect(mails[0]).to.include({
      kind: "email",
      to: "ana@example.com",
      subject: "Task created",
      from: "Task manager <no-reply@sns.amazonaws.com>",
    });
    expect(cloud.log).to.deep.include({
      kind: "mail",
      source: "mailbox",
      message: "e-mail to ana@example.com: Task created",
    });
    const { Subscriptions } = await client.send(new ListSubscriptionsByTopicCommand({ TopicArn: news.id }));
    expect(Subscriptions?.map(({ Protocol, Endpoint }) => `${Protocol} ${Endpoint}`)).to.have.members([
      "email ana@example.com",
      "email eva@example.com",
    ]);
    const { QueueUrls } = await new SQSClient(cloud.asUser).send(new ListQueuesCommand({}));
    expect(QueueUrls?.filter((url) => url.includes("local-cloud"))).to.deep.equal([]);
  });

  it("captures text messages, to subscribers and straight to a phone", async () => {
    const alarms = await topic("alarms");
    await subscribe("phone", alarms, "sms", "+34600000001");
    await client.send(new PublishCommand({ TopicArn: alarms.id, Message: "to subscribers" }));
    await client.send(new PublishCommand({ PhoneNumber: "+34600000002", Message: "direct" }));
    await eventually(() => {
      const texts = cloud.apis.mailbox.list().filter(({ kind }) => kind === "sms");
      expect(texts.map(({ to, body }) => `${to} ${body}`)).to.have.members([
        "+34600000001 to subscribers",
        "+34600000002 direct",
      ]);
    });
  });

  it("invokes functions with a complete event", async () => {
    const work = await topic("work");
    await cloud.declare("aws:lambda/function:Function", "consumer", {
      arn: FUNCTION_ARN,
      name: "consumer",
      role: "",
    });
    const permission = {
      action: "lambda:InvokeFunction",
      function: "consumer",
      principal: "sns.amazonaws.com",
      sourceArn: work.id,
    };
    await cloud.declare("aws:lambda/permission:Permission", "consumer", permission);
    const subscription = await subscribe("consumer", work, "lambda", FUNCTION_ARN);
    await client.send(
      new PublishBatchCommand({
        TopicArn: work.id,
        PublishBatchRequestEntries: [{ Id: "1", Message: "do it" }],
      }),
    );
    await eventually(() => expect(cloud.invocations).to.have.length(1));
    const record = (cloud.invocations[0]?.event as SNSEvent | undefined)?.Records[0];
    expect(cloud.invocations[0]?.functionArn).to.equal(FUNCTION_ARN);
    expect(record).to.include({
      EventSource: "aws:sns",
      EventVersion: "1.0",
      EventSubscriptionArn: subscription.id,
    });
    expect(record?.Sns).to.deep.include({
      Type: "Notification",
      TopicArn: work.id,
      Message: "do it",
      Subject: null,
      MessageAttributes: {},
    });
    expect(record?.Sns).to.include.keys(
      "MessageId",
      "Timestamp",
      "Signature",
      "SignatureVersion",
      "SigningCertUrl",
      "UnsubscribeUrl",
    );
  });

  describe("with web servers", () => {
    let server: Server;
    const bodies: string[] = [];
    let refusals = 1;

    before((done) => {
      server = createServer((request, response) => {
        request.setEncoding("utf8").on("data", (text: string) => {
          if (refusals === 0) bodies.push(text);
        });
        request.on("end", () => response.writeHead(refusals-- > 0 ? 500 : 200).end());
      }).listen(0, "127.0.0.1", done);
    });

    after(() => void server.close());

    it("posts to those on this machine, and again when one fails", async () => {
      const hooks = await topic("hooks");
      await subscribe(
        "hook",
        hooks,
        "http",
        `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
      );
      await client.send(new PublishCommand({ TopicArn: hooks.id, Message: "ping" }));
      await eventually(() => expect(bodies).to.have.length(1));
      expect(JSON.parse(bodies[0] ?? "")).to.include({ Type: "Notification", Message: "ping" });
    });

    it("refuses others by name", async () => {
      const far = await topic("far");
      const refused = await subscribe("far", far, "https", "https://example.com/hook").then(
        () => undefined,
        (error: Error) => error,
      );
      expect(refused?.message).to.contain("far").and.contain("https://example.com/hook");
    });
  });

  it("delivers nothing, and says so, when the queue's policy does not let the topic send", async () => {
    const closed = await topic("closed");
    const queue = await cloud.declare("aws:sqs/queue:Queue", "closed", { name: "closed" });
    await subscribe("closed", closed, "sqs", String(queue.outputs.arn));
    await client.send(new PublishCommand({ TopicArn: closed.id, Message: "lost" }));
    expect(await received(String(queue.outputs.arn))).to.deep.equal([]);
    expect(
      cloud.log.some(
        ({ kind, message }) => kind === "warning" && message.includes("Subscription closed delivers nothing"),
      ),
    ).to.equal(true);
    await allow("closed", queue, closed);
    await cloud.ready();
    await client.send(new PublishCommand({ TopicArn: closed.id, Message: "arrives" }));
    expect(await received(String(queue.outputs.arn))).to.have.length(1);
  });

  it("stops delivering when the subscription is removed, and follows a changed filter", async () => {
    const changing = await topic("changing");
    const queue = await subscribedQueue("changing", changing);
    await subscribe("changing", changing, "sqs", queue, { filterPolicy: '{"kind":["x"]}' });
    await client.send(new PublishCommand({ TopicArn: changing.id, Message: "filtered out" }));
    const subscription = await subscribe("changing", changing, "sqs", queue);
    await client.send(new PublishCommand({ TopicArn: changing.id, Message: "wanted" }));
    await cloud.remove(subscription);
    await client.send(new PublishCommand({ TopicArn: changing.id, Message: "after" }));
    expect(
      (await received(queue)).map((body) => (JSON.parse(body) as { Message: string }).Message),
    ).to.deep.equal(["wanted"]);
  });

  it("refuses messages over 256 KB, other subjects than AWS takes, and what it does not support", async () => {
    const strict = await topic("strict");
    const publish = (more: object) =>
      client.send(new PublishCommand({ TopicArn: strict.id, Message: "m", ...more }));
    expect(await errorOf(publish({ Message: "x".repeat(262_145) }))).to.match(/InvalidParameter/);
    expect(await errorOf(publish({ Subject: "two\nlines" }))).to.match(/InvalidParameter/);
    const byCall = new SubscribeCommand({
      TopicArn: strict.id,
      Protocol: "email",
      Endpoint: "a@example.com",
    });
    expect(await errorOf(client.send(byCall))).to.equal("NotImplemented");
  });

  it("gives each protocol its own text of a structured message", async () => {
    const structured = await topic("structured");
    const queue = await subscribedQueue("structured", structured, { rawMessageDelivery: true });
    await subscribe("structured-mail", structured, "email", "leo@example.com");
    const Message = JSON.stringify({ default: "for all", email: "for mailboxes" });
    await client.send(new PublishCommand({ TopicArn: structured.id, MessageStructure: "json", Message }));
    expect(await received(queue)).to.deep.equal(["for all"]);
    await eventually(() => {
      const mails = cloud.apis.mailbox.list().filter(({ to }) => to === "leo@example.com");
      expect(mails.map(({ body }) => body)).to.deep.equal(["for mailboxes"]);
    });
  });

  it("denies publishing to a function whose role does not allow it", async () => {
    const open = await topic("open");
    const secret = await topic("secret");
    const publisher = new SNSClient(
      await cloud.asFunction("publisher", [{ Effect: "Allow", Action: ["sns:Publish"], Resource: open.id }]),
    );
    await publisher.send(new PublishCommand({ TopicArn: open.id, Message: "m" }));
    expect(await errorOf(publisher.send(new PublishCommand({ TopicArn: secret.id, Message: "m" })))).to.match(
      /AuthorizationError/,
    );
    publisher.destroy();
  });
});
