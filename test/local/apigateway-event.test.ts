import type { APIGatewayProxyEvent } from "aws-lambda";
import { expect } from "chai";
import { documentOf, GatewayFixture, proxyTo } from "./support/gateway-cloud.ts";

describe("API Gateway: what a function gets", () => {
  let gateway: GatewayFixture;
  let base: string;
  let event: APIGatewayProxyEvent;

  beforeEach(async () => {
    gateway = await new GatewayFixture().start();
    const arn = gateway.handle("echo", (received) => {
      event = received;
      return { statusCode: 200, body: "ok" };
    });
    const echo = proxyTo(arn);
    base = await gateway.deploy(
      documentOf(
        {
          "/": { get: echo },
          "/tasks": { get: echo, "x-amazon-apigateway-any-method": echo },
          "/tasks/{id}": { get: echo },
          "/tasks/open": { get: echo },
          "/tasks/{id}/notes/{note}": { get: echo },
          "/deep/{name}/end": { get: echo },
          "/deep/{proxy+}": { get: echo },
          "/files/{proxy+}": { "x-amazon-apigateway-any-method": echo },
        },
        { "x-amazon-apigateway-binary-media-types": ["image/*"] },
      ),
      {},
      { variables: { color: "blue" } },
    );
  });

  afterEach(() => gateway.stop());

  it("has every field of the proxy event", async () => {
    await gateway.send("GET", `${base}/tasks/7?tag=a&tag=b&q=x%20y+z`, {
      headers: { "X-Custom": "Value", "user-agent": "test/1" },
    });
    expect(event).to.have.all.keys(
      ...["resource", "path", "httpMethod", "headers", "multiValueHeaders", "queryStringParameters"],
      ...["multiValueQueryStringParameters", "pathParameters", "stageVariables", "requestContext"],
      ...["body", "isBase64Encoded"],
    );
    expect(event).to.include({ resource: "/tasks/{id}", path: "/tasks/7", httpMethod: "GET", body: null });
    expect(event.isBase64Encoded).to.equal(false);
    expect(event.pathParameters).to.deep.equal({ id: "7" });
    expect(event.queryStringParameters).to.deep.equal({ tag: "b", q: "x y z" });
    expect(event.multiValueQueryStringParameters).to.deep.equal({ tag: ["a", "b"], q: ["x y z"] });
    expect(event.stageVariables).to.deep.equal({ color: "blue" });
  });

  it("has headers named as the client wrote them, and those that AWS adds", async () => {
    await gateway.send("GET", `${base}/tasks`, {
      headers: { "X-CuStOm": ["one", "two"], "user-agent": "test/1", "x-forwarded-for": "10.0.0.1" },
    });
    expect(event.headers).to.include({
      "X-CuStOm": "two",
      "User-Agent": "test/1",
      Host: `127.0.0.1:${gateway.port}`,
      "X-Forwarded-For": "10.0.0.1, 127.0.0.1",
      "X-Forwarded-Port": String(gateway.port),
      "X-Forwarded-Proto": "http",
    });
    expect(event.headers["X-Amzn-Trace-Id"]).to.match(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
    expect(event.multiValueHeaders["X-CuStOm"]).to.deep.equal(["one", "two"]);
    expect(event.headers).to.not.have.any.keys("Connection", "connection", "Content-Length");
  });

  it("has a complete request context", async () => {
    const { headers } = await gateway.send("GET", `${base}/tasks/7`, { headers: { "user-agent": "test/1" } });
    const { requestContext } = event;
    expect(requestContext).to.include({
      accountId: "000000000000",
      apiId: base.split("/")[3],
      domainName: `127.0.0.1:${gateway.port}`,
      httpMethod: "GET",
      path: `${base}/tasks/7`,
      protocol: "HTTP/1.1",
      requestId: headers["x-amzn-requestid"],
      extendedRequestId: headers["x-amz-apigw-id"],
      requestTime: "15/Jan/2026:12:00:00 +0000",
      requestTimeEpoch: gateway.clock.now(),
      resourcePath: "/tasks/{id}",
      stage: "dev",
    });
    expect(requestContext.resourceId).to.match(/^[a-z0-9]{6}$/);
    expect(requestContext).to.not.have.property("authorizer");
    expect(requestContext.identity).to.have.all.keys(
      ...["accessKey", "accountId", "apiKey", "apiKeyId", "caller", "clientCert", "user", "userAgent"],
      ...["cognitoAuthenticationProvider", "cognitoAuthenticationType", "cognitoIdentityId"],
      ...["cognitoIdentityPoolId", "principalOrgId", "sourceIp", "userArn"],
    );
    expect(requestContext.identity).to.include({ sourceIp: "127.0.0.1", userAgent: "test/1", apiKey: null });
  });

  it("has null for parameters that are not there", async () => {
    await gateway.send("GET", `${base}/tasks`);
    expect(event.queryStringParameters).to.equal(null);
    expect(event.multiValueQueryStringParameters).to.equal(null);
    expect(event.pathParameters).to.equal(null);
  });

  it("has path parameters as they stand in the URL", async () => {
    await gateway.send("GET", `${base}/files/a%2Fb/c%20d//e`);
    expect(event.pathParameters).to.deep.equal({ proxy: "a%2Fb/c%20d//e" });
    expect(event.path).to.equal("/files/a%2Fb/c%20d//e");
  });

  it("has text as it is and binary media types as base64", async () => {
    const body = Buffer.from([0, 255, 1]);
    await gateway.send("POST", `${base}/tasks`, { body: "grüße", headers: { "content-type": "text/plain" } });
    expect(event).to.include({ body: "grüße", isBase64Encoded: false });
    await gateway.send("POST", `${base}/tasks`, { body, headers: { "content-type": "image/png" } });
    expect(event).to.include({ body: body.toString("base64"), isBase64Encoded: true });
  });

  const routes: readonly [path: string, resource: string][] = [
    ["", "/"],
    ["/", "/"],
    ["/tasks", "/tasks"],
    ["/tasks/", "/tasks"],
    ["//tasks", "/tasks"],
    ["/tasks/open", "/tasks/open"],
    ["/tasks/other", "/tasks/{id}"],
    ["/tasks/open/notes/1", "/tasks/{id}/notes/{note}"],
    ["/files/x", "/files/{proxy+}"],
    ["/files/x/y/z", "/files/{proxy+}"],
  ];
  for (const [path, resource] of routes) {
    it(`leads ${path || "no path"} to ${resource}`, async () => {
      const { status } = await gateway.send("GET", `${base}${path}`);
      expect(status).to.equal(200);
      expect(event.resource).to.equal(resource);
    });
  }

  it("takes the greedy path when a narrower one leads nowhere", async () => {
    await gateway.send("GET", `${base}/deep/a/other`);
    expect(event.resource).to.equal("/deep/{proxy+}");
    expect(event.pathParameters).to.deep.equal({ proxy: "a/other" });
    await gateway.send("GET", `${base}/deep/a/end`);
    expect(event.pathParameters).to.deep.equal({ name: "a" });
  });

  it("comes through ANY when the method has no entry of its own", async () => {
    expect((await gateway.send("DELETE", `${base}/tasks`)).status).to.equal(200);
    expect(event.httpMethod).to.equal("DELETE");
  });

  for (const [method, path] of [
    ["GET", "/nothing"],
    ["POST", "/tasks/7"],
    ["GET", "/files"],
    ["GET", "/tasks/7/notes"],
    ["TRACE", "/tasks"],
  ] as const) {
    it(`does not come for ${method} ${path}`, async () => {
      const reply = await gateway.send(method, `${base}${path}`);
      expect(reply.status).to.equal(403);
      expect(reply.json).to.deep.equal({ message: "Missing Authentication Token" });
      expect(reply.headers["x-amzn-errortype"]).to.equal("MissingAuthenticationTokenException");
    });
  }

  it("does not come for a stage or an API that does not exist", async () => {
    for (const path of [base.replace(/dev$/, "prod"), "/_aws/execute-api/none/dev/tasks"]) {
      const reply = await gateway.send("GET", `${path}/tasks`);
      expect(reply.status).to.equal(403);
      expect(reply.json).to.deep.equal({ message: "Forbidden" });
    }
  });

  it("is invoked with the permission that AWS asks for", async () => {
    await gateway.send("GET", `${base}/tasks/7`);
    const apiId = base.split("/")[3];
    expect(gateway.asked).to.have.length(1);
    expect(gateway.asked[0]).to.deep.include({
      principal: { kind: "service", arn: "apigateway.amazonaws.com" },
    });
    expect(gateway.asked[0]?.permission).to.deep.equal({
      action: "lambda:InvokeFunction",
      resource: "arn:aws:lambda:eu-west-1:000000000000:function:echo",
      context: {
        "aws:SourceArn": `arn:aws:execute-api:eu-west-1:000000000000:${apiId}/dev/GET/tasks/7`,
        "aws:SourceAccount": "000000000000",
      },
    });
    expect(gateway.sources).to.deep.equal(["apigateway shop GET /tasks/{id}"]);
  });
});
