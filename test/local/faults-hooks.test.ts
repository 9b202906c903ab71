import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import type { CallEffect, InvocationEffect } from "../../local/core/faults.ts";
import { environmentOf, sessionTokenOf } from "../../local/core/identity.ts";
import type { AwsCall } from "../../local/core/service.ts";
import { CallFaults } from "../../local/endpoint/call-faults.ts";
import { createEndpoint, type Endpoint } from "../../local/endpoint/index.ts";
import { createPrincipals } from "../../local/endpoint/principals.ts";
import { definitions } from "../../local/services/index.ts";
import { ACCOUNT, clientSettings, type FakeCloud, fakeCloud, REGION } from "../support/fake-cloud.ts";
import { LambdaCloud } from "./support/lambda-cloud.ts";

describe("Faults of AWS calls", () => {
  let cloud: FakeCloud;
  let endpoint: Endpoint;
  let calls: AwsCall[];
  const crashed: string[] = [];

  beforeEach(async () => {
    crashed.length = 0;
    calls = [];
    const countCall = () => calls.length + 1;
    const lambda = { countCall, crash: (id: string) => void crashed.push(id) };
    cloud = fakeCloud({ services: { lambda: lambda as unknown as FakeCloud["services"]["lambda"] } });
    endpoint = await createEndpoint({ port: 0, log: cloud.log });
    const services = definitions.map((definition) => ({
      definition,
      service: {
        realize: {},
        call: async (call: AwsCall) => {
          calls.push(call);
          return { status: 200, headers: {}, body: "{}" };
        },
      },
    }));
    endpoint.attach({
      services,
      principalOf: createPrincipals(() => [], ACCOUNT),
      region: REGION,
      faults: new CallFaults(cloud, () => cloud.services.lambda),
      control: async (_request, response) => void response.end(),
    });
  });

  afterEach(() => endpoint.close());

  const getItem = () =>
    new DynamoDBClient(clientSettings(endpoint)).send(
      new GetItemCommand({ TableName: "orders", Key: { pk: { S: "1" } } }),
    );
  const failing: Readonly<
    Record<string, readonly [call: string, error: string, status: number, () => Promise<unknown>]>
  > = {
    DynamoDB: ["dynamodb:GetItem", "ProvisionedThroughputExceededException", 400, getItem],
    S3: [
      "s3:GetObject",
      "SlowDown",
      503,
      () => {
        const s3 = new S3Client({ ...clientSettings(endpoint), forcePathStyle: true });
        return s3.send(new GetObjectCommand({ Bucket: "files", Key: "a" }));
      },
    ],
    SNS: [
      "sns:Publish",
      "ThrottledException",
      429,
      () => {
        const sns = new SNSClient(clientSettings(endpoint));
        return sns.send(
          new PublishCommand({ TopicArn: "arn:aws:sns:eu-west-1:000000000000:t", Message: "m" }),
        );
      },
    ],
    SQS: [
      "sqs:SendMessage",
      "RequestThrottled",
      403,
      () => {
        const sqs = new SQSClient(clientSettings(endpoint));
        return sqs.send(
          new SendMessageCommand({ QueueUrl: `${endpoint.url}/${ACCOUNT}/q`, MessageBody: "m" }),
        );
      },
    ],
  };

  for (const [service, [call, name, status, send]] of Object.entries(failing)) {
    it(`slow the callers of ${service} down as it does itself`, async () => {
      cloud.faults.add({ target: { call }, effect: { action: "throttle" } });
      const error = await send().then(
        () => expect.fail("the call should fail"),
        (thrown: Error & { $metadata?: { httpStatusCode?: number } }) => thrown,
      );
      expect(error.name).to.equal(name);
      expect(error.$metadata?.httpStatusCode).to.equal(status);
      expect(calls).to.deep.equal([]);
    });
  }

  it("answer the error that was asked for, instead of carrying the call out", async () => {
    const effect: CallEffect = {
      action: "error",
      code: "InternalServerError",
      message: "No luck",
      status: 500,
    };
    cloud.faults.add({ target: { call: "dynamodb:*" }, effect });
    const error = await getItem().catch((thrown: Error) => thrown);
    expect(error).to.include({ name: "InternalServerError", message: "No luck" });
    expect(calls).to.deep.equal([]);
  });

  it("lose the reply of a call that is carried out", async () => {
    cloud.faults.add({ target: { call: "*" }, effect: { action: "lose-reply" } });
    const error = await getItem().catch((thrown: Error & { code?: string }) => thrown);
    expect(error).to.include({ code: "ECONNRESET" });
    expect(calls).to.have.length(1);
  });

  for (const [action, carriedOut] of [
    ["crash-before", 0],
    ["crash-after", 1],
  ] as const) {
    it(`${action}: the environment that calls dies`, async () => {
      cloud.faults.add({ target: { call: "*", number: 1 }, effect: { action } });
      const client = new DynamoDBClient({
        ...clientSettings(endpoint),
        credentials: { accessKeyId: "A", secretAccessKey: "local", sessionToken: sessionTokenOf("e1") },
      });
      const command = new GetItemCommand({ TableName: "orders", Key: { pk: { S: "1" } } });
      expect(await client.send(command).catch((thrown: Error) => thrown)).to.be.an("error");
      expect(crashed).to.deep.equal(["e1"]);
      expect(calls).to.have.length(carriedOut);
    });
  }
});

