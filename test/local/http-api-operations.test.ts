import { expect } from "chai";
import type { AwsCall } from "../../local/core/service.ts";
import { GatewayFixture } from "./support/gateway-cloud.ts";

describe("API Gateway, HTTP APIs: the API that describes them", () => {
  const gateway = new GatewayFixture();
  let apiId: string;

  before(async () => {
    const api = await gateway.put("v2/Api", "shop", { protocolType: "HTTP", name: "shop" });
    apiId = api.id;
    const integration = await gateway.put("v2/Integration", "echo", {
      ...{ apiId, integrationType: "AWS_PROXY", integrationUri: gateway.handle("echo", () => ({})) },
    });
    const target = `integrations/${integration.id}`;
    await gateway.put("v2/Route", "pets", { apiId, routeKey: "GET /pets", target });
    await gateway.put("v2/Stage", "default", { apiId, name: "$default", autoDeploy: true });
  });

  const call = async (
    method: string,
    path: string,
  ): Promise<{ [name: string]: unknown; items?: object[] }> => {
    const made: AwsCall = {
      ...{ operation: undefined, region: "eu-west-1", requestId: "1", method, path },
      ...{ principal: { kind: "user", arn: "arn" }, query: new URLSearchParams(), headers: {} },
      body: Buffer.alloc(0),
    };
    return JSON.parse(String((await gateway.service.call?.(made))?.body));
  };

  // https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html
  it("lists APIs, routes, integrations and stages, as IAM allows", async () => {
    expect((await call("GET", "/v2/apis")).items).to.have.length(1);
    expect(await call("GET", `/v2/apis/${apiId}`)).to.include({ apiId, name: "shop", protocolType: "HTTP" });
    const [route] = (await call("GET", `/v2/apis/${apiId}/routes`)).items ?? [];
    expect(route).to.include({ routeKey: "GET /pets", authorizationType: "NONE" });
    const [integration] = (await call("GET", `/v2/apis/${apiId}/integrations`)).items ?? [];
    expect(integration).to.include({ integrationType: "AWS_PROXY", payloadFormatVersion: "1.0" });
    const stage = await call("GET", `/v2/apis/${apiId}/stages/%24default`);
    expect(stage).to.include({ stageName: "$default", autoDeploy: true });
    expect(gateway.asked.map(({ permission }) => permission.resource)).to.include(
      `arn:aws:apigateway:eu-west-1::/apis/${apiId}/routes`,
    );
  });

  it("says what it does not find, and by name what it does not have", async () => {
    const errorOf = (work: Promise<unknown>) => work.then(String, (error: Error & { code: string }) => error);
    expect(await errorOf(call("GET", "/v2/apis/none"))).to.include({ code: "NotFoundException" });
    const refused = await errorOf(call("POST", "/v2/apis"));
    expect(refused).to.have.property("message").that.includes("apigatewayv2:POST /v2/apis");
  });
});
