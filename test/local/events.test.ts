import {
  DescribeRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
  PutEventsCommand,
  type PutEventsRequestEntry,
  TestEventPatternCommand,
} from "@aws-sdk/client-eventbridge";
import type { EventBridgeEvent } from "aws-lambda";
import { expect } from "chai";
import type { EventsApi, ServiceApis } from "../../local/core/apis.ts";
import { AwsError } from "../../local/core/errors.ts";
import type { Properties, Resource } from "../../local/core/graph.ts";
import type { Permission, Principal, Service } from "../../local/core/service.ts";
import { events } from "../../local/services/events/index.ts";
import {
  clientSettings,
  type FakeCloud,
  fakeCloud,
  resourceOf,
  serve,
  settle,
} from "../support/fake-cloud.ts";

const FUNCTION = "arn:aws:lambda:eu-west-1:000000000000:function:worker";
const QUEUE = "arn:aws:sqs:eu-west-1:000000000000:jobs";
const DEAD = "arn:aws:sqs:eu-west-1:000000000000:dead";
const TOPIC = "arn:aws:sns:eu-west-1:000000000000:news";
const MACHINE = "arn:aws:states:eu-west-1:000000000000:stateMachine:import";
const GROUP = "arn:aws:logs:eu-west-1:000000000000:log-group:/aws/events/all";
const ROLE = "arn:aws:iam::000000000000:role/events";

/** What the targets got. */
interface Deliveries {
  lambda: { arn: string; event: unknown }[];
  sqs: { arn: string; body: string; options: Parameters<ServiceApis["sqs"]["send"]>[2] }[];
  sns: string[];
  states: unknown[];
  logs: string[];
}

