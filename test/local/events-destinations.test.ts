import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { DescribeConnectionCommand, EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { expect } from "chai";
import type { EventsApi, ServiceApis } from "../../local/core/apis.ts";
import type { Properties, Resource } from "../../local/core/graph.ts";
import type { Service } from "../../local/core/service.ts";
import { events } from "../../local/services/events/index.ts";
import { eventually } from "../support/eventually.ts";
import {
  clientSettings,
  type FakeCloud,
  fakeCloud,
  resourceOf,
  serve,
  settle,
} from "../support/fake-cloud.ts";

const DEAD = "arn:aws:sqs:eu-west-1:000000000000:dead";
const ROLE = "arn:aws:iam::000000000000:role/caller";

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

describe("EventBridge API destinations", () => {
  let cloud: FakeCloud;
  let service: Service;
  let server: Server;
  let base: string;
  let received: Received[];
  /** What the endpoint answers next; 200 when there is nothing. */
  let answers: { status: number; headers?: Record<string, string>; body?: string }[];
  let secrets: Map<string, string>;
  let dead: { body: string; attributes: Record<string, string> }[];

  beforeEach(async () => {
    received = [];
    answers = [];
    dead = [];
    secrets = new Map();
    server = createServer(async (request, response) => {
      const { method, url, headers } = request;
      const { status, headers: own, body } = answers.shift() ?? { status: 200 };
      received.push({ method, url, headers, body: await text(request) });
      response.writeHead(status, own).end(body);
    });
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const services = {
      secretsmanager: {
        keep: (arn: string, _name: string, value: string) => void secrets.set(arn, value),
        value: (arn: string) => secrets.get(arn),
        forget: (arn: string) => void secrets.delete(arn),
      },
      sqs: {
        send: async (_arn: string, body: string, options: Parameters<ServiceApis["sqs"]["send"]>[2]) => {
          const attributes = Object.entries(options?.messageAttributes ?? {});
          const values = attributes.map(([name, { StringValue = "" }]) => [name, StringValue]);
          dead.push({ body, attributes: Object.fromEntries(values) });
          return { messageId: "1" };
        },
      },
    } as unknown as ServiceApis;
    cloud = fakeCloud({ services });
    service = events.create(cloud);
  });

  afterEach(async () => {
    await service.stop?.();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  async function realize(kind: string, inputs: Properties): Promise<Resource> {
    const type = `aws:cloudwatch/${kind.slice(0, 1).toLowerCase()}${kind.slice(1)}:${kind}`;
    const resource = resourceOf(events, type, "hook", inputs);
    await service.realize[type]?.create(resource);
    return resource;
  }

  const apiKey = {
    authorizationType: "API_KEY",
    authParameters: { apiKey: { key: "x-key", value: "s3cret" } },
  };

  async function destination(
    connection: Properties = apiKey,
    inputs: Properties = {},
    target: Properties = {},
  ) {
    const { outputs } = await realize("EventConnection", { name: "hook", ...connection });
    const made = await realize("EventApiDestination", {
      name: "hook",
      connectionArn: outputs.arn,
      httpMethod: "POST",
      invocationEndpoint: `${base}/orders`,
      ...inputs,
    });
    await realize("EventRule", { name: "hook", eventPattern: JSON.stringify({ source: ["shop"] }) });
    await realize("EventTarget", {
      rule: "hook",
      arn: made.outputs.arn,
      roleArn: ROLE,
      deadLetterConfig: { arn: DEAD },
      input: '{"id":1}',
      ...target,
    });
    return { connection: outputs, arn: String(made.outputs.arn) };
  }

  async function put(count = 1): Promise<void> {
    const api = service.api as EventsApi;
    for (let each = 0; each < count; each += 1)
      await api.put({ source: "shop", detailType: "Placed", detail: {} });
    await idle();
  }

  /** When no attempt is under way. */
  const idle = (): Promise<void> =>
    eventually(async () => {
      await settle();
      if (await service.busy?.()) throw new Error("busy");
    });

  it("call the endpoint with the connection's key, in the role of the target", async () => {
    const { arn } = await destination();
    await put();
    const [call] = received;
    expect([call?.method, call?.url, call?.body]).to.deep.equal(["POST", "/orders", '{"id":1}']);
    expect(call?.headers).to.include({
      "x-key": "s3cret",
      "content-type": "application/json; charset=utf-8",
      "user-agent": "Amazon/EventBridge/ApiDestinations",
    });
    const permission = { action: "events:InvokeApiDestination", resource: arn };
    expect(cloud.asked).to.deep.include({ principal: ROLE, permission });
  });

  it("fill in path, headers, query and body; the connection's parameters win", async () => {
    const parameter = (key: string, value: string): Properties => ({ key, value, isValueSecret: false });
    const authParameters = {
      basic: { username: "ann", password: "pw" },
      invocationHttpParameters: {
        headers: [parameter("x-both", "connection")],
        queryStrings: [parameter("source", "connection")],
        bodies: [parameter("tenant", "7")],
      },
    };
    const httpTarget = {
      pathParameterValues: ["a b", "2"],
      headerParameters: { "x-both": "target", "x-own": "target" },
      queryStringParameters: { page: "1" },
    };
    await destination(
      { authorizationType: "BASIC", authParameters },
      { invocationEndpoint: `${base}/shops/*/orders/*?fixed=1`, httpMethod: "PUT" },
      { httpTarget },
    );
    await put();
    const [call] = received;
    expect(call?.method).to.equal("PUT");
    expect(call?.url).to.equal("/shops/a%20b/orders/2?fixed=1&page=1&source=connection");
    expect(call?.headers).to.include({
      "x-both": "connection",
      "x-own": "target",
      authorization: `Basic ${Buffer.from("ann:pw").toString("base64")}`,
    });
    expect(JSON.parse(call?.body ?? "")).to.deep.equal({ id: 1, tenant: "7" });
  });

  const oauth = (): Properties => ({
    authorizationType: "OAUTH_CLIENT_CREDENTIALS",
    authParameters: {
      oauth: {
        authorizationEndpoint: `${base}/token`,
        httpMethod: "POST",
        clientParameters: { clientId: "me", clientSecret: "pw" },
        oauthHttpParameters: { bodies: [{ key: "audience", value: "shop", isValueSecret: false }] },
      },
    },
  });
  const token = (access_token: string): (typeof answers)[number] => ({
    status: 200,
    body: JSON.stringify({ access_token, token_type: "bearer", expires_in: 3600 }),
  });

  it("get an OAuth token once, and a new one when it is refused", async () => {
    await destination(oauth());
    answers = [token("one"), { status: 200 }, { status: 401 }, token("two"), { status: 200 }];
    await put();
    await put();
    await cloud.clock.advance(1_000);
    await idle();
    expect(received.map(({ url, headers }) => headers.authorization ?? url)).to.deep.equal([
      "/token",
      "Bearer one",
      "Bearer one",
      "/token",
      "Bearer two",
    ]);
    expect(received[0]?.body).to.equal(
      "grant_type=client_credentials&client_id=me&client_secret=pw&audience=shop",
    );
    expect(dead).to.deep.equal([]);
  });

  for (const status of [409, 429, 500, 503]) {
    it(`try again after ${status}`, async () => {
      await destination();
      answers = [{ status }];
      await put();
      await cloud.clock.advance(1_000);
      await idle();
      expect(received).to.have.length(2);
    });
  }

  for (const status of [302, 400, 401, 404]) {
    it(`do not try again after ${status}: the event goes into the dead-letter queue`, async () => {
      const { arn } = await destination();
      answers = [{ status, headers: { location: "/elsewhere" } }];
      await put();
      await cloud.clock.advance(60_000);
      expect(received).to.have.length(1);
      expect(dead[0]?.attributes).to.include({ TARGET_ARN: arn, ERROR_CODE: "SDK_CLIENT_ERROR" });
      expect(dead[0]?.attributes.ERROR_MESSAGE).to.contain(String(status));
    });
  }

  it("wait as long as Retry-After asks", async () => {
    await destination();
    answers = [{ status: 429, headers: { "retry-after": "30" } }];
    await put();
    await cloud.clock.advance(29_000);
    await idle();
    expect(received).to.have.length(1);
    await cloud.clock.advance(1_000);
    await idle();
    expect(received).to.have.length(2);
  });

  it("keep to the limit of calls in a second", async () => {
    await destination(apiKey, { invocationRateLimitPerSecond: 2 });
    await put(5);
    const counts = [received.length];
    for (let second = 1; second <= 2; second += 1) {
      await cloud.clock.advance(1_000);
      await idle();
      counts.push(received.length);
    }
    expect(counts).to.deep.equal([2, 4, 5]);
  });

  it("let nothing leave the machine: another host is refused by name", async () => {
    await destination(apiKey, { invocationEndpoint: "https://hooks.example.com/orders" });
    await put();
    expect(received).to.deep.equal([]);
    expect(dead[0]?.attributes.ERROR_MESSAGE).to.contain("https://hooks.example.com/orders");
    expect(cloud.entries.map(({ message }) => message).join("\n")).to.contain("Nothing leaves the machine");
  });

  it("show no secret values: they stand in a secret of Secrets Manager", async () => {
    const { connection } = await destination();
    expect(connection.secretArn).to.match(
      /^arn:aws:secretsmanager:[^:]*:\d+:secret:events!connection\/hook\/[-0-9a-f]{36}-\w{6}$/,
    );
    expect(secrets.get(String(connection.secretArn))).to.contain('"api_key_value":"s3cret"');
    const endpoint = await serve([{ definition: events, service }], cloud);
    const client = new EventBridgeClient(clientSettings(endpoint));
    const shown = await client.send(new DescribeConnectionCommand({ Name: "hook" }));
    client.destroy();
    await endpoint.close();
    expect(shown.AuthParameters?.ApiKeyAuthParameters).to.deep.equal({ ApiKeyName: "x-key" });
    expect(JSON.stringify(shown)).not.to.contain("s3cret");
  });
});
