import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  GetFunctionCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
} from "@aws-sdk/client-lambda";
import { expect } from "chai";
import { AwsError } from "../../local/core/errors.ts";
import { eventually } from "../support/eventually.ts";
import { callService, LambdaCloud } from "./support/lambda-cloud.ts";

const CODE =
  "export const handler = async (event) => { console.log('seen'); if (event.fail) throw new Error('no'); return { event }; };";

describe("The Lambda API", () => {
  let cloud: LambdaCloud;
  let arn: string;

  before(async () => {
    cloud = await LambdaCloud.start();
    arn = await cloud.deploy("api", CODE, { timeout: 5, environment: { variables: { A: "1" } } });
    await cloud.make("aws:lambda/alias:Alias", "live", {
      name: "live",
      functionName: "api",
      functionVersion: "$LATEST",
    });
  });

  after(() => cloud.stop());

  /** The error of a call. */
  async function refusal(method: string, path: string, options = {}): Promise<AwsError> {
    const error = await cloud.call(method, path, options).catch((thrown) => thrown);
    expect(error).to.be.instanceOf(AwsError);
    return error;
  }

  const invocations = "/2015-03-31/functions/api/invocations";

  it("invokes and answers the result", async () => {
    const reply = await cloud.call("POST", invocations, { body: Buffer.from('{"id":1}') });
    expect(reply.status).to.equal(200);
    expect(reply.headers).to.deep.equal({
      "content-type": "application/json",
      "x-amz-executed-version": "$LATEST",
    });
    expect(reply.body).to.equal('{"event":{"id":1}}');
  });

  it("takes no payload for an empty object", async () => {
    expect((await cloud.call("POST", invocations)).body).to.equal('{"event":{}}');
  });

  it("marks the answer of a function that failed, and shows the end of its log when asked", async () => {
    const options = { body: Buffer.from('{"fail":true}'), headers: { "x-amz-log-type": "Tail" } };
    const { status, headers, body } = await cloud.call("POST", invocations, options);
    expect(status).to.equal(200);
    expect(headers["x-amz-function-error"]).to.equal("Unhandled");
    expect(JSON.parse(String(body))).to.include({ errorType: "Error", errorMessage: "no" });
    const tail = Buffer.from(headers["x-amz-log-result"] ?? "", "base64").toString();
    expect(tail).to.match(/^START RequestId: .*\n.*\tINFO\tseen\n[\s\S]*REPORT RequestId/);
  });

  it("queues events, and checks without running", async () => {
    const before = cloud.invocations.length;
    const dry = await cloud.call("POST", invocations, { headers: { "x-amz-invocation-type": "DryRun" } });
    expect(dry.status).to.equal(204);
    const queued = await cloud.call("POST", invocations, { headers: { "x-amz-invocation-type": "Event" } });
    expect(queued).to.include({ status: 202, body: "" });
    await eventually(() => expect(cloud.invocations).to.have.length(before + 1));
  });

  it("asks for the right permission on what is invoked", async () => {
    const ofCaller = () =>
      cloud.cloud.asked.filter(({ permission }) => permission.action === "lambda:InvokeFunction").at(-1);
    await cloud.call("POST", `${invocations}?Qualifier=live`);
    expect(ofCaller()?.permission.resource).to.equal(`${arn}:live`);
    await cloud.call("POST", `/2015-03-31/functions/${encodeURIComponent(`${arn}:live`)}/invocations`);
    expect(ofCaller()?.permission.resource).to.equal(`${arn}:live`);
    cloud.cloud.denied.add("lambda:InvokeFunction");
    const denied = await refusal("POST", invocations);
    cloud.cloud.denied.clear();
    expect(denied.code).to.equal("AccessDeniedException");
  });

  it("refuses what AWS refuses", async () => {
    expect(await refusal("POST", invocations, { body: Buffer.from("{") })).to.include({
      code: "InvalidRequestContentException",
      status: 400,
    });
    expect(await refusal("POST", "/2015-03-31/functions/absent/invocations")).to.include({
      code: "ResourceNotFoundException",
      status: 404,
    });
    const body = Buffer.from(JSON.stringify("x".repeat(1_048_575)));
    const headers = { "x-amz-invocation-type": "Event" };
    expect(await refusal("POST", invocations, { body, headers })).to.include({
      code: "RequestTooLargeException",
      status: 413,
    });
  });

  it("describes functions", async () => {
    const { body } = await cloud.call("GET", "/2015-03-31/functions/api/configuration");
    expect(JSON.parse(String(body))).to.deep.include({
      FunctionName: "api",
      FunctionArn: arn,
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      Timeout: 5,
      MemorySize: 128,
      Environment: { Variables: { A: "1" } },
    });
    expect(
      JSON.parse(String((await cloud.call("GET", "/2015-03-31/functions/api")).body)).Configuration
        .FunctionArn,
    ).to.equal(arn);
    const list = await cloud.call("GET", "/2015-03-31/functions/");
    expect(JSON.parse(String(list.body)).Functions).to.have.length(1);
  });

  it("says what it does not have", async () => {
    expect((await refusal("DELETE", "/2015-03-31/functions/api")).message).to.match(
      /does not support lambda:DELETE/,
    );
    expect((await refusal("GET", "/2018-10-31/layers")).code).to.equal("NotImplemented");
  });

  it("serves the AWS SDK", async () => {
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      const reply = await callService(cloud.lambda, request.method ?? "", request.url ?? "", {
        headers,
        body: Buffer.concat(chunks),
      });
      response.writeHead(reply.status, reply.headers).end(reply.body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const credentials = { accessKeyId: "x", secretAccessKey: "x" };
    const client = new LambdaClient({ endpoint, region: "eu-west-1", credentials });
    const answer = await client.send(
      new InvokeCommand({ FunctionName: "api:live", Payload: '{"id":2}', LogType: "Tail" }),
    );
    expect(answer.Payload?.transformToString()).to.equal('{"event":{"id":2}}');
    expect(answer.LogResult).to.be.a("string");
    const { Configuration } = await client.send(
      new GetFunctionCommand({ FunctionName: arn, Qualifier: "live" }),
    );
    expect(Configuration?.FunctionArn).to.equal(`${arn}:live`);
    expect((await client.send(new ListFunctionsCommand({}))).Functions).to.have.length(1);
    client.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
});
