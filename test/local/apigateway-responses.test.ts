import { expect } from "chai";
import type { Properties } from "../../local/core/graph.ts";
import type { Exchange } from "../../local/services/apigateway/exchange.ts";
import type { GatewayErrorType } from "../../local/services/apigateway/gateway-error.ts";
import { GATEWAY_ERRORS, GatewayError } from "../../local/services/apigateway/gateway-error.ts";
import { GatewayResponses } from "../../local/services/apigateway/gateway-responses.ts";
import { documentOf, GatewayFixture, proxyTo } from "./support/gateway-cloud.ts";

describe("API Gateway: gateway responses", () => {
  let gateway: GatewayFixture;
  let base: string;

  const deploy = async (responses: object, stage: Properties = {}): Promise<void> => {
    const arn = gateway.handle("f", () => "malformed");
    const paths = { "/f/{id}": { get: proxyTo(arn) } };
    const extension = { "x-amazon-apigateway-gateway-responses": responses };
    base = await gateway.deploy(documentOf(paths, extension), {}, stage);
  };

  beforeEach(async () => {
    gateway = await new GatewayFixture().start();
  });

  afterEach(() => gateway.stop());

  for (const type of Object.keys(GATEWAY_ERRORS) as GatewayErrorType[]) {
    it(`renders ${type} as AWS does by default`, () => {
      const error = new GatewayError(type, "Said so");
      const exchange = { error, request: { headers: {} } } as unknown as Exchange;
      const { status, headers, body } = new GatewayResponses({}).render(exchange, error);
      const member = type === "ACCESS_DENIED" ? "Message" : "message";
      expect(JSON.parse(String(body))).to.deep.equal({ [member]: "Said so" });
      expect(status).to.equal(GATEWAY_ERRORS[type].status);
      expect(headers).to.deep.equal({
        "content-type": "application/json",
        "x-amzn-errortype": GATEWAY_ERRORS[type].errorType,
      });
    });
  }

  it("takes status, headers and body of a type that is defined", async () => {
    await deploy(
      {
        MISSING_AUTHENTICATION_TOKEN: {
          statusCode: 404,
          responseParameters: {
            "gatewayresponse.header.Content-Type": "'application/problem+json'",
            "gatewayresponse.header.x-request-id": "context.requestId",
            "gatewayresponse.header.x-origin": "method.request.header.Origin",
            "gatewayresponse.header.x-color": "stageVariables.color",
            "gatewayresponse.header.x-missing": "method.request.querystring.none",
          },
          responseTemplates: {
            "application/json": `{
              "id": "$context.requestId",
              "say": $context.error.messageString,
              "raw": "$context.error.message",
              "type": "$context.error.responseType",
              "path": "$\{context.path}",
              "tag": "$method.request.querystring.tag",
              "color": "$stageVariables.color",
              "none": "$context.nothing"
            }`,
          },
        },
      },
      { variables: { color: "blue" } },
    );
    const path = `${base}/none?tag=${encodeURIComponent('a"b')}`;
    const { status, headers, json } = await gateway.send("GET", path, { headers: { origin: "https://a" } });
    expect(status).to.equal(404);
    expect(headers).to.include({
      "content-type": "application/problem+json",
      "x-request-id": headers["x-amzn-requestid"],
      "x-origin": "https://a",
      "x-color": "blue",
      "x-amzn-errortype": "MissingAuthenticationTokenException",
    });
    expect(headers).to.not.have.property("x-missing");
    expect(json).to.deep.equal({
      id: headers["x-amzn-requestid"],
      say: "Missing Authentication Token",
      raw: "Missing Authentication Token",
      type: "MISSING_AUTHENTICATION_TOKEN",
      path: `${base}/none`,
      tag: 'a"b',
      color: "blue",
      none: "",
    });
  });

  it("takes DEFAULT_4XX and DEFAULT_5XX for types that are not defined, with their own status", async () => {
    await deploy({
      DEFAULT_4XX: { responseTemplates: { "application/json": '{"family":4}' } },
      DEFAULT_5XX: { responseParameters: { "gatewayresponse.header.x-family": "'5'" } },
    });
    const missing = await gateway.send("GET", `${base}/none`);
    expect(missing.status).to.equal(403);
    expect(missing.json).to.deep.equal({ family: 4 });
    const malformed = await gateway.send("GET", `${base}/f/1`);
    expect(malformed.status).to.equal(502);
    expect(malformed.headers["x-family"]).to.equal("5");
    expect(malformed.json).to.deep.equal({ message: "Internal server error" });
  });

  it("takes the status of DEFAULT_4XX for every type without a definition", async () => {
    await deploy({ DEFAULT_4XX: { statusCode: "418" } });
    expect((await gateway.send("GET", `${base}/none`)).status).to.equal(418);
  });

  it("prefers the definition of the type to the default's", async () => {
    await deploy({ DEFAULT_4XX: { statusCode: "418" }, MISSING_AUTHENTICATION_TOKEN: {} });
    expect((await gateway.send("GET", `${base}/none`)).status).to.equal(403);
  });

  it("chooses the template by what the client accepts", async () => {
    await deploy({
      DEFAULT_4XX: {
        responseTemplates: { "application/json": "{}", "application/xml": "<e>$context.error.message</e>" },
      },
    });
    const accept = (type: string) => gateway.send("GET", `${base}/none`, { headers: { accept: type } });
    const xml = await accept("application/xml");
    expect(xml.text).to.equal("<e>Missing Authentication Token</e>");
    expect(xml.headers["content-type"]).to.equal("application/xml");
    expect((await accept("text/html")).text).to.equal("{}");
  });

  it("refuses an expression that is not supported, by name", async () => {
    const responses = {
      DEFAULT_4XX: { responseParameters: { "gatewayresponse.header.x": "method.request.cookie.a" } },
    };
    const error = await deploy(responses).then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(error?.message).to.contain("method.request.cookie.a");
  });

  it("writes the access log of a stage", async () => {
    await deploy(
      {},
      {
        accessLogSettings: {
          destinationArn: "arn:aws:logs:eu-west-1:000000000000:log-group:access:*",
          format:
            '{"id":"$context.requestId","status":$context.status,"agent":"$context.identity.userAgent","method":"$context.httpMethod","resource":"$context.resourcePath","length":"$context.responseLength","backend":"$context.integrationStatus","error":"$context.error.responseType","user":"$context.authorizer.principalId"}',
        },
      },
    );
    const reply = await gateway.send("GET", `${base}/f/1`, { headers: { "user-agent": 'a"b' } });
    expect(gateway.logLines.map(({ group }) => group)).to.deep.equal(["access"]);
    expect(JSON.parse(gateway.logLines[0]?.line ?? "")).to.deep.equal({
      id: reply.headers["x-amzn-requestid"],
      status: 502,
      agent: 'a"b',
      method: "GET",
      resource: "/f/{id}",
      length: String(reply.body.length),
      backend: "200",
      error: "DEFAULT_5XX",
      user: "-",
    });
  });
});
