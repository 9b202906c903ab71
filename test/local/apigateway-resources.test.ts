import { expect } from "chai";
import type { Properties } from "../../local/core/graph.ts";
import type { AwsCall } from "../../local/core/service.ts";
import {
  documentOf,
  functionUri,
  GatewayFixture,
  gatewayResource,
  proxyTo,
  WORLD,
} from "./support/gateway-cloud.ts";

describe("API Gateway: resources", () => {
  let gateway: GatewayFixture;

  beforeEach(async () => {
    gateway = await new GatewayFixture().start();
  });

  afterEach(() => gateway.stop());

  it("have ids, ARNs and URLs as on AWS, the same every time", () => {
    const api = gatewayResource("RestApi", "shop", {});
    expect(api.id).to.match(/^[a-z0-9]{10}$/);
    expect(api.outputs).to.include({
      arn: `arn:aws:apigateway:eu-west-1::/restapis/${api.id}`,
      executionArn: `arn:aws:execute-api:eu-west-1:000000000000:${api.id}`,
    });
    expect(api.outputs.name).to.match(/^shop-[0-9a-f]{7}$/);
    const stage = gatewayResource("Stage", "shop", { restApi: api.id, stageName: "v1", deployment: "d" });
    expect(stage.id).to.equal(`ags-${api.id}-v1`);
    expect(stage.outputs).to.include({
      arn: `arn:aws:apigateway:eu-west-1::/restapis/${api.id}/stages/v1`,
      executionArn: `arn:aws:execute-api:eu-west-1:000000000000:${api.id}/v1`,
      invokeUrl: `${WORLD.endpoint}/_aws/execute-api/${api.id}/v1`,
    });
    expect(gatewayResource("RestApi", "shop", {})).to.deep.equal(api);
    const deployment = (hash: string) =>
      gatewayResource("Deployment", "d", { restApi: api.id, triggers: { hash } });
    expect(deployment("a").id).to.equal(deployment("a").id).and.to.not.equal(deployment("b").id);
    expect(gatewayResource("ApiKey", "k", { value: "given" }).outputs.value).to.equal("given");
    expect(gatewayResource("ApiKey", "k", {}).outputs.value).to.match(/^[a-z0-9]{40}$/);
    const top = { restApi: api.id, parentId: String(api.outputs.rootResourceId), pathPart: "tasks" };
    expect(gatewayResource("Resource", "tasks", top).outputs.path).to.equal("/tasks");
  });

  /** A method with its integration. */
  const method = async (
    api: string,
    resourceId: string,
    httpMethod: string,
    arn: string,
    more: Properties = {},
  ) => {
    const where = { restApi: api, resourceId, httpMethod };
    await gateway.put("Method", `${resourceId}-${httpMethod}`, { ...where, authorization: "NONE", ...more });
    await gateway.put("Integration", `${resourceId}-${httpMethod}`, {
      ...where,
      type: "AWS_PROXY",
      integrationHttpMethod: "POST",
      uri: functionUri(arn),
    });
  };

  const stageOf = async (api: string, trigger = "1"): Promise<string> => {
    const deployment = await gateway.put("Deployment", "d", { restApi: api, triggers: { trigger } });
    await gateway.put("Stage", "s", { restApi: api, deployment: deployment.id, stageName: "v1" });
    return `/_aws/execute-api/${api}/v1`;
  };

  it("make the same API as a document does", async () => {
    const arn = gateway.handle("f", ({ resource }: { resource: string }) => ({ body: resource }));
    const { id: api, outputs } = await gateway.put("RestApi", "shop", {});
    const root = String(outputs.rootResourceId);
    const tasks = await gateway.put("Resource", "tasks", { restApi: api, parentId: root, pathPart: "tasks" });
    const task = await gateway.put("Resource", "task", {
      restApi: api,
      parentId: tasks.id,
      pathPart: "{id}",
    });
    const schema = JSON.stringify({
      $schema: "http://json-schema.org/draft-04/schema#",
      type: "object",
      required: ["owner"],
      properties: { owner: { $ref: `https://apigateway.amazonaws.com/restapis/${api}/models/Owner` } },
    });
    await gateway.put("Model", "owner", {
      ...{ restApi: api, name: "Owner", contentType: "application/json" },
      schema: JSON.stringify({ type: "string", minLength: 2 }),
    });
    await gateway.put("Model", "task", {
      restApi: api,
      name: "Task",
      contentType: "application/json",
      schema,
    });
    const validator = await gateway.put("RequestValidator", "all", {
      ...{ restApi: api, validateRequestBody: true, validateRequestParameters: true },
    });
    await method(api, root, "GET", arn);
    await method(api, tasks.id, "POST", arn, {
      requestModels: { "application/json": "Task" },
      requestValidatorId: validator.id,
      requestParameters: { "method.request.header.x-tenant": true },
    });
    await method(api, task.id, "ANY", arn);
    await gateway.put("Response", "forbidden", {
      ...{ restApiId: api, responseType: "MISSING_AUTHENTICATION_TOKEN", statusCode: "404" },
    });
    const base = await stageOf(api);
    expect((await gateway.send("GET", base)).text).to.equal("/");
    expect((await gateway.send("PATCH", `${base}/tasks/7`)).text).to.equal("/tasks/{id}");
    expect((await gateway.send("GET", `${base}/tasks`)).status).to.equal(404);
    const post = async (body: string, headers: Record<string, string>) =>
      (await gateway.send("POST", `${base}/tasks`, { body, headers })).status;
    expect(await post('{"owner":"me"}', { "x-tenant": "a" })).to.equal(200);
    expect(await post('{"owner":"m"}', { "x-tenant": "a" })).to.equal(400);
    expect(await post('{"owner":"me"}', {})).to.equal(400);
  });

  it("answer preflight requests by a mock integration", async () => {
    const { id: api, outputs } = await gateway.put("RestApi", "shop", {});
    const where = { restApi: api, resourceId: String(outputs.rootResourceId), httpMethod: "OPTIONS" };
    await gateway.put("Method", "options", { ...where, authorization: "NONE" });
    await gateway.put("Integration", "options", {
      ...where,
      type: "MOCK",
      requestTemplates: { "application/json": '{"statusCode": 200}' },
    });
    await gateway.put("MethodResponse", "options", { ...where, statusCode: "200" });
    await gateway.put("IntegrationResponse", "options", {
      ...where,
      statusCode: "200",
      responseParameters: { "method.response.header.Access-Control-Allow-Origin": "'*'" },
    });
    const { status, headers } = await gateway.send("OPTIONS", await stageOf(api));
    expect(status).to.equal(200);
    expect(headers["access-control-allow-origin"]).to.equal("*");
  });

  it("authorize by a function", async () => {
    const arn = gateway.handle("f", () => ({}));
    const { id: api, outputs } = await gateway.put("RestApi", "shop", {});
    const authorizer = await gateway.put("Authorizer", "auth", {
      restApi: api,
      authorizerUri: functionUri(gateway.handle("auth", () => ({ principalId: "u", policyDocument: {} }))),
    });
    await method(api, String(outputs.rootResourceId), "GET", arn, {
      authorization: "CUSTOM",
      authorizerId: authorizer.id,
    });
    const base = await stageOf(api);
    expect((await gateway.send("GET", base)).status).to.equal(401);
    expect((await gateway.send("GET", base, { headers: { authorization: "x" } })).status).to.equal(500);
  });

  it("serve a change of the API once it is deployed", async () => {
    const old = gateway.handle("old", () => ({ body: "old" }));
    const young = gateway.handle("new", () => ({ body: "new" }));
    const document = (arn: string) => JSON.stringify(documentOf({ "/": { get: proxyTo(arn) } }));
    const { id: api } = await gateway.put("RestApi", "shop", { body: document(old) });
    const base = await stageOf(api);
    await gateway.put("RestApi", "shop", { body: document(young) });
    expect((await gateway.send("GET", base)).text).to.equal("old");
    await stageOf(api, "2");
    expect((await gateway.send("GET", base)).text).to.equal("new");
  });

  it("are gone when they are deleted", async () => {
    const arn = gateway.handle("f", () => ({}));
    const base = await gateway.deploy(documentOf({ "/": { get: proxyTo(arn) } }));
    const stage = gateway.resources.find(({ type }) => type.endsWith(":Stage"));
    if (stage) await gateway.service.realize[stage.type]?.delete?.(stage);
    expect((await gateway.send("GET", base)).json).to.deep.equal({ message: "Forbidden" });
  });

  const mistakes: readonly [what: string, document: object | undefined, message: string][] = [
    ["an API without methods", documentOf({}), "doesn't contain any methods"],
    [
      "a method without an integration",
      documentOf({ "/": { get: {} } }),
      "No integration defined for method",
    ],
    ["a document of another version", { swagger: "2.0", paths: {} }, "OpenAPI 3.0"],
    [
      "a validator that does not exist",
      documentOf({ "/": { get: { ...proxyTo("f"), "x-amazon-apigateway-request-validator": "x" } } }),
      "request validator x",
    ],
    [
      "a model that is no schema of draft 4",
      documentOf(
        {
          "/": {
            post: {
              ...proxyTo("f"),
              requestBody: {
                content: { "application/json": { schema: { type: "number", exclusiveMinimum: 5 } } },
              },
              "x-amazon-apigateway-request-validator": "all",
            },
          },
        },
        { "x-amazon-apigateway-request-validators": { all: { validateRequestBody: true } } },
      ),
      "Invalid model schema",
    ],
  ];
  for (const [what, document, message] of mistakes) {
    it(`refuse ${what}`, async () => {
      const error = await gateway.deploy(document ?? {}).then(String, (reason: Error) => reason.message);
      expect(error).to.contain(message);
    });
  }

  it("warn of what has no effect here", async () => {
    const arn = gateway.handle("f", () => ({}));
    const document = documentOf({ "/": { get: proxyTo(arn) } });
    await gateway.deploy(document, { disableExecuteApiEndpoint: true }, { canarySettings: {} });
    const warnings = gateway.log.filter(({ kind }) => kind === "warning").map(({ message }) => message);
    expect(warnings.join()).to.contain("execute-api endpoint").and.to.contain("canary");
  });

  it("refuse a VPC link by name", async () => {
    const error = await gateway.put("VpcLink", "link", {}).then(String, (reason: Error) => reason.message);
    expect(error).to.contain("VpcLink link");
  });

  describe("read by the AWS API", () => {
    const call = (path: string, query = ""): AwsCall => ({
      operation: undefined,
      region: "eu-west-1",
      principal: { kind: "user", arn: "arn:aws:iam::000000000000:root" },
      requestId: "r",
      method: "GET",
      path,
      query: new URLSearchParams(query),
      headers: {},
      body: Buffer.alloc(0),
    });
    const answer = async (path: string, query?: string) =>
      JSON.parse(String((await gateway.service.call?.(call(path, query)))?.body)) as {
        item: Record<string, unknown>[];
        value?: string;
      };

    it("show APIs, stages and keys, values only when asked for", async () => {
      const arn = gateway.handle("f", () => ({}));
      const base = await gateway.deploy(documentOf({ "/": { get: proxyTo(arn) } }));
      const apiId = base.split("/")[3];
      const key = await gateway.put("ApiKey", "client", {});
      expect((await answer("/restapis")).item).to.have.length(1);
      expect((await answer("/restapis")).item[0]).to.include({ id: apiId, name: "shop" });
      expect((await answer(`/restapis/${apiId}/stages`)).item[0]).to.include({ stageName: "dev" });
      expect((await answer("/apikeys")).item[0])
        .to.include({ id: key.id })
        .and.not.have.property("value");
      expect((await answer("/apikeys", "includeValues=true")).item[0]).to.include({
        value: key.outputs.value,
      });
      expect((await answer(`/apikeys/${key.id}`, "includeValue=true")).value).to.equal(key.outputs.value);
      expect(gateway.asked[0]?.permission).to.deep.equal({
        action: "apigateway:GET",
        resource: "arn:aws:apigateway:eu-west-1::/restapis",
      });
    });

    it("refuse what they do not answer", async () => {
      for (const [path, code] of [
        ["/restapis/none", "NotFoundException"],
        ["/usageplans/x/usage", "NotImplemented"],
      ] as const) {
        const error = await answer(path).then(
          () => undefined,
          (reason: { code?: string }) => reason.code,
        );
        expect(error).to.equal(code);
      }
    });
  });
});
