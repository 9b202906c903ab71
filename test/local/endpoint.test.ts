import { request as httpRequest } from "node:http";
import { networkInterfaces } from "node:os";
import { Readable } from "node:stream";
import { DynamoDBClient, GetItemCommand, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { AwsError } from "../../local/core/errors.ts";
import { accessKeyOf } from "../../local/core/identity.ts";
import type { AwsCall, AwsReply, Service, ServiceDefinition } from "../../local/core/service.ts";
import { createEndpoint, type Endpoint } from "../../local/endpoint/index.ts";
import {
  clientSettings,
  type FakeCloud,
  fakeCloud,
  resourceOf,
  type ServedService,
  serve,
} from "../support/fake-cloud.ts";

type Answer = (call: AwsCall) => AwsReply;

function stub(
  name: ServiceDefinition["name"],
  protocol: ServiceDefinition["protocol"],
  answer: Answer,
  service: Partial<Service> = {},
): ServedService {
  const definition: ServiceDefinition = {
    name,
    signingNames: [name],
    protocol,
    outputs: {},
    create: () => ({ realize: {} }),
  };
  return { definition, service: { realize: {}, call: async (call) => answer(call), ...service } };
}

const fail =
  (code: string, status: number, members = {}): Answer =>
  () => {
    throw new AwsError(code, `It is <"so">`, status, members);
  };

const thrownBy = async (
  call: Promise<unknown>,
): Promise<Error & { $metadata?: { httpStatusCode?: number; requestId?: string } }> =>
  call.then(
    () => expect.fail("the call should fail"),
    (error: Error) => error,
  );

describe("The endpoint", () => {
  let cloud: FakeCloud;
  let endpoint: Endpoint;
  let calls: AwsCall[];
  let answers: Record<string, Answer>;

  const recorded =
    (name: string): Answer =>
    (call) => {
      calls.push(call);
      return (answers[name] ?? (() => ({ status: 200, headers: {}, body: "{}" })))(call);
    };

  beforeEach(async () => {
    cloud = fakeCloud();
    calls = [];
    answers = {};
    const gateway: Partial<Service> = {
      request: async (request, response) => void response.end(`gateway ${request.url}`),
    };
    const services = [
      stub("apigateway", "rest-json", recorded("apigateway"), gateway),
      stub("dynamodb", "json", recorded("dynamodb")),
      stub("lambda", "rest-json", recorded("lambda")),
      stub("s3", "rest-xml", recorded("s3")),
      stub("sns", "query", recorded("sns")),
      stub("sqs", "json", recorded("sqs")),
    ];
    endpoint = await serve(services, cloud, 1_000);
  });

  afterEach(() => endpoint.close());

  it("hands a call to the service it is signed for, with its operation, body and request id", async () => {
    const client = new DynamoDBClient(clientSettings(endpoint));
    const { $metadata } = await client.send(new GetItemCommand({ TableName: "t", Key: { id: { S: "1" } } }));
    expect(calls[0]).to.include({ operation: "GetItem", region: "eu-west-1", method: "POST", path: "/" });
    expect(JSON.parse(calls[0]?.body.toString() ?? "")).to.deep.equal({
      TableName: "t",
      Key: { id: { S: "1" } },
    });
    expect($metadata.requestId).to.equal(calls[0]?.requestId);
  });

  it("refuses what a page of the web sends under a name of its own, and answers every name of this machine", async () => {
    const ask = (host: string) =>
      new Promise<number>((resolve, reject) => {
        const options = { port: endpoint.port, path: "/_aws/execute-api/x", headers: { host } };
        httpRequest({ host: "127.0.0.1", ...options }, (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        })
          .on("error", reject)
          .end();
      });
    const others = [
      "evil.example",
      "127.0.0.1.evil.example",
      "localhost.evil.example:4000",
      "10.0.0.1",
      "[::2]",
    ];
    for (const host of others) expect(await ask(host), host).to.equal(403);
    const own = [
      "127.0.0.1",
      "localhost:4000",
      `bucket.localhost:${endpoint.port}`,
      "[::1]:4000",
      "LocalHost",
    ];
    for (const host of own) expect(await ask(host), host).to.equal(200);
  });

  it("cannot be reached from other machines", async () => {
    const addresses = Object.values(networkInterfaces()).flatMap((list = []) =>
      list.filter(({ internal, family }) => !internal && family === "IPv4").map(({ address }) => address),
    );
    for (const address of [...addresses, "[::1]"])
      await thrownBy(fetch(`http://${address}:${endpoint.port}/_aws/execute-api/x`));
  });

  it("tells a function from the user by the access key", async () => {
    const outputs = {
      arn: "arn:aws:lambda:eu-west-1:000000000000:function:f",
      name: "f",
      role: "arn:aws:iam::000000000000:role/r",
    };
    const definition = {
      ...stub("lambda", "json", recorded("lambda")).definition,
      outputs: { "aws:lambda/function:Function": () => ({ id: "f", ...outputs }) },
    };
    const resources = [resourceOf(definition, "aws:lambda/function:Function", "f", {})];
    cloud = fakeCloud({ resources: () => resources });
    const own = await serve([stub("dynamodb", "json", recorded("dynamodb"))], cloud);
    for (const key of [accessKeyOf(outputs.arn), "AKIAOTHER"]) {
      const client = new DynamoDBClient(clientSettings(own, key));
      await client.send(new GetItemCommand({ TableName: "t", Key: {} }));
    }
    await own.close();
    expect(calls.map(({ principal }) => principal)).to.deep.equal([
      { kind: "role", arn: outputs.role, functionName: "f" },
      { kind: "user", arn: "arn:aws:iam::000000000000:user/local" },
    ]);
  });

  it("takes presigned URLs, presigned POSTs and preflights for S3's", async () => {
    const credential = "AKIA1/20261122/us-west-2/s3/aws4_request";
    await fetch(`${endpoint.url}/bucket/key?X-Amz-Credential=${encodeURIComponent(credential)}`);
    const form = new FormData();
    form.set("key", "uploads/a.txt");
    form.set("x-amz-credential", credential);
    form.set("file", new Blob(["content"]));
    await fetch(`${endpoint.url}/bucket`, { method: "POST", body: form });
    await fetch(`${endpoint.url}/bucket/key`, {
      method: "OPTIONS",
      headers: { origin: "http://localhost:3000", "access-control-request-method": "PUT" },
    });
    expect(calls.map(({ method, path, region }) => `${method} ${path} ${region}`)).to.deep.equal([
      "GET /bucket/key us-west-2",
      "POST /bucket us-west-2",
      "OPTIONS /bucket/key eu-west-1",
    ]);
  });

  it("gives API Gateway its invocations and the control API its requests", async () => {
    const text = async (path: string): Promise<string> => (await fetch(`${endpoint.url}${path}`)).text();
    expect(await text("/_aws/execute-api/api1/dev/tasks?x=1")).to.equal(
      "gateway /_aws/execute-api/api1/dev/tasks?x=1",
    );
    expect(await text("/_local/emails")).to.equal("control /_local/emails");
    expect((await fetch(`${endpoint.url}/_aws/nothing/x`)).status).to.equal(404);
    expect(calls).to.be.empty;
  });

  it("lets clients of JSON services throw the service's exception with its members", async () => {
    answers.dynamodb = fail("TransactionCanceledException", 400, {
      CancellationReasons: [{ Code: "ConditionalCheckFailed" }],
    });
    const client = new DynamoDBClient(clientSettings(endpoint));
    const error = await thrownBy(client.send(new TransactWriteItemsCommand({ TransactItems: [] })));
    expect(error).to.include({ name: "TransactionCanceledException", message: `It is <"so">` });
    expect(error).to.have.deep.property("CancellationReasons", [{ Code: "ConditionalCheckFailed" }]);
    expect(error.$metadata?.requestId).to.equal(calls[0]?.requestId);
  });

  it("lets clients of query, REST-XML and REST-JSON services throw the service's exception", async () => {
    answers.sns = fail("AuthorizationError", 403);
    answers.s3 = fail("NoSuchKey", 404);
    answers.lambda = fail("TooManyRequestsException", 429);
    const settings = clientSettings(endpoint);
    const thrown = await Promise.all([
      thrownBy(new SNSClient(settings).send(new PublishCommand({ TopicArn: "t", Message: "m" }))),
      thrownBy(
        new S3Client({ ...settings, forcePathStyle: true }).send(
          new GetObjectCommand({ Bucket: "b", Key: "k" }),
        ),
      ),
      thrownBy(new LambdaClient(settings).send(new InvokeCommand({ FunctionName: "f" }))),
    ]);
    expect(thrown.map(({ name }) => name)).to.deep.equal([
      "AuthorizationErrorException",
      "NoSuchKey",
      "TooManyRequestsException",
    ]);
    expect(thrown.map(({ message }) => message)).to.deep.equal(Array(3).fill(`It is <"so">`));
    expect(thrown.map(({ $metadata }) => $metadata?.httpStatusCode)).to.deep.equal([403, 404, 429]);
  });

  it("gives SQS clients the error code of the query protocol too", async () => {
    answers.sqs = fail("QueueDoesNotExist", 400);
    const client = new SQSClient(clientSettings(endpoint));
    const error = await thrownBy(
      client.send(new SendMessageCommand({ QueueUrl: `${endpoint.url}/000000000000/q`, MessageBody: "m" })),
    );
    expect(error.name).to.equal("QueueDoesNotExist");
    expect(error).to.have.property("Code", "QueueDoesNotExist");
  });

  it("answers 500 to a failure of its own and logs it with the call", async () => {
    answers.dynamodb = () => {
      throw new TypeError("x is not a function");
    };
    const client = new DynamoDBClient(clientSettings(endpoint));
    const error = await thrownBy(client.send(new GetItemCommand({ TableName: "t", Key: {} })));
    expect(error.name).to.equal("InternalFailure");
    expect(error.message).not.to.contain("x is not a function");
    const logged = cloud.entries.find(({ kind }) => kind === "error");
    expect(logged?.message).to.contain("GetItem").and.to.contain("x is not a function");
  });

  it("names the service and operation that nobody implements", async () => {
    const authorization =
      "AWS4-HMAC-SHA256 Credential=AKIA1/20261122/eu-west-1/kinesis/aws4_request, SignedHeaders=host, Signature=x";
    const headers = {
      authorization,
      "x-amz-target": "Kinesis_20131202.PutRecord",
      "content-type": "application/x-amz-json-1.1",
    };
    const response = await fetch(endpoint.url, { method: "POST", headers, body: "{}" });
    expect(response.status).to.equal(501);
    expect((await response.json()) as object)
      .to.have.property("message")
      .that.contains("kinesis")
      .and.contains("PutRecord");
  });

  it("refuses a body over the limit with 413, whether its length is announced or not", async () => {
    const whole = await fetch(`${endpoint.url}/bucket/key`, { method: "PUT", body: "x".repeat(1_001) });
    const chunks = Readable.toWeb(Readable.from([Buffer.alloc(600), Buffer.alloc(600)])) as ReadableStream;
    const streamed = await fetch(`${endpoint.url}/bucket/key`, {
      method: "PUT",
      body: chunks,
      duplex: "half",
    } as RequestInit);
    expect([whole.status, streamed.status]).to.deep.equal([413, 413]);
    expect(calls).to.be.empty;
  });

  it("sends streams as they come, and no body to HEAD", async () => {
    answers.s3 = ({ method }) => ({
      status: 200,
      headers: { "content-length": "4" },
      body: method === "HEAD" ? "" : Readable.from(["ab", "cd"]),
    });
    expect(await (await fetch(`${endpoint.url}/b/k`)).text()).to.equal("abcd");
    const head = await fetch(`${endpoint.url}/b/k`, { method: "HEAD" });
    expect([head.headers.get("content-length"), await head.text()]).to.deep.equal(["4", ""]);
  });

  it("answers 503 before its services exist, and names a port that is taken", async () => {
    const early = await createEndpoint({ port: 0, log: cloud.log });
    expect((await fetch(`${early.url}/bucket`)).status).to.equal(503);
    const error = await thrownBy(createEndpoint({ port: early.port, log: cloud.log }));
    expect(error.message).to.contain(String(early.port));
    await early.close();
  });

  it("closes at once although clients keep connections open", async () => {
    const own = await serve([], cloud);
    await new Promise<void>((resolve, reject) => {
      const request = httpRequest(
        `${own.url}/_local`,
        { headers: { connection: "keep-alive" } },
        (response) => {
          response.resume().once("end", resolve);
        },
      );
      request.once("error", reject).end();
    });
    const started = performance.now();
    await own.close();
    await own.close();
    expect(performance.now() - started).to.be.below(1_500);
  });
});
