import { expect } from "chai";
import type { QueueContents, ServiceApis } from "../../local/core/apis.ts";
import { AwsError } from "../../local/core/errors.ts";
import type { Properties } from "../../local/core/graph.ts";
import type { Service } from "../../local/core/service.ts";
import { cloudwatch } from "../../local/services/cloudwatch/index.ts";
import { logs } from "../../local/services/logs/index.ts";
import { type FakeCloud, fakeCloud, resourceOf } from "../support/fake-cloud.ts";

const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const TOPIC = "arn:aws:sns:eu-west-1:000000000000:alerts";
const MINUTE = 60_000;
const LAMBDA = { namespace: "AWS/Lambda", metricName: "Errors", dimensions: { FunctionName: "worker" } };

interface Mail {
  readonly topic: string;
  readonly subject: string | undefined;
  readonly document: Record<string, unknown>;
}

describe("CloudWatch alarms", () => {
  let cloud: FakeCloud;
  let service: Service;
  let api: ServiceApis["cloudwatch"];
  let mails: Mail[];
  let queue: QueueContents;
  let deny: boolean;

  beforeEach(() => {
    mails = [];
    deny = false;
    queue = { visible: 0, inFlight: 0, delayed: 0, messages: [] };
    const services = {
      events: { put: async () => ({ eventId: "1" }) },
      sns: {
        publish: async (topic: string, message: string, options: { subject?: string } = {}) => {
          mails.push({ topic, subject: options.subject, document: JSON.parse(message) });
          return { messageId: "1" };
        },
      },
      sqs: { inspect: async () => queue },
    } as unknown as ServiceApis;
    const authorize = (): void => {
      if (deny) throw new AwsError("AccessDenied", "not allowed", 403);
    };
    cloud = fakeCloud({ services, authorize });
    service = cloudwatch.create(cloud);
    api = service.api as ServiceApis["cloudwatch"];
    Object.assign(cloud.services, { cloudwatch: api });
  });

  afterEach(() => service.stop?.());

  async function alarm(name: string, inputs: Properties): Promise<void> {
    const made = resourceOf(cloudwatch, ALARM, name, {
      name,
      period: 60,
      evaluationPeriods: 1,
      comparisonOperator: "GreaterThanThreshold",
      treatMissingData: "notBreaching",
      statistic: "Sum",
      alarmActions: [TOPIC],
      ...inputs,
    });
    await service.realize[ALARM]?.create(made);
    await service.ready?.();
  }

  const state = (name: string) => api.alarms().find((each) => each.name === name)?.state;

  function fail(times: number): void {
    for (let count = 0; count < times; count += 1) {
      api.record("AWS/Lambda", "Errors", { FunctionName: "worker" }, 1);
    }
  }

  it("go off after more than five errors in a minute, tell their topic, and are OK again without errors", async () => {
    await alarm("errors", {
      ...LAMBDA,
      threshold: 5,
      okActions: [TOPIC],
      alarmDescription: "Look at the log.",
    });
    await cloud.clock.advance(MINUTE);
    expect([state("errors"), mails.map(({ subject }) => subject)]).to.deep.equal([
      "OK",
      ['OK: "errors" in EU (Ireland)'],
    ]);
    fail(6);
    await cloud.clock.advance(MINUTE);
    expect(state("errors")).to.equal("ALARM");
    expect(mails[1]?.subject).to.equal('ALARM: "errors" in EU (Ireland)');
    expect(mails[1]?.document).to.deep.include({
      AlarmName: "errors",
      AlarmDescription: "Look at the log.",
      AWSAccountId: "000000000000",
      NewStateValue: "ALARM",
      NewStateReason:
        "Threshold Crossed: 1 datapoint [6.0 (22/11/26 10:01:00)] was greater than the threshold (5.0).",
      StateChangeTime: "2026-11-22T10:02:00.000+0000",
      Region: "EU (Ireland)",
      OldStateValue: "OK",
    });
    expect(cloud.asked.at(-1)).to.deep.equal({
      principal: "cloudwatch.amazonaws.com",
      permission: {
        action: "sns:Publish",
        resource: TOPIC,
        context: {
          "aws:SourceArn": "arn:aws:cloudwatch:eu-west-1:000000000000:alarm:errors",
          "aws:SourceAccount": "000000000000",
        },
      },
    });
    const warnings = cloud.entries.filter(({ kind }) => kind === "warning");
    expect(warnings.map(({ message }) => message))
      .to.have.length(1)
      .and.to.match(/errors: OK → ALARM/);
    await cloud.clock.advance(3 * MINUTE);
    expect([state("errors"), mails[2]?.document.OldStateValue]).to.deep.equal(["OK", "ALARM"]);
  });

  it("stay quiet for five errors, and for six in two minutes", async () => {
    await alarm("errors", { ...LAMBDA, threshold: 5 });
    fail(5);
    await cloud.clock.advance(MINUTE);
    fail(1);
    await cloud.clock.advance(MINUTE);
    expect([state("errors"), mails]).to.deep.equal(["OK", []]);
  });

  it("watch how many messages wait in a queue, and how long", async () => {
    const metric = { namespace: "AWS/SQS", dimensions: { QueueName: "jobs" }, statistic: "Maximum" };
    await alarm("backlog", { ...metric, metricName: "ApproximateNumberOfMessagesVisible", threshold: 2 });
    await alarm("age", { ...metric, metricName: "ApproximateAgeOfOldestMessage", threshold: 60 });
    const message = { messageId: "1", body: "", state: "visible" as const, receiveCount: 0 };
    queue = { ...queue, visible: 3, messages: [{ ...message, sentAt: cloud.clock.now() - 30_000 }] };
    await cloud.clock.advance(MINUTE);
    expect([state("backlog"), state("age")]).to.deep.equal(["ALARM", "ALARM"]);
    queue = { visible: 0, inFlight: 0, delayed: 0, messages: [] };
    await cloud.clock.advance(MINUTE);
    expect([state("backlog"), state("age")]).to.deep.equal(["OK", "OK"]);
  });

  it("watch percentiles over periods of five minutes", async () => {
    const duration = { ...LAMBDA, metricName: "Duration", statistic: null, extendedStatistic: "p90" };
    await alarm("slow", { ...duration, period: 300, threshold: 100 });
    for (let value = 1; value <= 10; value += 1) {
      api.record("AWS/Lambda", "Duration", { FunctionName: "worker" }, value * 12);
      await cloud.clock.advance(20_000);
    }
    expect(state("slow")).to.equal("ALARM");
  });

  it("watch metrics that functions embed in their log lines", async () => {
    const written = logs.create(cloud).api as ServiceApis["logs"];
    await alarm("imports", {
      namespace: "App",
      metricName: "Rejected",
      dimensions: { service: "tasks" },
      threshold: 2,
    });
    const CloudWatchMetrics = [
      { Namespace: "App", Dimensions: [["service"]], Metrics: [{ Name: "Rejected", Unit: "Count" }] },
    ];
    const line = { _aws: { Timestamp: 0, CloudWatchMetrics }, service: "tasks", Rejected: [2, 1] };
    written.write("/aws/lambda/tasks", "one", [
      JSON.stringify(line),
      '{"_aws" "CloudWatchMetrics" is not JSON',
    ]);
    await cloud.clock.advance(MINUTE);
    expect(state("imports")).to.equal("ALARM");
  });

  it("know nothing after a reset, not even how it ended what was under way", async () => {
    await alarm("errors", { ...LAMBDA, threshold: 5 });
    fail(6);
    await cloud.clock.advance(MINUTE);
    expect(mails.splice(0)).to.have.length(1);
    fail(6);
    await service.reset?.();
    fail(6);
    await service.ready?.();
    expect(state("errors")).to.equal("INSUFFICIENT_DATA");
    await cloud.clock.advance(MINUTE);
    expect([state("errors"), mails]).to.deep.equal(["OK", []]);
    fail(6);
    await cloud.clock.advance(MINUTE);
    expect(state("errors")).to.equal("ALARM");
  });

  it("keep their actions to themselves when these are not enabled", async () => {
    await alarm("errors", { ...LAMBDA, threshold: 5, actionsEnabled: false });
    fail(6);
    await cloud.clock.advance(MINUTE);
    expect([state("errors"), mails]).to.deep.equal(["ALARM", []]);
  });

  it("do not publish to a topic whose policy does not let CloudWatch, and say so", async () => {
    deny = true;
    await alarm("errors", { ...LAMBDA, threshold: 5 });
    fail(6);
    await cloud.clock.advance(MINUTE);
    expect(mails).to.deep.equal([]);
    expect(cloud.entries.at(-1)?.message).to.equal(`Alarm errors could not tell ${TOPIC}: not allowed`);
  });
});
