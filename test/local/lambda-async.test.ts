import { expect } from "chai";
import type { EventInput, MessageAttribute } from "../../local/core/apis.ts";
import { eventually } from "../support/eventually.ts";
import { type FakeServices, ManualClock } from "../support/fake-cloud.ts";
import { LambdaCloud, ROLE } from "./support/lambda-cloud.ts";

const CONFIG = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig";
const QUEUE = "arn:aws:sqs:eu-west-1:000000000000:failed";
const TOPIC = "arn:aws:sns:eu-west-1:000000000000:failed";
const BUS = "arn:aws:events:eu-west-1:000000000000:event-bus/orders";
/** Fails as often as the event says. */
const FAILS =
  "let count = 0; export const handler = async ({ times }) => { if (count++ < times) throw new Error('no ' + count); return count; };";

interface Sent {
  readonly to: string;
  readonly body: string;
  readonly attributes?: Readonly<Record<string, MessageAttribute>> | undefined;
}

describe("Asynchronous invocations", () => {
  let clock: ManualClock;
  let cloud: LambdaCloud;
  let sent: Sent[];
  let put: { event: EventInput; bus: string | undefined }[];

  beforeEach(async () => {
    clock = new ManualClock();
    sent = [];
    put = [];
    const services: FakeServices = {
      sqs: {
        send: async (to, body, options) => {
          sent.push({ to, body, attributes: options?.messageAttributes });
          return { messageId: "1" };
        },
      },
      sns: {
        publish: async (to, body) => {
          sent.push({ to, body });
          return { messageId: "1" };
        },
      },
      events: {
        put: async (event, bus) => {
          put.push({ event, bus });
          return { eventId: "1" };
        },
      },
    };
    cloud = await LambdaCloud.start({ clock, services });
  });

  afterEach(() => cloud.stop());

  /** Waits until so many invocations have ended and what follows them is set up. */
  async function attempts(count: number): Promise<void> {
    await eventually(() => expect(cloud.invocations).to.have.length(count));
    await new Promise((resolve) => setImmediate(resolve));
  }

  it("are tried again after one minute and after two more, with the same request id", async () => {
    const arn = await cloud.deploy("retried", FAILS);
    cloud.cloud.services.lambda.invokeAsync(arn, { times: 9 }, "test");
    await attempts(1);
    await clock.advance(59_999);
    expect(cloud.invocations).to.have.length(1);
    await clock.advance(1);
    await attempts(2);
    await clock.advance(119_999);
    expect(cloud.invocations).to.have.length(2);
    await clock.advance(1);
    await attempts(3);
    await clock.advance(24 * 3_600_000);
    expect(cloud.invocations).to.have.length(3);
    expect(new Set(cloud.invocations.map(({ requestId }) => requestId)).size).to.equal(1);
  });

  it("leave a record at the on-failure destination when all attempts failed", async () => {
    const arn = await cloud.deploy("recorded", FAILS);
    const onFailure = { destination: QUEUE };
    await cloud.make(CONFIG, "config", {
      functionName: "recorded",
      maximumRetryAttempts: 1,
      destinationConfig: { onFailure },
    });
    cloud.cloud.services.lambda.invokeAsync(arn, { times: 9 }, "test");
    await attempts(1);
    await clock.advance(60_000);
    await eventually(() => expect(sent).to.have.length(1));
    expect(sent[0]?.to).to.equal(QUEUE);
    const record = JSON.parse(sent[0]?.body ?? "");
    expect(record.responsePayload.trace).to.be.an("array");
    delete record.responsePayload.trace;
    expect(record).to.deep.equal({
      version: "1.0",
      timestamp: "2026-01-15T12:01:00.000Z",
      requestContext: {
        requestId: cloud.invocations[0]?.requestId,
        functionArn: `${arn}:$LATEST`,
        condition: "RetriesExhausted",
        approximateInvokeCount: 2,
      },
      requestPayload: { times: 9 },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      responsePayload: { errorType: "Error", errorMessage: "no 2" },
    });
    expect(cloud.cloud.asked.at(-1)).to.deep.equal({
      principal: ROLE,
      permission: { action: "sqs:SendMessage", resource: QUEUE },
    });
  });

  it("keep the settings of an alias apart from those of the function", async () => {
    const arn = await cloud.deploy("aliased", FAILS);
    await cloud.make("aws:lambda/alias:Alias", "live", {
      name: "live",
      functionName: "aliased",
      functionVersion: "$LATEST",
    });
    const destinationConfig = { onFailure: { destination: TOPIC }, onSuccess: { destination: BUS } };
    await cloud.make(CONFIG, "config", {
      functionName: "aliased",
      qualifier: "live",
      maximumRetryAttempts: 0,
      destinationConfig,
    });
    cloud.cloud.services.lambda.invokeAsync(`${arn}:live`, { times: 1 }, "test");
    await eventually(() => expect(sent.map(({ to }) => to)).to.deep.equal([TOPIC]));
    cloud.cloud.services.lambda.invokeAsync(`${arn}:live`, { times: 1 }, "test");
    await eventually(() => expect(put).to.have.length(1));
    expect(put[0]?.bus).to.equal("orders");
    expect(put[0]?.event).to.deep.include({
      source: "lambda",
      detailType: "Lambda Function Invocation Result - Success",
      resources: [BUS, `${arn}:live`],
    });
    expect(put[0]?.event.detail).to.deep.include({ requestPayload: { times: 1 }, responsePayload: 2 });
  });

  it("give up an event that would be too old at the next attempt", async () => {
    const arn = await cloud.deploy("aged", FAILS);
    const destinationConfig = { onFailure: { destination: QUEUE } };
    await cloud.make(CONFIG, "config", {
      functionName: "aged",
      maximumEventAgeInSeconds: 60,
      destinationConfig,
    });
    cloud.cloud.services.lambda.invokeAsync(arn, { times: 9 }, "test");
    await attempts(1);
    await clock.advance(60_000);
    await eventually(() => expect(sent).to.have.length(1));
    expect(JSON.parse(sent[0]?.body ?? "").requestContext).to.include({
      condition: "EventAgeExceeded",
      approximateInvokeCount: 2,
    });
  });

  it("put the event itself into the function's dead-letter queue", async () => {
    const arn = await cloud.deploy("dead", FAILS, { deadLetterConfig: { targetArn: QUEUE } });
    await cloud.make(CONFIG, "config", { functionName: "dead", maximumRetryAttempts: 0 });
    cloud.cloud.services.lambda.invokeAsync(arn, { times: 9 }, "test");
    await eventually(() => expect(sent).to.have.length(1));
    expect(sent[0]?.body).to.equal('{"times":9}');
    expect(sent[0]?.attributes?.ErrorMessage).to.deep.equal({ DataType: "String", StringValue: "no 1" });
    expect(sent[0]?.attributes?.ErrorCode).to.deep.equal({ DataType: "Number", StringValue: "200" });
  });

  it("wait with growing delays while the function is throttled", async () => {
    const arn = await cloud.deploy("throttled", FAILS, { reservedConcurrentExecutions: 0 });
    cloud.cloud.services.lambda.invokeAsync(arn, { times: 0 }, "test");
    for (const delay of [1_000, 2_000, 4_000]) {
      await eventually(() => expect(clock.waits).to.deep.equal([delay]));
      await clock.advance(delay);
    }
    await cloud.deploy("throttled", FAILS);
    await eventually(() => expect(clock.waits).to.deep.equal([8_000]));
    await clock.advance(8_000);
    await eventually(() => expect(cloud.invocations).to.have.length(1));
  });

  it("say when a destination denies the record", async () => {
    const arn = await cloud.deploy("denied", FAILS);
    const destinationConfig = { onFailure: { destination: QUEUE } };
    await cloud.make(CONFIG, "config", { functionName: arn, maximumRetryAttempts: 0, destinationConfig });
    cloud.cloud.denied.add("sqs:SendMessage");
    cloud.cloud.services.lambda.invokeAsync(arn, { times: 9 }, "test");
    await eventually(() =>
      expect(cloud.cloud.entries.find(({ kind }) => kind === "error")?.message).to.match(
        /could not go to .*:failed: sqs:SendMessage/,
      ),
    );
    expect(sent).to.deep.equal([]);
  });

  it("refuse events over 1 MB and unknown functions at once", async () => {
    const arn = await cloud.deploy("small", FAILS);
    const { lambda } = cloud.cloud.services;
    expect(() => lambda.invokeAsync(arn, "x".repeat(1_048_575), "test")).to.throw(
      /1048577 byte payload is too large for the Event/,
    );
    expect(() => lambda.invokeAsync("absent", {}, "test")).to.throw(/Function not found/);
  });
});