describe("EventBridge", () => {
  let cloud: FakeCloud;
  let service: Service;
  let api: EventsApi;
  let got: Deliveries;
  let queueFailures: Error[];
  let deny: (principal: Principal, permission: Permission) => boolean;

  beforeEach(() => {
    got = { lambda: [], sqs: [], sns: [], states: [], logs: [] };
    queueFailures = [];
    deny = () => false;
    const services = {
      lambda: { invokeAsync: (arn: string, event: unknown) => void got.lambda.push({ arn, event }) },
      sqs: {
        send: async (arn: string, body: string, options: Deliveries["sqs"][number]["options"]) => {
          const failure = arn === QUEUE ? queueFailures.shift() : undefined;
          if (failure) throw failure;
          got.sqs.push({ arn, body, options });
          return { messageId: "1" };
        },
      },
      sns: { publish: async (_arn: string, message: string) => void got.sns.push(message) },
      states: { start: async (_arn: string, input: unknown) => void got.states.push(input) },
      logs: { write: (_group: string, _stream: string, lines: string[]) => void got.logs.push(...lines) },
    } as unknown as ServiceApis;
    cloud = fakeCloud({
      services,
      authorize: (principal, permissions) => {
        if (permissions.some((permission) => deny(principal, permission)))
          throw new AwsError("AccessDenied", "no", 403);
      },
    });
    service = events.create(cloud);
    api = service.api as EventsApi;
  });

  afterEach(() => service.stop?.());

  async function realize(kind: string, name: string, inputs: Properties): Promise<Resource> {
    const type = `aws:cloudwatch/${kind.slice(0, 1).toLowerCase()}${kind.slice(1)}:${kind}`;
    const resource = resourceOf(events, type, name, inputs);
    await service.realize[type]?.create(resource);
    return resource;
  }

  const rule = (
    inputs: Properties = { eventPattern: JSON.stringify({ source: ["shop"] }) },
  ): Promise<Resource> => realize("EventRule", "orders", { name: "orders", ...inputs });
  const target = (arn: string, inputs: Properties = {}): Promise<Resource> =>
    realize("EventTarget", `to ${arn}`, { rule: "orders", arn, ...inputs });
  const put = async (detail: object = { id: "1" }, source = "shop"): Promise<string> => {
    const { eventId } = await api.put({ source, detailType: "OrderPlaced", detail, resources: ["r"] });
    await settle();
    return eventId;
  };

  it("hands functions a complete event", async () => {
    await rule();
    await target(FUNCTION);
    const id = await put();
    const event: EventBridgeEvent<string, unknown> = {
      version: "0",
      id,
      "detail-type": "OrderPlaced",
      source: "shop",
      account: "000000000000",
      time: "2026-11-22T10:00:00Z",
      region: "eu-west-1",
      resources: ["r"],
      detail: { id: "1" },
    };
    expect(got.lambda).to.deep.equal([{ arn: FUNCTION, event }]);
    const context = {
      "aws:SourceArn": "arn:aws:events:eu-west-1:000000000000:rule/orders",
      "aws:SourceAccount": "000000000000",
    };
    const permission = { action: "lambda:InvokeFunction", resource: FUNCTION, context };
    expect(cloud.asked).to.deep.equal([{ principal: "events.amazonaws.com", permission }]);
  });

  it("reaches no target of a rule that does not match, is disabled, or is deleted", async () => {
    const resource = await rule({ eventPattern: JSON.stringify({ source: ["other"] }) });
    await target(FUNCTION);
    await put();
    await rule({ eventPattern: JSON.stringify({ source: ["shop"] }), state: "DISABLED" });
    await put();
    await rule();
    await service.realize[resource.type]?.delete?.(resource);
    await put();
    expect(got.lambda).to.be.empty;
  });

  it("serves queues, topics, state machines and log groups, each as itself", async () => {
    await rule();
    await target(QUEUE, { sqsTarget: { messageGroupId: "g" } });
    await target(TOPIC);
    await target(MACHINE, { roleArn: ROLE });
    await target(GROUP);
    const id = await put();
    expect(JSON.parse(got.sqs[0]?.body ?? "")).to.have.property("id", id);
    expect(got.sqs[0]?.options).to.deep.equal({ messageGroupId: "g" });
    for (const text of [...got.sns, ...got.logs]) expect(JSON.parse(text)).to.have.property("id", id);
    expect([got.sns.length, got.logs.length, got.states.length]).to.deep.equal([1, 1, 1]);
    expect(got.states[0]).to.have.property("id", id);
    const starts = cloud.asked.find(({ permission }) => permission.action === "states:StartExecution");
    expect(starts).to.deep.equal({
      principal: ROLE,
      permission: { action: "states:StartExecution", resource: MACHINE },
    });
  });

  it("forwards to another bus, but not on to a third one", async () => {
    const otherBus = "arn:aws:events:eu-west-1:000000000000:event-bus/other";
    await realize("EventBus", "other", { name: "other" });
    await rule();
    await target(otherBus);
    await realize("EventRule", "back", {
      name: "back",
      eventBusName: "other",
      eventPattern: JSON.stringify({ source: ["shop"] }),
    });
    await realize("EventTarget", "fn", { rule: "back", eventBusName: "other", arn: FUNCTION });
    await put();
    expect(got.lambda).to.have.length(1);
    await realize("EventTarget", "circle", {
      rule: "back",
      eventBusName: "other",
      arn: "arn:aws:events:eu-west-1:000000000000:event-bus/default",
    });
    await put();
    await settle();
    expect(got.lambda.length).to.be.within(2, 12);
    expect(cloud.entries.map(({ message }) => message).join()).to.contain("not sent on to a third one");
  });

  const inputs: readonly [says: string, inputs: Properties, expected: string][] = [
    ["a constant", { input: '{"kind":"fixed"}' }, '{"kind":"fixed"}'],
    ["a part of the event", { inputPath: "$.detail.items[1]" }, '{"sku":"b"}'],
    [
      "a template of JSON",
      {
        inputTransformer: {
          inputPaths: { id: "$.detail.id", n: "$.detail['count']", none: "$.detail.x" },
          inputTemplate: '{"id": <id>, "n": <n>, "none": <none>, "rule": <aws.events.rule-name>}',
        },
      },
      '{"id": "a\\"1", "n": 2, "none": "", "rule": "orders"}',
    ],
    [
      "a template of text",
      { inputTransformer: { inputPaths: { id: "$.detail.id" }, inputTemplate: '"Order <id> of <unknown>"' } },
      '"Order a"1 of <unknown>"',
    ],
  ];
  for (const [says, input, expected] of inputs) {
    it(`makes the target's input from ${says}`, async () => {
      await rule();
      await target(QUEUE, input);
      await put({ id: 'a"1', count: 2, items: [{ sku: "a" }, { sku: "b" }] });
      expect(got.sqs[0]?.body).to.equal(expected);
    });
  }

  it("tries again with growing pauses until the target takes the event", async () => {
    await rule();
    await target(QUEUE);
    queueFailures = [new Error("busy"), new Error("busy")];
    await put();
    await cloud.clock.advance(999);
    expect([queueFailures.length, got.sqs.length]).to.deep.equal([1, 0]);
    await cloud.clock.advance(1 + 2_000);
    expect([queueFailures.length, got.sqs.length]).to.deep.equal([0, 1]);
  });

  it("puts an event into the dead-letter queue when retries are exhausted, and says why", async () => {
    const resource = await rule();
    await target(QUEUE, {
      deadLetterConfig: { arn: DEAD },
      retryPolicy: { maximumRetryAttempts: 1, maximumEventAgeInSeconds: 3600 },
    });
    queueFailures = [new Error("busy"), new Error("still busy")];
    const id = await put();
    await cloud.clock.advance(10_000);
    expect(got.sqs.map(({ arn }) => arn)).to.deep.equal([DEAD]);
    expect(JSON.parse(got.sqs[0]?.body ?? "")).to.have.property("id", id);
    const attributes = Object.entries(got.sqs[0]?.options?.messageAttributes ?? {});
    expect(
      Object.fromEntries(attributes.map(([name, { StringValue }]) => [name, StringValue])),
    ).to.deep.equal({
      RULE_ARN: resource.outputs.arn,
      TARGET_ARN: QUEUE,
      ERROR_CODE: "SDK_CLIENT_ERROR",
      ERROR_MESSAGE: "still busy",
      EXHAUSTED_RETRY_CONDITION: "MaximumRetryAttempts",
      RETRY_ATTEMPTS: "1",
    });
  });

  it("does not repeat what is denied: straight to the dead-letter queue", async () => {
    await rule();
    await target(FUNCTION, { deadLetterConfig: { arn: DEAD } });
    deny = (_principal, { action }) => action === "lambda:InvokeFunction";
    await put();
    expect(got.sqs[0]?.options?.messageAttributes?.ERROR_CODE).to.deep.equal({
      DataType: "String",
      StringValue: "NO_PERMISSIONS",
    });
    expect(cloud.clock.waiting).to.equal(0);
  });

  it("runs schedules on the clock, and now when asked to", async () => {
    await rule({ scheduleExpression: "rate(5 minutes)" });
    await target(FUNCTION);
    await service.ready?.();
    await cloud.clock.advance(10 * 60_000);
    expect(got.lambda).to.have.length(2);
    await api.runRuleNow("orders");
    expect(got.lambda).to.have.length(3);
    expect(got.lambda[2]?.event).to.include({
      source: "aws.events",
      "detail-type": "Scheduled Event",
      time: "2026-11-22T10:10:00Z",
    });
    await service.stop?.();
    await cloud.clock.advance(10 * 60_000);
    expect(got.lambda).to.have.length(3);
    expect(await api.runRuleNow("other").catch((error: Error) => error.message)).to.contain(
      "other does not exist",
    );
  });

  it("waits for schedules that are further away than timers reach", async () => {
    await rule({ scheduleExpression: "cron(0 0 1 3 ? *)" });
    await target(FUNCTION);
    await service.ready?.();
    await cloud.clock.advance(90 * 86_400_000);
    expect(got.lambda).to.be.empty;
    await cloud.clock.advance(10 * 86_400_000);
    expect(got.lambda[0]?.event).to.have.property("time", "2027-03-01T00:00:00Z");
  });

  it("keeps the rhythm of a schedule over a reload, and follows a changed one", async () => {
    await rule({ scheduleExpression: "rate(10 minutes)" });
    await target(FUNCTION);
    await service.ready?.();
    await cloud.clock.advance(6 * 60_000);
    await service.ready?.();
    await cloud.clock.advance(5 * 60_000);
    expect(got.lambda).to.have.length(1);
    await rule({ scheduleExpression: "rate(1 minute)" });
    await service.ready?.();
    await cloud.clock.advance(3 * 60_000);
    expect(got.lambda).to.have.length(4);
  });

  it("refuses by name what it cannot serve or read", async () => {
    const refusals: readonly [run: () => Promise<unknown>, message: string][] = [
      [
        () => target("arn:aws:kinesis:eu-west-1:000000000000:stream/s"),
        "arn:aws:kinesis:eu-west-1:000000000000:stream/s",
      ],
      [() => target("arn:aws:events:eu-west-1:000000000000:archive/a"), "archive/a"],
      [() => target(QUEUE, { inputPath: "$.detail[*].x" }), "$.detail[*].x"],
      [() => rule({ eventPattern: '{"source": "shop"}' }), "orders"],
      [() => rule({ scheduleExpression: "rate(5 minute)" }), "rate(5 minute)"],
    ];
    for (const [run, message] of refusals) {
      expect(
        await run().then(
          () => "taken",
          (error: Error) => error.message,
        ),
      ).to.contain(message);
    }
  });

  describe("for SDK clients", () => {
    let client: EventBridgeClient;
    let close: () => Promise<void>;

    beforeEach(async () => {
      const endpoint = await serve([{ definition: events, service }], cloud);
      client = new EventBridgeClient(clientSettings(endpoint));
      close = () => endpoint.close();
    });

    afterEach(() => close());

    const entry = (rest: Partial<PutEventsRequestEntry> = {}): PutEventsRequestEntry => ({
      Source: "shop",
      DetailType: "OrderPlaced",
      Detail: '{"id":"1"}',
      ...rest,
    });

    it("puts events and says for each entry what is wrong with it", async () => {
      await rule();
      await target(FUNCTION);
      const Entries = [
        entry({ Time: new Date("2026-01-01T00:00:00Z") }),
        entry({ Detail: "[1]" }),
        entry({ Source: "aws.s3" }),
        entry({ DetailType: "" }),
        entry({ EventBusName: "none" }),
      ];
      const result = await client.send(new PutEventsCommand({ Entries }));
      expect(result.FailedEntryCount).to.equal(4);
      expect(result.Entries?.map(({ ErrorCode }) => ErrorCode)).to.deep.equal([
        undefined,
        "MalformedDetail",
        "NotAuthorizedForSource",
        "InvalidArgument",
        "InvalidArgument",
      ]);
      expect(got.lambda.map(({ event }) => event)).to.have.deep.nested.property(
        "[0].time",
        "2026-01-01T00:00:00Z",
      );
    });

    it("takes at most 10 entries and 1 MB", async () => {
      const refused = async (Entries: PutEventsRequestEntry[]): Promise<string> =>
        client.send(new PutEventsCommand({ Entries })).then(
          () => "taken",
          (error: Error) => error.name,
        );
      expect(await refused(Array(11).fill(entry()))).to.equal("ValidationException");
      expect(await refused([entry({ Detail: JSON.stringify({ text: "x".repeat(1024 ** 2) }) })])).to.equal(
        "ValidationException",
      );
      expect(await refused(Array(10).fill(entry()))).to.equal("taken");
    });

    it("describes and lists rules, and tests patterns", async () => {
      await rule();
      expect(await client.send(new DescribeRuleCommand({ Name: "orders" }))).to.include({
        State: "ENABLED",
        EventBusName: "default",
      });
      const { Rules } = await client.send(new ListRulesCommand({ NamePrefix: "ord" }));
      expect(Rules?.map(({ Name }) => Name)).to.deep.equal(["orders"]);
      const test = new TestEventPatternCommand({
        EventPattern: '{"source":["shop"]}',
        Event: '{"source":"shop"}',
      });
      expect((await client.send(test)).Result).to.equal(true);
    });

    it("asks for events:PutEvents on the bus, with source and detail type", async () => {
      await client.send(new PutEventsCommand({ Entries: [entry()] }));
      expect(cloud.asked[0]?.permission).to.deep.equal({
        action: "events:PutEvents",
        resource: "arn:aws:events:eu-west-1:000000000000:event-bus/default",
        context: { "events:source": "shop", "events:detail-type": "OrderPlaced" },
      });
    });
  });
});
