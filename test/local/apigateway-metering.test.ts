import { expect } from "chai";
import type { Properties } from "../../local/core/graph.ts";
import { documentOf, GatewayFixture, proxyTo, type Reply } from "./support/gateway-cloud.ts";

const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;

const KEYED = {
  security: [{ key: [] }],
};

const SCHEMES = {
  components: { securitySchemes: { key: { type: "apiKey", in: "header", name: "x-api-key" } } },
};

describe("API Gateway: API keys, throttling and quotas", () => {
  let gateway: GatewayFixture;
  let base: string;
  let apiId: string;
  let key: string;

  beforeEach(async () => {
    gateway = await new GatewayFixture().start();
    const arn = gateway.handle("hello", (event: { requestContext: { identity: object } }) => ({
      body: JSON.stringify(event.requestContext.identity),
    }));
    const hello = proxyTo(arn);
    base = await gateway.deploy(
      documentOf(
        {
          "/open": { get: hello },
          "/keyed": { get: { ...hello, ...KEYED }, post: { ...hello, ...KEYED } },
        },
        SCHEMES,
      ),
    );
    apiId = base.split("/")[3] ?? "";
    const resource = await gateway.put("ApiKey", "client", {});
    key = String(resource.outputs.value);
  });

  afterEach(() => gateway.stop());

  const subscribe = async (plan: Properties = {}, stage: Properties = {}) => {
    const { id } = await gateway.put("UsagePlan", "plan", {
      apiStages: [{ apiId, stage: "dev", ...stage }],
      ...plan,
    });
    const keyId = gateway.resources.find(({ type }) => type.endsWith(":ApiKey"))?.id;
    await gateway.put("UsagePlanKey", "client", { keyId: keyId ?? "", keyType: "API_KEY", usagePlanId: id });
  };

  const call = (method = "GET", path = "/keyed", value = key): Promise<Reply> =>
    gateway.send(method, `${base}${path}`, { headers: { "x-api-key": value } });

  const statuses = async (count: number, method = "GET", path = "/keyed"): Promise<number[]> => {
    const found: number[] = [];
    for (let index = 0; index < count; index += 1) found.push((await call(method, path)).status);
    return found;
  };

  it("lets a key of a plan of the stage pass, and tells the function", async () => {
    await subscribe();
    const { status, json } = await call();
    expect(status).to.equal(200);
    expect(key).to.have.length(40);
    expect(json).to.include({ apiKey: key });
    expect(json.apiKeyId).to.match(/^[a-z0-9]{10}$/);
  });

  const refusals: readonly [what: string, arrange: () => Promise<unknown>, send: () => Promise<Reply>][] = [
    ["no key", () => subscribe(), () => gateway.send("GET", `${base}/keyed`)],
    ["an unknown key", () => subscribe(), () => call("GET", "/keyed", "wrong")],
    ["a key of no plan", async () => {}, () => call()],
    ["a key of a plan of another stage", () => subscribe({}, { stage: "prod" }), () => call()],
    [
      "a disabled key",
      async () => {
        await subscribe();
        await gateway.put("ApiKey", "client", { enabled: false });
      },
      () => call(),
    ],
  ];
  for (const [what, arrange, send] of refusals) {
    it(`refuses ${what}`, async () => {
      await arrange();
      const { status, json, headers } = await send();
      expect(status).to.equal(403);
      expect(json).to.deep.equal({ message: "Forbidden" });
      expect(headers["x-amzn-errortype"]).to.equal("ForbiddenException");
    });
  }

  it("asks for no key where the method does not require one", async () => {
    expect((await gateway.send("GET", `${base}/open`)).status).to.equal(200);
  });

  it("throttles a key at its burst, and refills at its rate", async () => {
    await subscribe({ throttleSettings: { burstLimit: 2, rateLimit: 1 } });
    expect(await statuses(3)).to.deep.equal([200, 200, 429]);
    await gateway.clock.advance(SECOND);
    expect(await statuses(2)).to.deep.equal([200, 429]);
    const { json, headers } = await call();
    expect(json).to.deep.equal({ message: "Too Many Requests" });
    expect(headers["x-amzn-errortype"]).to.equal("TooManyRequestsException");
  });

  it("throttles one method of a plan by limits of its own", async () => {
    const throttles = [{ path: "/keyed/POST", burstLimit: 1, rateLimit: 1 }];
    await subscribe({}, { throttles });
    expect(await statuses(2, "POST")).to.deep.equal([200, 429]);
    expect(await statuses(2, "GET")).to.deep.equal([200, 200]);
  });

  it("throttles each method of a stage, whoever calls", async () => {
    await gateway.put("MethodSettings", "all", {
      restApi: apiId,
      stageName: "dev",
      methodPath: "*/*",
      settings: { throttlingBurstLimit: 1, throttlingRateLimit: 1 },
    });
    await gateway.put("MethodSettings", "post", {
      restApi: apiId,
      stageName: "dev",
      methodPath: "keyed/POST",
      settings: { throttlingBurstLimit: 2, throttlingRateLimit: 1 },
    });
    await subscribe();
    expect(await statuses(2, "GET", "/open")).to.deep.equal([200, 429]);
    expect(await statuses(2, "GET")).to.deep.equal([200, 429]);
    expect(await statuses(3, "POST")).to.deep.equal([200, 200, 429]);
  });

  it("does not throttle when a stage's settings set no limits", async () => {
    await gateway.put("MethodSettings", "all", {
      restApi: apiId,
      stageName: "dev",
      methodPath: "*/*",
      settings: { loggingLevel: "ERROR", throttlingBurstLimit: -1, throttlingRateLimit: -1 },
    });
    expect(await statuses(5, "GET", "/open")).to.deep.equal([200, 200, 200, 200, 200]);
  });

  it("stops a key at its quota until the next day", async () => {
    await subscribe({ quotaSettings: { limit: 2, period: "DAY" } });
    expect(await statuses(3)).to.deep.equal([200, 200, 429]);
    const { json, headers } = await call();
    expect(json).to.deep.equal({ message: "Limit Exceeded" });
    expect(headers["x-amzn-errortype"]).to.equal("LimitExceededException");
    await gateway.clock.advance(11 * 60 * 60 * SECOND);
    expect(await statuses(1)).to.deep.equal([429]);
    await gateway.clock.advance(60 * 60 * SECOND);
    expect(await statuses(3)).to.deep.equal([200, 200, 429]);
  });

  it("takes the offset off the first period only", async () => {
    await subscribe({ quotaSettings: { limit: 2, offset: 1, period: "WEEK" } });
    expect(await statuses(2)).to.deep.equal([200, 429]);
    await gateway.clock.advance(2 * DAY);
    expect(await statuses(1)).to.deep.equal([429]);
    await gateway.clock.advance(DAY);
    expect(await statuses(3)).to.deep.equal([200, 200, 429]);
  });

  it("counts months by the calendar", async () => {
    await subscribe({ quotaSettings: { limit: 1, period: "MONTH" } });
    expect(await statuses(2)).to.deep.equal([200, 429]);
    await gateway.clock.advance(16 * DAY);
    expect(await statuses(1)).to.deep.equal([429]);
    await gateway.clock.advance(DAY);
    expect(await statuses(1)).to.deep.equal([200]);
  });

  it("does not count throttled requests, and keeps the count when the program changes", async () => {
    await subscribe({
      throttleSettings: { burstLimit: 1, rateLimit: 1 },
      quotaSettings: { limit: 2, period: "DAY" },
    });
    expect(await statuses(3)).to.deep.equal([200, 429, 429]);
    await subscribe({ quotaSettings: { limit: 2, period: "DAY" }, description: "changed" });
    expect(await statuses(2)).to.deep.equal([200, 429]);
  });
});