describe("Faults of invocations", () => {
  const CODE = `
    let calls = 0;
    export const handler = async () => ({ calls: ++calls, token: process.env.AWS_SESSION_TOKEN });`;
  let cloud: LambdaCloud;
  let arn: string;

  before(async () => {
    cloud = await LambdaCloud.start();
    arn = await cloud.deploy("worker", CODE, { timeout: 1 });
  });

  after(() => cloud.stop());

  const next = (effect: InvocationEffect) =>
    cloud.cloud.faults.add({ target: { function: "worker" }, effect, times: 1 });
  const run = async () => (await cloud.invoke(arn)).result as { calls: number; token: string };

  it("give every environment a session token of its own, and none of its calls to another", async () => {
    const { token } = await run();
    const environment = environmentOf(token) ?? "";
    const { lambda } = cloud.cloud.services;
    expect([lambda.countCall(environment), lambda.countCall(environment)]).to.deep.equal([1, 2]);
    await run();
    expect(lambda.countCall(environment), "the next event begins anew").to.equal(1);
    expect(lambda.countCall("unknown")).to.equal(undefined);
  });

  it("fail it, after the function has run or without running it", async () => {
    const { calls } = await run();
    next({ action: "error", message: "Bad day" });
    expect(await cloud.failure(arn)).to.include({ errorMessage: "Bad day" });
    next({ action: "error", preventExecution: true });
    await cloud.failure(arn);
    expect((await run()).calls).to.equal(calls + 2);
  });

  it("answer an HTTP status instead", async () => {
    next({ action: "http-integration-response", statusCode: 503, preventExecution: true });
    expect((await cloud.invoke(arn)).result).to.deep.include({ statusCode: 503 });
  });

  it("refuse it as throttled", async () => {
    next({ action: "throttle" });
    const error = await cloud.invoke(arn).catch((thrown: Error) => thrown);
    expect(error).to.include({ code: "TooManyRequestsException", status: 429 });
  });

  it("let it die with its environment, and the next one start cold", async () => {
    await run();
    next({ action: "crash" });
    expect(await cloud.failure(arn)).to.include({ errorType: "Runtime.ExitError" });
    expect((await run()).calls).to.equal(1);
  });

  it("delay it, within its time-out", async () => {
    next({ action: "add-delay", milliseconds: 50 });
    expect((await cloud.invoke(arn)).failed).to.equal(false);
    next({ action: "add-delay", milliseconds: 2_000 });
    expect(await cloud.failure(arn)).to.include({ errorType: "Sandbox.Timedout" });
  });
});
