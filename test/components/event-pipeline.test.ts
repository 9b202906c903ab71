import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { objectPattern } from "../../components/event-patterns.ts";
import type { EventPipelineArgs } from "../../components/event-pipeline.ts";
import { EventPipeline } from "../../components/event-pipeline.ts";
import { bucketNamed, DEFAULTS, functionNamed, tableNamed } from "./support/functions.ts";
import type { RecordedResource, Recording } from "./support/recorder.ts";
import { documentIn, record } from "./support/recorder.ts";

const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";
const TARGET = "aws:cloudwatch/eventTarget:EventTarget";
const RULE = "aws:cloudwatch/eventRule:EventRule";
const SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription";
const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const SQS = "arn:aws:sqs:eu-west-1:123456789012";
const ALIAS = "arn:aws:lambda:eu-west-1:123456789012:function:consumer-function:live";

type Source = () => EventPipelineArgs["source"];

function pipelineFrom(
  source: Source,
  rest: Partial<Omit<EventPipelineArgs, "source">> = {},
): Promise<Recording<EventPipeline>> {
  return record(
    () =>
      new EventPipeline("work", {
        defaults: DEFAULTS,
        consumer: functionNamed("consumer"),
        source: source(),
        ...rest,
      }),
  );
}

const fromTopic: Source = () => ({ topic: new aws.sns.Topic("created") });
const fromStream: Source = () => ({ stream: tableNamed("tasks") });
const fromSchedule: Source = () => ({ schedule: "rate(1 hour)" });

function policyOf(recording: Recording<unknown>, name: string): string {
  return JSON.stringify(documentIn(recording.one("aws:sqs/queuePolicy:QueuePolicy", name), "policy"));
}

function sourcePolicy(recording: Recording<unknown>): unknown {
  return documentIn(recording.one("aws:iam/rolePolicy:RolePolicy", "work-source-policy"), "policy");
}

async function messageOf(run: Promise<unknown>): Promise<string> {
  try {
    await run;
  } catch (error) {
    if (pulumi.InputPropertiesError.isInstance(error)) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("EventPipeline behind a table's stream", () => {
  it("cannot be blocked by a bad record, and keeps what it gives up", async () => {
    const recording = await pipelineFrom(fromStream);
    expect(recording.one(MAPPING).inputs).to.deep.include({
      functionName: ALIAS,
      startingPosition: "TRIM_HORIZON",
      functionResponseTypes: ["ReportBatchItemFailures"],
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: 10,
      maximumRecordAgeInSeconds: 21_600,
      destinationConfig: { onFailure: { destinationArn: `${SQS}:work-dead-letters-queue` } },
    });
    expect(recording.one(MAPPING).inputs).not.to.have.property("filterCriteria");
  });

  it("lets the function read that stream and write its dead letters, no more", async () => {
    const recording = await pipelineFrom(fromStream);
    const mapping: RecordedResource = recording.one(MAPPING);
    const stream = String(mapping.inputs.eventSourceArn);
    const table = stream.slice(0, stream.indexOf("/stream/"));
    expect(sourcePolicy(recording)).to.deep.equal({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
          Resource: stream,
        },
        { Effect: "Allow", Action: ["dynamodb:ListStreams"], Resource: `${table}/stream/*` },
        { Effect: "Allow", Action: ["sqs:SendMessage"], Resource: `${SQS}:work-dead-letters-queue` },
      ],
    });
  });

  it("hands on only what matches the filter", async () => {
    const pattern = { eventName: ["INSERT"] };
    const recording = await pipelineFrom(() => ({ stream: tableNamed("tasks"), filter: [pattern] }));
    expect(recording.one(MAPPING).inputs.filterCriteria).to.deep.equal({
      filters: [{ pattern: JSON.stringify(pattern) }],
    });
  });

  it("raises an alarm when it falls behind", async () => {
    const recording = await pipelineFrom(fromStream, { iteratorAgeMilliseconds: 5_000 });
    expect(recording.one(ALARM, "work-iterator-age").inputs).to.deep.include({
      metricName: "IteratorAge",
      dimensions: { FunctionName: "consumer-function" },
      threshold: 5_000,
    });
    const gathering = await pipelineFrom(fromStream, { batch: { batchingWindowSeconds: 60 } });
    expect(gathering.one(ALARM, "work-iterator-age").inputs.threshold, "gathering is not late").to.equal(
      120_000,
    );
  });
});

