import type { APIGatewayProxyEvent, APIGatewayRequestAuthorizerEvent } from "aws-lambda";
import { expect } from "chai";
import { documentOf, FunctionError, functionUri, GatewayFixture, proxyTo } from "./support/gateway-cloud.ts";

type Effect = "Allow" | "Deny";

/** What an authorizer answers. */
function policy(effect: Effect, resource: string | string[], more: object = {}): object {
  return {
    principalId: "user-1",
    policyDocument: {
      Version: "2012-10-17",
      Statement: [{ Action: "execute-api:Invoke", Effect: effect, Resource: resource }],
    },
    ...more,
  };
}

describe("API Gateway: Lambda authorizers", () => {
  let gateway: GatewayFixture;
  let base: string;
  let answer: (event: Record<string, string>) => unknown;
  let asked: Record<string, unknown>[];
  let event: APIGatewayProxyEvent;

  const deploy = async (authorizer: object, more: object = {}): Promise<void> => {
    const authorizerArn = gateway.handle("authorizer", (received: Record<string, string>) => {
      asked.push(received);
      return answer(received);
    });
    const arn = gateway.handle("f", (received) => {
      event = received;
      return {};
    });
    const secured = { ...proxyTo(arn), security: [{ auth: [] }] };
    const scheme = {
      type: "apiKey",
      in: "header",
      name: "Authorization",
      "x-amazon-apigateway-authtype": "custom",
      "x-amazon-apigateway-authorizer": { authorizerUri: functionUri(authorizerArn), ...authorizer },
    };
    base = await gateway.deploy(
      documentOf(
        { "/a/{id}": { get: secured, delete: secured } },
        { components: { securitySchemes: { auth: scheme } }, ...more },
      ),
    );
  };

  const send = (token?: string, method = "GET", path = "/a/1") =>
    gateway.send(method, base + path, { headers: token === undefined ? {} : { authorization: token } });

  beforeEach(async () => {
    asked = [];
    gateway = await new GatewayFixture().start();
  });

  afterEach(() => gateway.stop());

  it("lets pass what the policy allows, and tells the function who calls", async () => {
    await deploy({ type: "token" });
    answer = ({ methodArn }) =>
      policy("Allow", methodArn ?? "", { context: { role: "admin", level: 7, ok: true } });
    expect((await send("Bearer x")).status).to.equal(200);
    const apiId = base.split("/")[3];
    expect(asked).to.deep.equal([
      {
        type: "TOKEN",
        authorizationToken: "Bearer x",
        methodArn: `arn:aws:execute-api:eu-west-1:000000000000:${apiId}/dev/GET/a/1`,
      },
    ]);
    expect(event.requestContext.authorizer).to.deep.equal({
      principalId: "user-1",
      integrationLatency: 0,
      role: "admin",
      level: "7",
      ok: "true",
    });
    expect(gateway.asked[0]?.permission.context?.["aws:SourceArn"]).to.match(/\/authorizers\/[a-z0-9]{6}$/);
  });

  it("refuses a request without a token, or with one of another form, without asking", async () => {
    await deploy({ type: "token", identityValidationExpression: "Bearer .+" });
    for (const token of [undefined, "Basic x"]) {
      const { status, json, headers } = await send(token);
      expect(status).to.equal(401);
      expect(json).to.deep.equal({ message: "Unauthorized" });
      expect(headers["x-amzn-errortype"]).to.equal("UnauthorizedException");
    }
    expect(asked).to.have.length(0);
  });

  const refusals: readonly [what: string, answer: unknown, status: number, body: object][] = [
    [
      "a policy that denies",
      policy("Deny", "*"),
      403,
      { Message: "User is not authorized to access this resource with an explicit deny" },
    ],
    [
      "a policy for something else",
      policy("Allow", "arn:aws:execute-api:*/dev/POST/*"),
      403,
      { Message: "User is not authorized to access this resource" },
    ],
    ["the error Unauthorized", new FunctionError("Unauthorized"), 401, { message: "Unauthorized" }],
    ["another error", new FunctionError("broken"), 500, { message: null }],
    ["no policy", { principalId: "user-1" }, 500, { message: null }],
    ["no principal", { policyDocument: {} }, 500, { message: null }],
    ["a nested context", policy("Allow", "*", { context: { a: {} } }), 500, { message: null }],
    [
      "a policy with a condition, which is not supported here",
      {
        principalId: "u",
        policyDocument: { Statement: [{ Effect: "Allow", Action: "*", Resource: "*", Condition: {} }] },
      },
      500,
      { message: null },
    ],
  ];
  for (const [what, value, status, body] of refusals) {
    it(`is ${status} for ${what}`, async () => {
      await deploy({ type: "token" });
      answer = () => value;
      const reply = await send("x");
      expect(reply.status).to.equal(status);
      expect(reply.json).to.deep.equal(body);
    });
  }

  it("reuses an answer for its time to live, and judges every request by it", async () => {
    await deploy({ type: "token", authorizerResultTtlInSeconds: 60 });
    answer = () => policy("Allow", "arn:aws:execute-api:*:*:*/dev/GET/*");
    expect((await send("x")).status).to.equal(200);
    expect((await send("x", "GET", "/a/2")).status).to.equal(200);
    expect((await send("x", "DELETE")).status).to.equal(403);
    expect(asked).to.have.length(1);
    await send("y");
    expect(asked).to.have.length(2);
    await gateway.clock.advance(60_000);
    await send("x");
    expect(asked).to.have.length(3);
  });

  it("asks every time when the time to live is 0", async () => {
    await deploy({ type: "token", authorizerResultTtlInSeconds: 0 });
    answer = () => policy("Allow", "*");
    await send("x");
    await send("x");
    expect(asked).to.have.length(2);
  });

  it("gives a REQUEST authorizer the whole request", async () => {
    await deploy({
      type: "request",
      identitySource: "method.request.header.Authorization, method.request.querystring.tenant",
    });
    answer = () => policy("Allow", "*");
    expect((await send("x")).status).to.equal(401);
    expect((await send("x", "GET", "/a/1?tenant=t")).status).to.equal(200);
    const [received] = asked as unknown as APIGatewayRequestAuthorizerEvent[];
    expect(received).to.include({ type: "REQUEST", resource: "/a/{id}", path: "/a/1", httpMethod: "GET" });
    expect(received?.queryStringParameters).to.deep.equal({ tenant: "t" });
    expect(received?.pathParameters).to.deep.equal({ id: "1" });
    expect(received?.headers?.Authorization).to.equal("x");
    expect(received?.requestContext.resourcePath).to.equal("/a/{id}");
  });

  it("takes the API key from the authorizer's answer when that is the key source", async () => {
    await deploy({ type: "token" }, { "x-amazon-apigateway-api-key-source": "AUTHORIZER" });
    const apiId = base.split("/")[3] ?? "";
    const { id } = await gateway.put("ApiKey", "client", { value: "k".repeat(20) });
    const plan = await gateway.put("UsagePlan", "plan", { apiStages: [{ apiId, stage: "dev" }] });
    await gateway.put("UsagePlanKey", "client", { keyId: id, keyType: "API_KEY", usagePlanId: plan.id });
    answer = () => policy("Allow", "*", { usageIdentifierKey: "k".repeat(20) });
    expect((await send("x")).status).to.equal(200);
  });

  for (const [what, scheme, part] of [
    ["a JWT authorizer", { "x-amazon-apigateway-authorizer": { type: "jwt" } }, "JWT"],
    ["another scheme", { type: "http", scheme: "basic" }, "auth"],
  ] as const) {
    it(`are the only ones: ${what} is refused by name`, async () => {
      const arn = gateway.handle("f", () => ({}));
      const document = documentOf(
        { "/a": { get: { ...proxyTo(arn), security: [{ auth: [] }] } } },
        {
          components: {
            securitySchemes: { auth: { type: "apiKey", in: "header", name: "Authorization", ...scheme } },
          },
        },
      );
      const message = await gateway.deploy(document).then(String, (error: Error) => error.message);
      expect(message).to.contain("does not support").and.to.contain(part);
    });
  }

  it("evaluates the resource policy of an API", async () => {
    const arn = gateway.handle("f", () => ({}));
    const statement = (Effect: Effect, Resource: string) => ({
      Effect,
      Principal: "*",
      Action: "execute-api:Invoke",
      Resource,
    });
    const policyText = JSON.stringify({
      Statement: [statement("Allow", "execute-api:/*"), statement("Deny", "execute-api:/*/GET/private")],
    });
    const document = documentOf({ "/open": { get: proxyTo(arn) }, "/private": { get: proxyTo(arn) } });
    base = await gateway.deploy(document, { policy: policyText });
    expect((await gateway.send("GET", `${base}/open`)).status).to.equal(200);
    const { status, text } = await gateway.send("GET", `${base}/private`);
    expect(status).to.equal(403);
    expect(text).to.contain("User: anonymous is not authorized to perform: execute-api:Invoke");
  });
});
