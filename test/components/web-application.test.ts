import { expect } from "chai";
import { EventBus } from "../../components/event-bus.ts";
import { OutboxRelay } from "../../components/outbox-relay.ts";
import type { WebApplicationArgs } from "../../components/web-application.ts";
import { WebApplication } from "../../components/web-application.ts";
import { DEFAULTS, ENTRY } from "./support/functions.ts";
import { documentIn, record } from "./support/recorder.ts";
import { refusalOf } from "./support/refusal.ts";

const REST_API = "aws:apigateway/restApi:RestApi";
const FUNCTION = "aws:lambda/function:Function";

const shop = (overrides: Partial<WebApplicationArgs> = {}) =>
  new WebApplication("shop", {
    defaults: DEFAULTS,
    description: "The shop.",
    application: { entry: ENTRY },
    throttle: { ratePerSecond: 5, burst: 10 },
    publicPaths: ["/health"],
    cors: { allowedOrigins: ["https://app.example.com"] },
    ...overrides,
  });

type Operations = Record<string, Record<string, { readonly responses?: Record<string, unknown> }>>;

describe("WebApplication", () => {
  it("is one function behind every path and method, and reads of public paths", async () => {
    const recording = await record(() => shop());
    const { paths } = documentIn(recording.one(REST_API), "body") as { paths: Operations };
    expect(
      Object.fromEntries(Object.entries(paths).map(([path, value]) => [path, Object.keys(value)])),
    ).to.deep.equal({
      "/": ["x-amazon-apigateway-any-method", "options"],
      "/{proxy+}": ["x-amazon-apigateway-any-method", "options"],
      "/health": ["get", "options"],
    });
    recording.one(FUNCTION);
    expect(JSON.stringify(paths["/"]?.options)).to.contain("GET,HEAD,POST,PUT,PATCH,DELETE,OPTIONS");
    expect(JSON.stringify(paths["/"]?.options)).to.contain("Idempotency-Key");
  });

  it("limits requests, and lets its own API alone invoke the function", async () => {
    const recording = await record(() => shop());
    const { settings } = recording.one("aws:apigateway/methodSettings:MethodSettings").inputs;
    expect(settings).to.include({ throttlingRateLimit: 5, throttlingBurstLimit: 10 });
    const permissions = recording.list.filter(({ type }) => type === "aws:lambda/permission:Permission");
    expect(permissions.map(({ inputs }) => String(inputs.sourceArn).split("/v1/")[1])).to.have.members([
      "*/",
      "*/*",
      "GET/health",
    ]);
  });

  it("publishes no document of routes that it does not know", async () => {
    const { document } = await new Promise<{ document: string }>((resolve, reject) => {
      record(() => shop().api.document.apply((text) => resolve({ document: text }))).catch(reject);
    });
    expect(Object.keys((JSON.parse(document) as { paths: object }).paths)).to.deep.equal(["/health"]);
  });

  it("refuses public paths that are more than one", async () => {
    const { message } = await refusalOf(() => shop({ publicPaths: ["/{proxy+}"] }));
    expect(message).to.contain('publicPaths holds "/{proxy+}"');
  });
});

describe("OutboxRelay", () => {
  const relay = () => {
    const bus = new EventBus("shop", { defaults: DEFAULTS, events: { "shop.orders": ["OrderPlaced"] } });
    const database = { value: "/path", statements: [] };
    return new OutboxRelay("orders", { defaults: DEFAULTS, database, bus, source: "shop.orders" });
  };

  it("is a function that a queue wakes, which publishes as one source, and no schedule", async () => {
    const recording = await record(relay);
    const { environment } = recording.one(FUNCTION).inputs as { environment: { variables: object } };
    expect(environment.variables).to.include({ DATABASE_PATH: "/path", EVENT_SOURCE: "shop.orders" });
    expect(recording.one("aws:lambda/eventSourceMapping:EventSourceMapping").inputs).to.deep.include({
      functionResponseTypes: ["ReportBatchItemFailures"],
      scalingConfig: { maximumConcurrency: 2 },
    });
    expect(recording.types()).not.to.include("aws:cloudwatch/eventRule:EventRule");
    const policy = JSON.stringify(
      documentIn(recording.one("aws:iam/rolePolicy:RolePolicy", "orders-relay-policy"), "policy"),
    );
    expect(policy).to.contain('"events:PutEvents"').and.to.contain('"events:source":"shop.orders"');
  });
});