describe("EventPipeline with a queue", () => {
  it("reads the queue in batches with partial failure and bounded concurrency", async () => {
    const recording = await pipelineFrom(fromTopic, { queue: true });
    expect(recording.one(MAPPING).inputs).to.deep.equal({
      eventSourceArn: `${SQS}:work-queue`,
      functionName: ALIAS,
      batchSize: 10,
      maximumBatchingWindowInSeconds: 0,
      functionResponseTypes: ["ReportBatchItemFailures"],
      scalingConfig: { maximumConcurrency: 5 },
    });
    expect(sourcePolicy(recording)).to.deep.equal({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
          Resource: `${SQS}:work-queue`,
        },
      ],
    });
  });

  it("hides messages for six time-outs of the function", async () => {
    const recording = await pipelineFrom(fromTopic, { queue: true, batch: { batchingWindowSeconds: 2 } });
    expect(recording.one("aws:sqs/queue:Queue", "work-queue").inputs.visibilityTimeoutSeconds).to.equal(62);
  });

  it("takes the topic's messages, and keeps those that SNS could not deliver", async () => {
    const recording = await pipelineFrom(
      () => ({ ...fromTopic(), filterPolicy: { kind: ["created"] }, rawMessageDelivery: true }),
      { queue: true },
    );
    const subscription = recording.one(SUBSCRIPTION);
    expect(subscription.inputs).to.include({
      topic: "arn:aws:sns:eu-west-1:123456789012:created",
      protocol: "sqs",
      endpoint: `${SQS}:work-queue`,
      rawMessageDelivery: true,
      filterPolicyScope: "MessageAttributes",
      filterPolicy: '{"kind":["created"]}',
    });
    expect(documentIn(subscription, "redrivePolicy")).to.deep.equal({
      deadLetterTargetArn: `${SQS}:work-dead-letters-queue`,
    });
    const allowed = '"ArnEquals":{"aws:SourceArn":"arn:aws:sns:eu-west-1:123456789012:created"}';
    expect(policyOf(recording, "work-policy")).to.contain(allowed);
    expect(policyOf(recording, "work-dead-letters-policy")).to.contain(allowed);
    recording.none("aws:lambda/permission:Permission");
  });

  it("has a queue for messages that are sent, which takes them from whom IAM allows it", async () => {
    const recording = await pipelineFrom(() => ({ sent: true }), { batch: { maximumConcurrency: 7 } });
    expect(recording.one(MAPPING).inputs).to.deep.include({ scalingConfig: { maximumConcurrency: 7 } });
    expect(policyOf(recording, "work-policy")).not.to.contain("Allow");
    expect(recording.result.sentQueue).to.equal(recording.result.queue);
    const stream = await pipelineFrom(fromStream);
    expect(() => stream.result.sentQueue).to.throw('"work" has no queue');
  });

  it("takes a rule's events too", async () => {
    const recording = await pipelineFrom(
      () => ({ rule: { pattern: { source: ["moves"] }, bus: "moves-bus" } }),
      { queue: { backlogAlarm: 7 } },
    );
    expect(recording.one(RULE).inputs).to.deep.equal({
      eventPattern: '{"source":["moves"]}',
      eventBusName: "moves-bus",
    });
    expect(recording.one(TARGET).inputs).to.include({ arn: `${SQS}:work-queue`, eventBusName: "moves-bus" });
    expect(recording.one(ALARM, "work-backlog").inputs.threshold).to.equal(7);
    expect(policyOf(recording, "work-policy")).to.contain(
      "arn:aws:events:eu-west-1:123456789012:rule/work-rule",
    );
  });
});

