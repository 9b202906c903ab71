import { gunzipSync, gzipSync } from "node:zlib";
import { expect } from "chai";
import { AwsError } from "../../local/core/errors.ts";
import { documentOf, FunctionError, GatewayFixture, proxyTo } from "./support/gateway-cloud.ts";

describe("API Gateway: what a client is answered", () => {
  let gateway: GatewayFixture;
  let base: string;
  let answer: (event: { body: string | null }) => unknown;
  let received:
    | { body: string | null; isBase64Encoded: boolean; headers: Record<string, string> }
    | undefined;

  const deploy = async (more: object = {}, inputs = {}): Promise<void> => {
    const arn = gateway.handle("f", (event: NonNullable<typeof received>) => {
      received = event;
      return answer(event);
    });
    const paths = {
      "/f": {
        get: proxyTo(arn),
        post: proxyTo(arn, { timeoutInMillis: 500 }),
        head: proxyTo(arn),
        put: proxyTo(arn, { credentials: "arn:aws:iam::000000000000:role/caller" }),
      },
    };
    base = await gateway.deploy(documentOf(paths, more), inputs);
  };

  const get = (headers: Record<string, string> = {}) => gateway.send("GET", `${base}/f`, { headers });

  beforeEach(async () => {
    received = undefined;
    gateway = await new GatewayFixture().start();
    await deploy();
  });

  afterEach(() => gateway.stop());

  it("is the function's answer, with the headers of AWS", async () => {
    answer = () => ({ statusCode: 201, headers: { "X-Own": 7, flag: true }, body: "grüße" });
    const { status, headers, text } = await get();
    expect(status).to.equal(201);
    expect(text).to.equal("grüße");
    expect(headers).to.include({
      "x-own": "7",
      flag: "true",
      "content-type": "application/json",
      "content-length": "7",
    });
    expect(headers["x-amzn-requestid"]).to.match(/^[0-9a-f-]{36}$/);
    expect(headers["x-amz-apigw-id"]).to.match(/^[\w+/]{15}=$/);
    expect(headers["x-amzn-trace-id"]).to.match(/^Root=1-/);
    expect(headers).to.not.have.property("x-amzn-errortype");
  });

  const usable: readonly [what: string, value: unknown, status: number][] = [
    ["without a status", {}, 200],
    ["with null for headers and body", { statusCode: 200, headers: null, body: null }, 200],
    ["with a status as text", { statusCode: "202" }, 202],
    ["with no content", { statusCode: 204 }, 204],
  ];
  for (const [what, value, status] of usable) {
    it(`takes an answer ${what}`, async () => {
      answer = () => value;
      const reply = await get();
      expect(reply.status).to.equal(status);
      expect(reply.body).to.have.length(0);
    });
  }

  const malformed: readonly [what: string, value: unknown][] = [
    ["nothing", undefined],
    ["a text", '"text"'],
    ["a list", []],
    ["what is not JSON", "<html>"],
    ["an unknown member", { statusCode: 200, wrong: 1 }],
    ["a body that is an object", { statusCode: 200, body: { a: 1 } }],
    ["a status that is no number", { statusCode: "abc" }],
    ["a status out of range", { statusCode: 99 }],
    ["headers that are a list", { statusCode: 200, headers: ["a"] }],
    ["a header that is an object", { statusCode: 200, headers: { a: {} } }],
    ["multi-value headers that are single", { statusCode: 200, multiValueHeaders: { a: "b" } }],
    ["a header that HTTP does not allow", { statusCode: 200, headers: { a: "line\nbreak" } }],
    ["a function error", new FunctionError("broken")],
  ];
  for (const [what, value] of malformed) {
    it(`makes 502 of ${what}`, async () => {
      answer = () => value;
      const { status, json, headers } = await get();
      expect(status).to.equal(502);
      expect(json).to.deep.equal({ message: "Internal server error" });
      expect(headers["x-amzn-errortype"]).to.equal("InternalServerErrorException");
    });
  }

  const rejections: readonly [what: string, error: AwsError, status: number][] = [
    ["throttles", new AwsError("TooManyRequestsException", "Rate Exceeded.", 429), 500],
    ["does not find the function", new AwsError("ResourceNotFoundException", "none", 404), 500],
    ["finds the event too large", new AwsError("RequestTooLargeException", "6 MB", 413), 413],
  ];
  for (const [what, error, status] of rejections) {
    it(`is ${status} when Lambda ${what}`, async () => {
      answer = () => Promise.reject(error);
      const reply = await get();
      expect(reply.status).to.equal(status);
      expect(reply.text).to.not.contain(error.message);
      expect(gateway.log.some(({ kind }) => kind === "warning")).to.equal(status === 500);
    });
  }

  it("is 500 when the function's policy does not let API Gateway in", async () => {
    gateway.deny = () => {
      throw new AwsError("AccessDeniedException", "not allowed", 403);
    };
    expect((await get()).status).to.equal(500);
    expect(gateway.log.map(({ message }) => message)).to.include("AccessDeniedException: not allowed");
  });

  it("is asked for as the integration's role when it has one", async () => {
    answer = () => ({});
    await gateway.send("PUT", `${base}/f`);
    expect(gateway.asked[0]?.principal).to.deep.equal({
      kind: "role",
      arn: "arn:aws:iam::000000000000:role/caller",
    });
  });

  it("is 504 when the function takes longer than its integration allows", async () => {
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    answer = () => {
      arrive();
      return new Promise(() => {});
    };
    const reply = gateway.send("POST", `${base}/f`);
    await arrived;
    await gateway.clock.advance(500);
    const { status, json } = await reply;
    expect(status).to.equal(504);
    expect(json).to.deep.equal({ message: "Endpoint request timed out" });
  });

  it("is the function's although the event had to wait for a free environment, for longer than that", async () => {
    const { promise: free, resolve: release } = Promise.withResolvers<void>();
    const { promise: waits, resolve: wait } = Promise.withResolvers<void>();
    gateway.free = free;
    gateway.deny = () => wait();
    answer = () => ({ statusCode: 201 });
    const reply = gateway.send("POST", `${base}/f`);
    await waits;
    await gateway.clock.advance(1_000);
    release();
    expect((await reply).status).to.equal(201);
    expect(gateway.clock.waits.length).to.equal(0);
  });

  it("leaves no timer behind", async () => {
    answer = () => ({});
    await get();
    expect(gateway.clock.waits.length).to.equal(0);
  });

  it("joins single and multiple headers, whatever their case", async () => {
    answer = () => ({
      multiValueHeaders: { "Set-Cookie": ["a=1", "b=2"], "X-Multi": ["one"] },
      headers: { "x-multi": "two" },
    });
    const { headers } = await get();
    expect(headers["set-cookie"]).to.deep.equal(["a=1", "b=2"]);
    expect(headers["x-multi"]).to.equal("one, two");
  });

  it("renames headers that belong to the connection", async () => {
    answer = () => ({ headers: { "Content-Length": "99", Date: "then", "Transfer-Encoding": "chunked" } });
    const { headers } = await get();
    expect(headers).to.include({
      "x-amzn-remapped-content-length": "99",
      "x-amzn-remapped-date": "then",
      "content-length": "0",
    });
    expect(headers).to.not.have.property("transfer-encoding");
  });

  it("has no body for HEAD", async () => {
    answer = () => ({ body: "text" });
    const { headers, body } = await gateway.send("HEAD", `${base}/f`);
    expect(headers["content-length"]).to.equal("4");
    expect(body).to.have.length(0);
  });

  it("is bytes for clients that accept a binary media type, else base64", async () => {
    await deploy({ "x-amazon-apigateway-binary-media-types": ["image/png"] });
    const bytes = Buffer.from([137, 80, 0, 255]);
    answer = () => ({
      headers: { "Content-Type": "image/png" },
      body: bytes.toString("base64"),
      isBase64Encoded: true,
    });
    expect((await get({ accept: "image/png, */*" })).body.equals(bytes)).to.equal(true);
    expect((await get({ accept: "text/html" })).text).to.equal(bytes.toString("base64"));
  });

  it("is bytes for all when every type is binary, and takes bytes from all", async () => {
    await deploy({}, { binaryMediaTypes: ["*/*"] });
    const bytes = Buffer.from([1, 2, 250]);
    answer = ({ body }) => ({ body, isBase64Encoded: true });
    const { body } = await gateway.send("POST", `${base}/f`, { body: bytes });
    expect(body.equals(bytes)).to.equal(true);
  });

  it("is compressed from the minimum size on, when the client accepts it", async () => {
    await deploy({ "x-amazon-apigateway-minimum-compression-size": 100 });
    const text = "a".repeat(200);
    answer = ({ body }) => ({ body: body ?? text });
    const reply = await get({ "accept-encoding": "br, gzip" });
    expect(reply.headers["content-encoding"]).to.equal("gzip");
    expect(gunzipSync(reply.body).toString()).to.equal(text);
    expect((await get()).text).to.equal(text);
    const small = await gateway.send("POST", `${base}/f`, {
      body: "small",
      headers: { "accept-encoding": "gzip" },
    });
    expect(small.text).to.equal("small");
  });

  it("takes compressed requests when the API compresses, within the limit", async () => {
    await deploy({ "x-amazon-apigateway-minimum-compression-size": 0 });
    answer = () => ({});
    const headers = { "content-encoding": "gzip" };
    await gateway.send("POST", `${base}/f`, { body: gzipSync("hello"), headers });
    expect(received?.body).to.equal("hello");
    expect(received?.headers).to.not.have.property("content-encoding");
    const bomb = gzipSync(Buffer.alloc(11 * 1024 * 1024));
    expect((await gateway.send("POST", `${base}/f`, { body: bomb, headers })).status).to.equal(413);
    expect((await gateway.send("POST", `${base}/f`, { body: "no gzip", headers })).status).to.equal(400);
  });

  it("is 413 for a body over 10 MB, declared or not", async () => {
    answer = () => ({});
    const limit = 10 * 1024 * 1024;
    const post = (size: number, headers: Record<string, string>) =>
      gateway.send("POST", `${base}/f`, { body: Buffer.alloc(size, "a"), headers });
    expect((await post(limit, {})).status).to.equal(200);
    const declared = await gateway.send("POST", `${base}/f`, {
      headers: { "content-length": String(limit + 1) },
      body: "",
    });
    expect(declared.status).to.equal(413);
    const chunked = await post(limit + 1, { "transfer-encoding": "chunked" });
    expect(chunked.status).to.equal(413);
    expect(chunked.json).to.deep.equal({ message: "Request Too Long" });
    expect(chunked.headers["x-amzn-errortype"]).to.equal("RequestTooLargeException");
  });

  it("is 413 for a request line and headers over 10,240 bytes", async () => {
    answer = () => ({});
    expect((await get({ "x-long": "a".repeat(9_900) })).status).to.equal(200);
    expect((await get({ "x-long": "a".repeat(10_240) })).status).to.equal(413);
    const { status } = await gateway.send("GET", `${base}/f?q=${"a".repeat(10_240)}`);
    expect(status).to.equal(413);
  });

  it("is logged in one line a request", async () => {
    answer = () => ({});
    const { headers } = await get();
    expect(gateway.log).to.deep.equal([
      {
        kind: "request",
        source: "shop",
        message: "GET /f → 200",
        requestId: headers["x-amzn-requestid"],
        duration: 0,
      },
    ]);
  });
});
