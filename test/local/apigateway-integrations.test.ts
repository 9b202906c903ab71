import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { AwsError } from "../../local/core/errors.ts";
import { documentOf, FunctionError, functionUri, GatewayFixture } from "./support/gateway-cloud.ts";

const ROLE = "arn:aws:iam::000000000000:role/sender";

describe("API Gateway: integrations", () => {
  let gateway: GatewayFixture;

  beforeEach(async () => {
    gateway = await new GatewayFixture().start();
  });

  afterEach(() => gateway.stop());

  /** Deploys one operation, `POST /x/{id}`, with this integration. */
  const deploy = async (integration: object, stage = {}): Promise<string> => {
    const operation = { "x-amazon-apigateway-integration": integration };
    const paths = { "/x/{id}": { "x-amazon-apigateway-any-method": operation } };
    return `${await gateway.deploy(documentOf(paths), {}, stage)}/x/7`;
  };

  const failure = (integration: object): Promise<string> =>
    deploy(integration).then(
      () => "deployed",
      (error: Error) => error.message,
    );

  describe("mock", () => {
    const CORS = {
      "method.response.header.Access-Control-Allow-Origin": "'https://first.example'",
      "method.response.header.Access-Control-Allow-Methods": "'GET,OPTIONS'",
      "method.response.header.x-echo": "method.request.header.Origin",
    };

    it("answers preflight requests by constants", async () => {
      const path = await deploy({
        type: "mock",
        requestTemplates: { "application/json": '{"statusCode": 204}' },
        responses: { default: { statusCode: "204", responseParameters: CORS } },
      });
      const { status, headers } = await gateway.send("OPTIONS", path, { headers: { Origin: "https://a" } });
      expect(status).to.equal(204);
      expect(headers).to.include({
        "access-control-allow-origin": "https://first.example",
        "access-control-allow-methods": "GET,OPTIONS",
        "x-echo": "https://a",
      });
    });

    it("answers another allowed origin by a template that overrides a header", async () => {
      const template = [
        '#set($origin = $input.params("Origin"))',
        '#if($origin == "")#set($origin = $input.params("origin"))#end',
        '#if($origin == "https://second.example" || $origin == "https://third.example")',
        "#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)#end",
      ].join("\n");
      const path = await deploy({
        type: "mock",
        requestTemplates: { "application/json": '{"statusCode":200}' },
        responses: {
          default: {
            statusCode: "200",
            responseParameters: CORS,
            responseTemplates: { "application/json": template },
          },
        },
      });
      const originFor = async (header: string, origin: string) => {
        const { headers } = await gateway.send("OPTIONS", path, { headers: { [header]: origin } });
        return headers["access-control-allow-origin"];
      };
      expect(await originFor("Origin", "https://second.example")).to.equal("https://second.example");
      expect(await originFor("origin", "https://third.example")).to.equal("https://third.example");
      expect(await originFor("Origin", "https://evil.example")).to.equal("https://first.example");
    });

    it("chooses the response by the status that the request template names", async () => {
      const path = await deploy({
        type: "mock",
        requestTemplates: {
          "application/json":
            '#if($input.params("fail") == "yes"){"statusCode": 503}#{else}{statusCode: 200}#end',
        },
        responses: {
          default: { statusCode: "200", responseTemplates: { "application/json": '{"ok":true}' } },
          "5\\d\\d": { statusCode: "502" },
        },
      });
      expect((await gateway.send("GET", path)).json).to.deep.equal({ ok: true });
      expect((await gateway.send("GET", `${path}?fail=yes`)).status).to.equal(502);
    });

    it("is 500 without a status, and without a response that matches", async () => {
      const noStatus = await deploy({ type: "mock", responses: { default: { statusCode: "200" } } });
      expect((await gateway.send("GET", noStatus)).status).to.equal(500);
      const noResponse = await deploy({
        type: "mock",
        requestTemplates: { "application/json": '{"statusCode":200}' },
        responses: {},
      });
      expect((await gateway.send("GET", noResponse)).status).to.equal(500);
    });
  });

  describe("templates", () => {
    const render = async (template: string, body = "", query = ""): Promise<string> => {
      const path = await deploy(
        {
          type: "mock",
          requestTemplates: { $default: `#set($context.responseOverride.header.x = "y"){"statusCode":200}` },
          responses: { default: { statusCode: "200", responseTemplates: { "application/json": template } } },
        },
        { variables: { color: "blue" } },
      );
      return (await gateway.send("POST", path + query, { body, headers: { "X-H": "head" } })).text;
    };

    const cases: readonly [what: string, template: string, text: string][] = [
      ["a path parameter", "$input.params('id')", "7"],
      ["a query parameter", "$input.params('q')", "a b"],
      ["a header", "$input.params().header.get('X-H')", "head"],
      ["a parameter by place", "$input.params().querystring.q", "a b"],
      ["a missing parameter", "[$input.params('none')]", "[]"],
      ["the context", "$context.stage $context.httpMethod $context.identity.sourceIp", "dev POST 127.0.0.1"],
      ["a stage variable", "$stageVariables.color", "blue"],
      [
        "encodings",
        "$util.urlEncode('a b&c') $util.base64Encode('hi') $util.base64Decode('aGk=')",
        "a+b%26c aGk= hi",
      ],
      ["escapes", `$util.escapeJavaScript("it's ü")`, "it\\'s \\u00FC"],
      ["conditions", "#set($x = 2)#if($x > 1 && $x != 3)yes#{else}no#end", "yes"],
      ["loops", "#foreach($i in $util.parseJson('[1,2]'))$i#if($foreach.hasNext),#end#end", "1,2"],
    ];
    for (const [what, template, text] of cases) {
      it(`know ${what}`, async () => {
        expect(await render(template, "", "?q=a%20b")).to.equal(text);
      });
    }

    for (const [what, template, part] of [
      ["a function", "$util.toJson('a')", "$util.toJson"],
      ["a function of the input", "$input.xml('a')", "$input.xml"],
      ["a macro", "#macro(m)x#end", "#m"],
      ["an override of the request", "#set($context.requestOverride.header.a = 'b')", "requestOverride"],
    ] as const) {
      it(`refuse ${what} that is not supported, when they are deployed`, async () => {
        const message = await render(template).then(String, (error: Error) => error.message);
        expect(message).to.contain("does not support").and.to.contain(part);
      });
    }
  });

  describe("SQS", () => {
    const toQueue = (template: string, responses: object = { default: { statusCode: "202" } }) => ({
      type: "aws",
      httpMethod: "POST",
      uri: "arn:aws:apigateway:eu-west-1:sqs:path/000000000000/bookings",
      credentials: ROLE,
      requestParameters: { "integration.request.header.Content-Type": "'application/x-www-form-urlencoded'" },
      requestTemplates: { "application/json": template },
      passthroughBehavior: "never",
      responses,
    });
    const SEND = "Action=SendMessage&MessageBody=$util.urlEncode($input.body)";

    it("sends what the request template says, with the permission of the role", async () => {
      const path = await deploy(
        toQueue(
          `${SEND}&MessageAttribute.1.Name=id&MessageAttribute.1.Value.StringValue=$context.requestId`,
          {
            default: {
              statusCode: "202",
              responseParameters: { "method.response.header.Location": "context.path" },
              responseTemplates: {
                "application/json":
                  '{"id":"$context.requestId","message":$input.json(\'$.SendMessageResponse.SendMessageResult.MessageId\')}',
              },
            },
          },
        ),
      );
      const body = '{"name":"a & b = ü"}';
      const { status, json, headers } = await gateway.send("POST", path, { body });
      expect(status).to.equal(202);
      expect(headers.location).to.equal(path);
      const id = headers["x-amzn-requestid"];
      expect(json).to.deep.equal({ id, message: "11111111-2222-3333-4444-555555555555" });
      expect(gateway.messages).to.deep.equal([
        {
          queueArn: "arn:aws:sqs:eu-west-1:000000000000:bookings",
          body,
          options: { messageAttributes: { id: { DataType: "String", StringValue: id } } },
        },
      ]);
      expect(gateway.asked).to.deep.equal([
        {
          principal: { kind: "role", arn: ROLE },
          permission: {
            action: "sqs:SendMessage",
            resource: "arn:aws:sqs:eu-west-1:000000000000:bookings",
          },
        },
      ]);
    });

    it("maps what SQS refuses by its status", async () => {
      const path = await deploy(
        toQueue(SEND, { default: { statusCode: "202" }, "4\\d\\d": { statusCode: "503" } }),
      );
      gateway.deny = () => {
        throw new AwsError("AccessDenied", "not allowed", 403);
      };
      expect((await gateway.send("POST", path, { body: "{}" })).status).to.equal(503);
    });

    it("is 415 for a content type without a template when nothing else may pass", async () => {
      const path = await deploy(toQueue(SEND));
      const { status, json } = await gateway.send("POST", path, {
        body: "x",
        headers: { "content-type": "text/plain" },
      });
      expect(status).to.equal(415);
      expect(json).to.deep.equal({ message: "Unsupported Media Type" });
    });

    it("is 500 for another action of SQS, and says so in the log", async () => {
      const path = await deploy(toQueue("Action=PurgeQueue"));
      expect((await gateway.send("POST", path, { body: "{}" })).status).to.equal(500);
      expect(gateway.log.map(({ message }) => message).join()).to.contain("sqs:PurgeQueue");
    });

    it("is refused by name for other services", async () => {
      const uri = "arn:aws:apigateway:eu-west-1:dynamodb:action/PutItem";
      expect(await failure({ type: "aws", httpMethod: "POST", uri })).to.contain("dynamodb:action/PutItem");
    });
  });

  describe("Lambda with templates", () => {
    it("maps the request, the answer and errors by their message", async () => {
      const arn = gateway.handle("f", (event: { n: number }) =>
        event.n < 0 ? new FunctionError("bad: negative") : { double: event.n * 2 },
      );
      const path = await deploy({
        type: "aws",
        httpMethod: "POST",
        uri: functionUri(arn),
        requestTemplates: { "application/json": `{"n": $input.json('$.items[0].count')}` },
        responses: {
          default: {
            statusCode: "200",
            responseTemplates: { "application/json": "$input.path('$.double')" },
          },
          "bad: .*": { statusCode: "422" },
        },
      });
      const post = (count: number) =>
        gateway.send("POST", path, { body: JSON.stringify({ items: [{ count }] }) });
      expect((await post(4)).text).to.equal("8");
      expect((await post(-1)).status).to.equal(422);
    });
  });

  describe("HTTP", () => {
    let backend: Server;
    let origin: string;
    let seen: { method?: string; url?: string; headers: Record<string, unknown>; body: string };

    beforeEach(async () => {
      backend = createServer(async (request, response) => {
        const { method, url, headers } = request;
        seen = { method, url, headers, body: "" };
        for await (const chunk of request) seen.body += chunk;
        response.writeHead(201, { "content-type": "text/plain", "x-back": "end", server: "test" });
        response.end(`{"got":"${seen.body}"}`);
      });
      await new Promise<void>((resolve) => backend.listen(0, "127.0.0.1", resolve));
      origin = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`;
    });

    afterEach(() => {
      backend.closeAllConnections();
      backend.close();
    });

    it("passes request and answer on", async () => {
      const path = await deploy({
        type: "http_proxy",
        httpMethod: "ANY",
        uri: `${origin}/items/{item}`,
        requestParameters: {
          "integration.request.path.item": "method.request.path.id",
          "integration.request.header.x-added": "'constant'",
        },
      });
      const { status, headers, text } = await gateway.send("PUT", `${path}?a=1`, {
        body: "hi",
        headers: { "x-own": "1" },
      });
      expect(seen).to.include({ method: "PUT", url: "/items/7?a=1", body: "hi" });
      expect(seen.headers).to.include({ "x-own": "1", "x-added": "constant", "x-forwarded-proto": "http" });
      expect(status).to.equal(201);
      expect(headers).to.include({
        "x-back": "end",
        "content-type": "text/plain",
        "x-amzn-remapped-server": "test",
      });
      expect(text).to.equal('{"got":"hi"}');
    });

    it("maps request and answer by templates", async () => {
      const path = await deploy({
        type: "http",
        httpMethod: "POST",
        uri: `${origin}/in`,
        requestTemplates: { "application/json": "$input.path('$.text')" },
        responses: {
          "2\\d\\d": {
            statusCode: "200",
            responseParameters: { "method.response.header.x-out": "integration.response.header.x-back" },
            responseTemplates: { "application/json": "$input.path('$.got')!" },
          },
        },
      });
      const { status, headers, text } = await gateway.send("POST", path, { body: '{"text":"hello"}' });
      expect(status).to.equal(200);
      expect(headers["x-out"]).to.equal("end");
      expect(text).to.equal("hello!");
    });

    it("is 504 when nobody listens", async () => {
      const path = await deploy({ type: "http_proxy", httpMethod: "GET", uri: `${origin}/` });
      await new Promise((resolve) => backend.close(resolve));
      const { status, json } = await gateway.send("GET", path);
      expect(status).to.equal(504);
      expect(json).to.deep.equal({ message: "Internal server error" });
    });
  });

  it("are refused when they cannot work", async () => {
    const uri = functionUri("arn:aws:lambda:eu-west-1:000000000000:function:f");
    expect(await failure({ type: "aws_proxy", httpMethod: "GET", uri })).to.contain("POST");
    expect(await failure({ type: "strange", uri })).to.contain("STRANGE".toLowerCase());
    expect(await failure({ type: "http_proxy", uri, connectionType: "VPC_LINK" })).to.contain("VPC_LINK");
  });
});