describe("EventPipeline without a queue", () => {
  it("invokes the function on schedule, tries again, and keeps what could not be delivered", async () => {
    const recording = await pipelineFrom(fromSchedule);
    expect(recording.one(RULE).inputs).to.deep.equal({ scheduleExpression: "rate(1 hour)" });
    expect(recording.one(TARGET).inputs).to.deep.include({
      rule: "work-rule",
      arn: ALIAS,
      deadLetterConfig: { arn: `${SQS}:work-dead-letters-queue` },
      retryPolicy: { maximumEventAgeInSeconds: 3_600, maximumRetryAttempts: 10 },
    });
    const ruleArn = "arn:aws:events:eu-west-1:123456789012:rule/work-rule";
    expect(policyOf(recording, "work-dead-letters-policy")).to.contain(
      `"ArnEquals":{"aws:SourceArn":"${ruleArn}"}`,
    );
    expect(recording.one("aws:lambda/permission:Permission").inputs).to.include({
      principal: "events.amazonaws.com",
      sourceArn: ruleArn,
    });
    recording.none(MAPPING);
  });

  it("tries as long as AWS can in production", async () => {
    const recording = await pipelineFrom(fromSchedule, { defaults: { ...DEFAULTS, production: true } });
    expect(recording.one(TARGET).inputs.retryPolicy).to.deep.equal({
      maximumEventAgeInSeconds: 86_400,
      maximumRetryAttempts: 185,
    });
  });

  it("invokes the function for each message of a topic", async () => {
    const recording = await pipelineFrom(fromTopic);
    expect(recording.one(SUBSCRIPTION).inputs).to.include({ protocol: "lambda", endpoint: ALIAS });
    expect(recording.one("aws:lambda/permission:Permission").inputs).to.include({
      principal: "sns.amazonaws.com",
      sourceArn: "arn:aws:sns:eu-west-1:123456789012:created",
    });
  });

  it("catches objects that appear in a bucket", async () => {
    const recording = await pipelineFrom(() => ({ bucket: bucketNamed("files"), prefix: "imports/" }));
    expect(documentIn(recording.one(RULE), "eventPattern")).to.deep.equal({
      source: ["aws.s3"],
      "detail-type": ["Object Created"],
      detail: { bucket: { name: ["files-bucket"] }, object: { key: [{ prefix: "imports/" }] } },
    });
  });
});

describe("EventPipeline", () => {
  it("raises an alarm on the first dead letter, whatever the source", async () => {
    for (const source of [fromStream, fromTopic, fromSchedule]) {
      const recording = await pipelineFrom(source);
      expect(recording.one(ALARM, "work-dead-letters-not-empty").inputs.threshold).to.equal(0);
    }
  });

  it("can stand beside another one of the same function", async () => {
    const recording = await record(() => {
      const consumer = functionNamed("consumer");
      const source = { schedule: "rate(1 day)" } as const;
      return ["a", "b"].map((name) => new EventPipeline(name, { defaults: DEFAULTS, consumer, source }));
    });
    const names = recording.list.map(({ type, name }) => `${type} ${name}`);
    expect(new Set(names).size).to.equal(names.length);
  });

  it("refuses wrong arguments, all of them at once", async () => {
    const message = await messageOf(
      pipelineFrom(fromStream, {
        queue: true,
        batch: { maximumConcurrency: 1, batchingWindowSeconds: 301, batchSize: 10_001 },
      }),
    );
    for (const part of [
      'EventPipeline "work"',
      "queue cannot stand behind a stream",
      "batch.maximumConcurrency is 1; Lambda takes 2 to 1,000",
      "batch.batchingWindowSeconds is 301",
      "batch.batchSize is 10001",
    ])
      expect(message).to.contain(part);
    expect(await messageOf(pipelineFrom(fromSchedule, { batch: { batchSize: 5 } }))).to.contain(
      "batch is for queues",
    );
    expect(await messageOf(pipelineFrom(fromTopic, { queue: true, batch: { batchSize: 11 } }))).to.contain(
      "above 10, Lambda wants a batchingWindowSeconds",
    );
    expect(await messageOf(pipelineFrom(() => ({ ...fromTopic(), rawMessageDelivery: true })))).to.contain(
      "source.rawMessageDelivery is for pipelines with a queue",
    );
    expect(await messageOf(pipelineFrom(() => ({ schedule: "cron()" as `cron(${string})` })))).to.contain(
      "source.schedule is neither",
    );
  });
});

describe("the pattern of a bucket's objects", () => {
  it("has prefix and suffix as one condition, since a list would mean one of them", () => {
    const keyOf = (filter: Parameters<typeof objectPattern>[1]) => {
      const { detail } = objectPattern("files", filter);
      return (detail as { object?: { key: unknown[] } }).object?.key;
    };
    expect(keyOf({})).to.equal(undefined);
    expect(keyOf({ suffix: ".csv" })).to.deep.equal([{ suffix: ".csv" }]);
    expect(keyOf({ prefix: "imports/", suffix: ".csv" })).to.deep.equal([{ wildcard: "imports/*.csv" }]);
    expect(keyOf({ prefix: "a*b\\", suffix: ".csv" })).to.deep.equal([{ wildcard: "a\\*b\\\\*.csv" }]);
  });
});
