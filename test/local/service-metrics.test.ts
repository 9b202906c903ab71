import { expect } from "chai";
import type { EventsApi, ServiceApis } from "../../local/core/apis.ts";
import { AwsError } from "../../local/core/errors.ts";
import type { Properties } from "../../local/core/graph.ts";
import { cloudwatch } from "../../local/services/cloudwatch/index.ts";
import { type AnsweredCall, recordMetrics } from "../../local/services/dynamodb/metrics.ts";
import { events } from "../../local/services/events/index.ts";
import { fakeCloud, resourceOf, settle } from "../support/fake-cloud.ts";
import { documentOf, GatewayFixture, proxyTo } from "./support/gateway-cloud.ts";

const FUNCTION = "arn:aws:lambda:eu-west-1:000000000000:function:worker";
const DEAD = "arn:aws:sqs:eu-west-1:000000000000:dead";

interface Recorded {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: object;
  readonly value: number;
}

describe("Services report to CloudWatch:", () => {
  let recorded: Recorded[];
  const record: ServiceApis["cloudwatch"]["record"] = (namespace, metric, dimensions, value) =>
    void recorded.push({ namespace, metric, dimensions, value });

  beforeEach(() => {
    recorded = [];
  });

  it("what became of the events of a rule", async () => {
    let deny = false;
    const cloud = fakeCloud({
      services: {
        cloudwatch: { record, alarms: () => [] },
        lambda: { invokeAsync: () => undefined },
        sqs: { send: async () => ({ messageId: "1" }) },
      } as unknown as ServiceApis,
      authorize: (_principal, [permission]) => {
        if (deny && permission?.action === "lambda:InvokeFunction")
          throw new AwsError("AccessDenied", "no", 403);
      },
    });
    const service = events.create(cloud);
    const realize = async (kind: string, inputs: Properties): Promise<void> => {
      const type = `aws:cloudwatch/event${kind}:Event${kind}`;
      await service.realize[type]?.create(resourceOf(events, type, "orders", inputs));
    };
    const put = async (): Promise<string[]> => {
      recorded = [];
      await (service.api as EventsApi).put({ source: "shop", detailType: "OrderPlaced", detail: {} });
      await settle();
      expect(recorded.every(({ namespace }) => namespace === "AWS/Events")).to.equal(true);
      const dimensions = { EventBusName: "default", RuleName: "orders" };
      expect(recorded.map((each) => each.dimensions)).to.deep.equal(recorded.map(() => dimensions));
      return recorded.map(({ metric }) => metric);
    };
    await realize("Rule", { name: "orders", eventPattern: JSON.stringify({ source: ["shop"] }) });
    await realize("Target", { rule: "orders", arn: FUNCTION });
    expect(await put()).to.deep.equal(["MatchedEvents", "TriggeredRules", "Invocations"]);
    deny = true;
    expect((await put()).slice(2)).to.deep.equal(["Invocations", "FailedInvocations"]);
    await realize("Target", { rule: "orders", arn: FUNCTION, deadLetterConfig: { arn: DEAD } });
    expect((await put()).slice(2)).to.deep.equal(["Invocations", "InvocationsSentToDlq"]);
    await service.stop?.();
  });

  it("each method of an API that wants detailed metrics, and its stage else", async () => {
    const gateway = await new GatewayFixture().start();
    const hello = proxyTo(gateway.handle("hello", () => ({ statusCode: 404, body: "" })));
    const base = await gateway.deploy(documentOf({ "/tasks/{id}": { get: hello }, "/open": { get: hello } }));
    await gateway.put("MethodSettings", "detailed", {
      restApi: base.split("/")[3] ?? "",
      stageName: "dev",
      methodPath: "tasks/{id}/GET",
      settings: { metricsEnabled: true },
    });
    await gateway.send("GET", `${base}/tasks/1`);
    await gateway.send("GET", `${base}/open`);
    await gateway.stop();
    const stage = { ApiName: "shop", Stage: "dev" };
    const errors = gateway.metrics.filter(({ metric }) => metric === "4XXError");
    expect(errors).to.deep.equal([
      { metric: "4XXError", dimensions: { ...stage, Resource: "/tasks/{id}", Method: "GET" }, value: 1 },
      { metric: "4XXError", dimensions: stage, value: 1 },
    ]);
    const names = gateway.metrics.slice(0, 5).map(({ metric }) => metric);
    expect(names).to.deep.equal(["Count", "4XXError", "5XXError", "Latency", "IntegrationLatency"]);
  });

  it("calls on a table, conditions that failed and errors of callers", () => {
    const cloud = fakeCloud({ services: { cloudwatch: { record, alarms: () => [] } } });
    const call = (status: number, body: string, input = {}): void => {
      const answered: AnsweredCall = {
        operation: "PutItem",
        input: { TableName: "tasks", ...input },
        reply: { status, headers: {}, body: Buffer.from(body) },
        startedAt: cloud.clock.now() - 7,
      };
      recordMetrics(cloud, answered);
    };
    call(200, "{}");
    call(400, '{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException"}');
    call(400, '{"__type":"ValidationException"}');
    expect(recorded.map(({ metric, dimensions, value }) => [metric, dimensions, value])).to.deep.equal([
      ["SuccessfulRequestLatency", { TableName: "tasks", Operation: "PutItem" }, 7],
      ["ConditionalCheckFailedRequests", { TableName: "tasks" }, 1],
      ["UserErrors", {}, 1],
    ]);
  });

  it("the state of every queue of the program, once a minute, without an alarm on it", async () => {
    const arn = "arn:aws:sqs:eu-west-1:000000000000:jobs";
    const queue = resourceOf(
      { ...cloudwatch, outputs: { "aws:sqs/queue:Queue": () => ({ id: "jobs", arn, name: "jobs" }) } },
      "aws:sqs/queue:Queue",
      "jobs",
      {},
    );
    const inspect = async () => ({ visible: 3, inFlight: 1, delayed: 0, messages: [] });
    const cloud = fakeCloud({
      services: { sqs: { inspect } } as unknown as ServiceApis,
      resources: () => [queue],
    });
    const service = cloudwatch.create(cloud);
    await service.ready?.();
    await cloud.clock.advance(60_000);
    const answer = await service.call?.({
      operation: "GetMetricStatistics",
      region: "eu-west-1",
      principal: { kind: "user", arn: "arn:aws:iam::000000000000:user/local" },
      requestId: "1",
      method: "POST",
      path: "/",
      query: new URLSearchParams(),
      headers: { "x-amz-target": "GraniteServiceVersion20100801.GetMetricStatistics" },
      body: Buffer.from(
        JSON.stringify({
          Namespace: "AWS/SQS",
          MetricName: "ApproximateNumberOfMessagesVisible",
          Dimensions: [{ Name: "QueueName", Value: "jobs" }],
          StartTime: cloud.clock.now() / 1000 - 600,
          EndTime: cloud.clock.now() / 1000,
          Period: 60,
          Statistics: ["Maximum"],
        }),
      ),
    });
    expect(JSON.parse(String(answer?.body)).Datapoints).to.have.nested.property("[0].Maximum", 3);
    await service.stop?.();
  });
});
