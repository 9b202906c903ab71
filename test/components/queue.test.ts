import * as aws from "@pulumi/aws";
import { expect } from "chai";
import { DeadLetterQueue } from "../../components/dead-letter-queue.ts";
import type { QueueArgs } from "../../components/queue.ts";
import { Queue } from "../../components/queue.ts";
import { DEFAULTS } from "./support/functions.ts";
import { documentIn, known, record } from "./support/recorder.ts";

const QUEUE = "aws:sqs/queue:Queue";
const POLICY = "aws:sqs/queuePolicy:QueuePolicy";
const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const ARN = "arn:aws:sqs:eu-west-1:123456789012";

function workQueue(overrides: Partial<QueueArgs> = {}, name = "work"): Queue {
  return new Queue(name, { defaults: DEFAULTS, consumerTimeoutSeconds: 30, ...overrides });
}

function denyPlainHttp(queue: string): object {
  return {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: ["sqs:*"],
    Resource: `${ARN}:${queue}`,
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}

describe("Queue", () => {
  it("creates a queue and its dead-letter queue with their policies and alarms, and nothing else", async () => {
    const recording = await record(() => workQueue());
    expect(recording.types()).to.deep.equal(
      [
        ALARM,
        ALARM,
        ALARM,
        QUEUE,
        QUEUE,
        POLICY,
        POLICY,
        "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy",
      ].sort(),
    );
  });

  it("hides a message for six time-outs of its reader and the batching window", async () => {
    const recording = await record(() => workQueue({ batchingWindowSeconds: 5 }));
    expect(recording.one(QUEUE, "work-queue").inputs).to.include({
      visibilityTimeoutSeconds: 185,
      receiveWaitTimeSeconds: 20,
      sqsManagedSseEnabled: true,
      messageRetentionSeconds: 345_600,
    });
  });

  it("gives a message up after five tries, into a queue that outlasts it and takes nothing of others", async () => {
    const recording = await record(() => workQueue());
    expect(documentIn(recording.one(QUEUE, "work-queue"), "redrivePolicy")).to.deep.equal({
      deadLetterTargetArn: `${ARN}:work-dead-letters-queue`,
      maxReceiveCount: 5,
    });
    expect(recording.one(QUEUE, "work-dead-letters-queue").inputs).to.include({
      messageRetentionSeconds: 1_209_600,
      sqsManagedSseEnabled: true,
    });
    const allow = recording.one("aws:sqs/redriveAllowPolicy:RedriveAllowPolicy");
    expect(documentIn(allow, "redriveAllowPolicy")).to.deep.equal({
      redrivePermission: "byQueue",
      sourceQueueArns: [`${ARN}:work-queue`],
    });
  });

  it("takes messages over TLS only, and of AWS services from the named writers alone", async () => {
    const recording = await record(() => {
      const topic = new aws.sns.Topic("created");
      return workQueue({ writers: [{ service: "sns.amazonaws.com", sourceArn: topic.arn }] });
    });
    expect(documentIn(recording.one(POLICY, "work-policy"), "policy")).to.deep.equal({
      Version: "2012-10-17",
      Statement: [
        denyPlainHttp("work-queue"),
        {
          Sid: "Writer1",
          Effect: "Allow",
          Principal: { Service: "sns.amazonaws.com" },
          Action: ["sqs:SendMessage"],
          Resource: `${ARN}:work-queue`,
          Condition: { ArnEquals: { "aws:SourceArn": "arn:aws:sns:eu-west-1:123456789012:created" } },
        },
      ],
    });
    expect(documentIn(recording.one(POLICY, "work-dead-letters-policy"), "policy")).to.deep.equal({
      Version: "2012-10-17",
      Statement: [denyPlainHttp("work-dead-letters-queue")],
    });
  });

  it("raises alarms on a backlog above 100, on an old message and on the first dead letter", async () => {
    const recording = await record(() => workQueue());
    const alarm = (name: string) => recording.one(ALARM, name).inputs;
    expect(alarm("work-backlog")).to.deep.include({
      metricName: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: "work-queue" },
      comparisonOperator: "GreaterThanThreshold",
      threshold: 100,
    });
    expect(alarm("work-age")).to.deep.include({
      metricName: "ApproximateAgeOfOldestMessage",
      threshold: 3_600,
    });
    expect(alarm("work-dead-letters-not-empty")).to.deep.include({
      metricName: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: "work-dead-letters-queue" },
      threshold: 0,
    });
  });

  it("does as the user says where a user may choose", async () => {
    const recording = await record(() =>
      workQueue({ maxReceiveCount: 9, backlogAlarm: 3, oldestMessageSeconds: 60 }),
    );
    expect(documentIn(recording.one(QUEUE, "work-queue"), "redrivePolicy")).to.include({
      maxReceiveCount: 9,
    });
    expect(recording.one(ALARM, "work-backlog").inputs.threshold).to.equal(3);
    expect(recording.one(ALARM, "work-age").inputs.threshold).to.equal(60);
  });

  it("keeps its dead-letter queue whatever a transform says", async () => {
    const queue = { messageRetentionSeconds: 60, redrivePolicy: "{}" };
    const recording = await record(() => workQueue({ transform: { queue } }));
    expect(recording.one(QUEUE, "work-queue").inputs.messageRetentionSeconds).to.equal(60);
    expect(documentIn(recording.one(QUEUE, "work-queue"), "redrivePolicy")).to.have.property(
      "deadLetterTargetArn",
    );
  });

  it("gives a sender its URL and the permission to send, no more", async () => {
    const { result } = await record(() => workQueue().link("send"));
    expect(await known(result.value)).to.equal("https://sqs.eu-west-1.amazonaws.com/123456789012/work-queue");
    expect(await known(result.statements)).to.deep.equal([
      { Effect: "Allow", Action: ["sqs:SendMessage"], Resource: `${ARN}:work-queue` },
    ]);
  });

  it("can stand beside another one", async () => {
    const recording = await record(() => [workQueue(), workQueue({}, "mail")]);
    const names = recording.list.map(({ type, name }) => `${type} ${name}`);
    expect(new Set(names).size).to.equal(names.length);
  });
});

describe("DeadLetterQueue", () => {
  it("lets the services in that could not deliver", async () => {
    const recording = await record(
      () =>
        new DeadLetterQueue("dead", {
          defaults: DEFAULTS,
          writers: [
            { service: "events.amazonaws.com", sourceArn: "arn:aws:events:eu-west-1:123456789012:rule/r" },
          ],
        }),
    );
    const policy = JSON.stringify(documentIn(recording.one(POLICY), "policy"));
    expect(policy).to.contain('"Principal":{"Service":"events.amazonaws.com"}');
    expect(policy).to.contain('"ArnEquals":{"aws:SourceArn":"arn:aws:events:eu-west-1:123456789012:rule/r"}');
  });
});
