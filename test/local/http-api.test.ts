import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { expect } from "chai";
import type { Properties } from "../../local/core/graph.ts";
import { FunctionError, GatewayFixture } from "./support/gateway-cloud.ts";

describe("API Gateway, HTTP APIs", () => {
  let gateway: GatewayFixture;
  let apiId: string;
  let base: string;
  let answer: unknown;
  let event: APIGatewayProxyEventV2;

  beforeEach(async () => {
    gateway = await new GatewayFixture().start();
    answer = { ok: true };
    await makeApi({});
    await gateway.put("v2/Stage", "default", { apiId, name: "$default", autoDeploy: true });
  });

  afterEach(() => gateway.stop());

  const makeApi = async (inputs: Properties) => {
    const api = await gateway.put("v2/Api", "shop", { protocolType: "HTTP", ...inputs });
    apiId = api.id;
    base = `/_aws/execute-api/${apiId}`;
    expect(api.outputs.apiEndpoint).to.equal(`http://127.0.0.1:9${base}`);
  };

  const route = async (routeKey: string, integration: Properties = {}) => {
    const made = await gateway.put("v2/Integration", `to ${routeKey}`, {
      apiId,
      integrationType: "AWS_PROXY",
      integrationUri: gateway.handle("echo", (received) => {
        event = received;
        return typeof answer === "function" ? answer() : answer;
      }),
      payloadFormatVersion: "2.0",
      ...integration,
    });
    await gateway.put("v2/Route", routeKey, { apiId, routeKey, target: `integrations/${made.id}` });
  };

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html#http-api-develop-routes.evaluation
  const published: readonly [request: string, routeKey: string][] = [
    ["GET /pets/dog/1", "GET /pets/dog/1"],
    ["GET /pets/dog/2", "GET /pets/dog/{id}"],
    ["GET /pets/cat/1", "GET /pets/{proxy+}"],
    ["POST /test/5", "ANY /{proxy+}"],
    ["POST /pets/dog/1", "ANY /{proxy+}"],
    ["PUT /", "$default"],
  ];
  for (const [request, routeKey] of published) {
    it(`leads ${request} to ${routeKey}`, async () => {
      for (const key of new Set(["GET /pets/dog/1", ...published.map(([, key]) => key)])) await route(key);
      const [method = "", path = ""] = request.split(" ");
      expect((await gateway.send(method, base + path)).status).to.equal(200);
      expect(event.routeKey).to.equal(routeKey);
    });
  }

  it("has nothing for a path without a route", async () => {
    await route("GET /pets");
    const { status, json } = await gateway.send("GET", `${base}/pets/`);
    expect({ status, json }).to.deep.equal({ status: 404, json: { message: "Not Found" } });
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
  it("gives a function the whole event of format 2.0", async () => {
    await gateway.put("v2/Stage", "default", {
      ...{ apiId, name: "$default", autoDeploy: true },
      stageVariables: { stageVariable1: "value1" },
    });
    await route("POST /my/{parameter1}");
    const query = "parameter1=value1&parameter1=value2&parameter2=value";
    const reply = await gateway.send("POST", `${base}/my/p%C3%A4th?${query}`, {
      body: "Hello from client",
      headers: {
        "content-type": "text/plain",
        cookie: "cookie1=a; cookie2=b",
        Header1: "value1",
        Header2: ["value1", "value2"],
        "user-agent": "agent",
      },
    });
    const host = `127.0.0.1:${gateway.port}`;
    const trace = event.headers["x-amzn-trace-id"];
    expect(trace).to.match(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    expect(event).to.deep.equal({
      version: "2.0",
      routeKey: "POST /my/{parameter1}",
      rawPath: "/my/päth",
      rawQueryString: query,
      cookies: ["cookie1=a", "cookie2=b"],
      headers: {
        "content-length": "17",
        "content-type": "text/plain",
        header1: "value1",
        header2: "value1,value2",
        host,
        "user-agent": "agent",
        "x-amzn-trace-id": trace,
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-port": String(gateway.port),
        "x-forwarded-proto": "http",
      },
      queryStringParameters: { parameter1: "value1,value2", parameter2: "value" },
      requestContext: {
        accountId: "000000000000",
        apiId,
        domainName: host,
        domainPrefix: apiId,
        http: {
          method: "POST",
          path: "/my/päth",
          protocol: "HTTP/1.1",
          sourceIp: "127.0.0.1",
          userAgent: "agent",
        },
        requestId: reply.headers["apigw-requestid"],
        routeKey: "POST /my/{parameter1}",
        stage: "$default",
        time: "15/Jan/2026:12:00:00 +0000",
        timeEpoch: gateway.clock.now(),
      },
      body: "Hello from client",
      pathParameters: { parameter1: "päth" },
      isBase64Encoded: false,
      stageVariables: { stageVariable1: "value1" },
    });
  });

  it("gives a function the event of format 1.0 when its integration asks for it", async () => {
    answer = { statusCode: 201, multiValueHeaders: { "x-a": ["1", "2"] }, body: "made" };
    await route("ANY /v1/{id}", { payloadFormatVersion: "1.0" });
    const { status, text, headers } = await gateway.send("PUT", `${base}/v1/7?a=1&a=2`);
    expect({ status, text, a: headers["x-a"] }).to.deep.equal({ status: 201, text: "made", a: "1, 2" });
    expect(event).to.include({
      version: "1.0",
      resource: "/v1/{id}",
      path: "/v1/7",
      httpMethod: "PUT",
      body: null,
    });
    expect(event).to.deep.include({
      multiValueQueryStringParameters: { a: ["1", "2"] },
      pathParameters: { id: "7" },
    });
    expect(event).to.have.nested.property("requestContext.resourcePath", "/v1/{id}");
  });

  it("gives forms and pictures as base64", async () => {
    await route("$default");
    await gateway.send("POST", base, {
      body: "a=1",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect(event).to.include({ body: Buffer.from("a=1").toString("base64"), isBase64Encoded: true });
    await gateway.send("POST", base, { body: "{}", headers: { "content-type": "application/problem+json" } });
    expect(event).to.include({ body: "{}", isBase64Encoded: false });
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.response
  const answers: readonly [
    what: string,
    answer: unknown,
    status: number,
    type: string | undefined,
    text: string,
  ][] = [
    ["a text", '"Hello from Lambda!"', 200, "application/json", "Hello from Lambda!"],
    ["an object", { message: "hi" }, 200, "application/json", '{"message":"hi"}'],
    ["a status alone", { statusCode: 204 }, 204, undefined, ""],
    ["a text without a type", { statusCode: 200, body: "x" }, 200, "text/plain; charset=utf-8", "x"],
    ["a type", { statusCode: "202", headers: { "Content-Type": "a/b" }, body: "x" }, 202, "a/b", "x"],
    [
      "base64",
      { statusCode: 200, body: "aGk=", isBase64Encoded: true },
      200,
      "text/plain; charset=utf-8",
      "hi",
    ],
    [
      "a body that is no text",
      { statusCode: 200, body: {} },
      500,
      "application/json",
      '{"message":"Internal Server Error"}',
    ],
    ["an error", new FunctionError("boom"), 500, "application/json", '{"message":"Internal Server Error"}'],
  ];
  for (const [what, given, status, type, text] of answers) {
    it(`answers ${status} when a function answers ${what}`, async () => {
      answer = given;
      await route("$default");
      const reply = await gateway.send("GET", base);
      expect([reply.status, reply.headers["content-type"], reply.text]).to.deep.equal([status, type, text]);
    });
  }

  it("sets each cookie of an answer", async () => {
    answer = { statusCode: 200, cookies: ["a=1", "b=2; Secure"] };
    await route("$default");
    expect((await gateway.send("GET", base)).headers["set-cookie"]).to.deep.equal(["a=1", "b=2; Secure"]);
  });

  it("serves a named stage under its name, and its deployment only", async () => {
    await route("GET /pets");
    const deployment = await gateway.put("v2/Deployment", "first", { apiId });
    await gateway.put("v2/Stage", "beta", { apiId, name: "beta", deploymentId: deployment.id });
    await route("GET /later");
    expect((await gateway.send("GET", `${base}/beta/pets`)).status).to.equal(200);
    expect(event).to.include({ rawPath: "/beta/pets" });
    expect((await gateway.send("GET", `${base}/beta/later`)).status).to.equal(404);
    expect((await gateway.send("GET", `${base}/later`)).status).to.equal(200);
  });

  it("is a whole API when it is made with a target", async () => {
    const target = gateway.handle("quick", () => ({ quick: true }));
    const api = await gateway.put("v2/Api", "quick", { protocolType: "HTTP", target });
    const { json } = await gateway.send("GET", `/_aws/execute-api/${api.id}/any/path`);
    expect(json).to.deep.equal({ quick: true });
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-open-api.html
  it("is what an API document says", async () => {
    const uri = gateway.handle("f", (received) => {
      event = received;
      return { fromDocument: true };
    });
    const integration = { type: "aws_proxy", uri, payloadFormatVersion: "2.0" };
    const operation = {
      "x-amazon-apigateway-integration": { $ref: "#/components/x-amazon-apigateway-integrations/f" },
    };
    const issuer = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Shop";
    const jwt = {
      type: "jwt",
      jwtConfiguration: { issuer, audience: ["app"] },
      identitySource: "$request.header.Authorization",
    };
    const body = JSON.stringify({
      openapi: "3.0.1",
      paths: {
        "/pets/{id}": { get: operation, post: { ...operation, security: [{ users: ["write"] }] } },
        "/$default": { "x-amazon-apigateway-any-method": operation },
      },
      "x-amazon-apigateway-cors": { allowOrigins: ["*"] },
      components: {
        "x-amazon-apigateway-integrations": { f: integration },
        securitySchemes: { users: { type: "oauth2", "x-amazon-apigateway-authorizer": jwt } },
      },
    });
    await makeApi({ body });
    const reply = await gateway.send("GET", `${base}/pets/7`, { headers: { origin: "http://a" } });
    expect(reply).to.deep.include({ status: 200, text: '{"fromDocument":true}' });
    expect(reply.headers).to.include({ "access-control-allow-origin": "*" });
    expect(event).to.deep.include({ routeKey: "GET /pets/{id}", pathParameters: { id: "7" } });
    expect((await gateway.send("POST", `${base}/pets/7`)).status).to.equal(401);
    expect((await gateway.send("PUT", `${base}/other`)).status).to.equal(200);
  });

  it("asks the function's policy with the route, not the path", async () => {
    await route("GET /pets/{id}");
    await route("$default");
    await gateway.send("GET", `${base}/pets/7`);
    await gateway.send("GET", `${base}/other`);
    const sources = gateway.asked.map(({ permission }) => permission.context?.["aws:SourceArn"]);
    const arn = `arn:aws:execute-api:eu-west-1:000000000000:${apiId}/$default`;
    expect(sources).to.deep.equal([`${arn}/GET/pets/{id}`, `${arn}/$default`]);
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
  it("answers preflights by itself and replaces the CORS headers of a function", async () => {
    const corsConfiguration = {
      ...{ allowOrigins: ["https://*"], allowMethods: ["GET", "POST"], allowHeaders: ["X-Own"] },
      ...{ exposeHeaders: ["Date"], maxAge: 300, allowCredentials: true },
    };
    await makeApi({ corsConfiguration });
    answer = { statusCode: 200, headers: { "Access-Control-Allow-Origin": "nobody" } };
    await route("GET /pets");
    const origin = "https://example.com";
    const preflight = await gateway.send("OPTIONS", `${base}/pets`, {
      headers: { origin, "access-control-request-method": "GET" },
    });
    expect(preflight.status).to.equal(204);
    expect(preflight.headers).to.include({
      "access-control-allow-origin": origin,
      "access-control-allow-credentials": "true",
      "access-control-allow-methods": "GET,POST",
      "access-control-allow-headers": "x-own",
      "access-control-max-age": "300",
    });
    const allowed = await gateway.send("GET", `${base}/pets`, { headers: { origin } });
    expect(allowed.headers).to.include({
      "access-control-allow-origin": origin,
      "access-control-expose-headers": "date",
    });
    const other = await gateway.send("GET", `${base}/pets`, { headers: { origin: "http://example.com" } });
    expect(other.headers).to.not.have.property("access-control-allow-origin");
  });

  it("throttles each route as its stage says", async () => {
    await route("GET /pets");
    await route("GET /toys");
    const limited = { throttlingBurstLimit: 1, throttlingRateLimit: 1 };
    await gateway.put("v2/Stage", "default", {
      ...{ apiId, name: "$default", autoDeploy: true },
      routeSettings: [{ routeKey: "GET /pets", ...limited }],
    });
    const statuses = [];
    for (const path of ["/pets", "/pets", "/toys", "/toys"])
      statuses.push((await gateway.send("GET", base + path)).status);
    await gateway.clock.advance(1000);
    statuses.push((await gateway.send("GET", `${base}/pets`)).status);
    expect(statuses).to.deep.equal([200, 429, 200, 200, 200]);
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
  it("refuses what is over its limits", async () => {
    await route("POST /pets");
    const big = await gateway.send("POST", `${base}/pets`, { body: Buffer.alloc(10 * 1024 * 1024 + 1) });
    expect({ status: big.status, json: big.json }).to.deep.equal({
      status: 413,
      json: { message: "Request Entity Too Large" },
    });
    const wide = await gateway.send("POST", `${base}/pets`, { headers: { "x-wide": "x".repeat(10_240) } });
    expect(wide.status).to.equal(431);
    answer = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      await gateway.clock.advance(30_000);
      return {};
    };
    const late = await gateway.send("POST", `${base}/pets`);
    expect({ status: late.status, json: late.json }).to.deep.equal({
      status: 503,
      json: { message: "Service Unavailable" },
    });
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html
  it("sends messages and events without a function", async () => {
    const credentialsArn = "arn:aws:iam::000000000000:role/gateway";
    await route("POST /messages", {
      ...{ integrationUri: "", integrationSubtype: "SQS-SendMessage", credentialsArn },
      requestParameters: {
        QueueUrl: "http://127.0.0.1:9/000000000000/work",
        MessageBody: "$request.body.text",
      },
    });
    await route("POST /events", {
      ...{ integrationUri: "", integrationSubtype: "EventBridge-PutEvents", credentialsArn },
      requestParameters: {
        ...{ Source: "shop", DetailType: "from $" + "{request.header.user-agent}", Detail: "$request.body" },
        EventBusName: "orders",
      },
    });
    const options = { body: '{"text":"hello"}', headers: { "user-agent": "me" } };
    expect((await gateway.send("POST", `${base}/messages`, options)).text).to.include("<MessageId>1111");
    const { json } = await gateway.send("POST", `${base}/events`, options);
    expect(json).to.deep.include({ FailedEntryCount: 0 });
    expect(gateway.messages).to.deep.equal([
      { queueArn: "arn:aws:sqs:eu-west-1:000000000000:work", body: "hello", options: {} },
    ]);
    const event = { source: "shop", detailType: "from me", detail: { text: "hello" } };
    expect(gateway.events).to.deep.equal([{ event, bus: "orders" }]);
    expect(
      gateway.asked.map(({ principal, permission }) => `${principal.arn} ${permission.action}`),
    ).to.deep.equal([`${credentialsArn} sqs:SendMessage`, `${credentialsArn} events:PutEvents`]);
  });

  it("writes an access log", async () => {
    await route("GET /pets");
    const destinationArn = "arn:aws:logs:eu-west-1:000000000000:log-group:access";
    const format = '{"key":"$context.routeKey","status":$context.status,"ip":"$context.identity.sourceIp"}';
    await gateway.put("v2/Stage", "default", {
      ...{ apiId, name: "$default", autoDeploy: true },
      accessLogSettings: { destinationArn, format },
    });
    await gateway.send("GET", `${base}/pets`);
    const line = '{"key":"GET /pets","status":200,"ip":"127.0.0.1"}';
    expect(gateway.logLines).to.deep.equal([{ group: "access", line }]);
  });

  it("refuses by name what it does not have", async () => {
    const refused = async (type: string, inputs: Properties) =>
      gateway.put(type, "x", inputs).then(
        () => "nothing",
        (error: Error) => error.message,
      );
    expect(await refused("v2/Api", { protocolType: "WEBSOCKET" })).to.include("protocol WEBSOCKET (Api x)");
    const jwtConfiguration = { issuer: "https://login.example.com", audiences: ["app"] };
    const foreign = { apiId, authorizerType: "JWT", jwtConfiguration };
    expect(await refused("v2/Authorizer", foreign)).to.include("the JWT issuer https://login.example.com");
    expect(await refused("v2/VpcLink", {})).to.include("VpcLink x");
    const integration = { apiId, integrationType: "AWS_PROXY", credentialsArn: "arn" };
    expect(
      await refused("v2/Integration", { ...integration, integrationSubtype: "Kinesis-PutRecord" }),
    ).to.include("Kinesis-PutRecord");
  });
});
