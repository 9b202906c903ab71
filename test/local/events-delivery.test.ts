import { expect } from "chai";
import type { EventsApi, ServiceApis } from "../../local/core/apis.ts";
import type { Properties, RegisteredResource, Resource } from "../../local/core/graph.ts";
import type { Principal, Service } from "../../local/core/service.ts";
import { events } from "../../local/services/events/index.ts";
import { createAuthorizer } from "../../local/services/iam/authorizer.ts";
import { type FakeCloud, fakeCloud, resourceOf, settle } from "../support/fake-cloud.ts";

const FUNCTION = "arn:aws:lambda:eu-west-1:000000000000:function:worker";
const QUEUE = "arn:aws:sqs:eu-west-1:000000000000:jobs";
const DEAD = "arn:aws:sqs:eu-west-1:000000000000:dead";
const ROLE = "arn:aws:iam::000000000000:role/forwarder";
const BUS = "arn:aws:events:eu-west-1:000000000000:event-bus/";

describe("What EventBridge delivers", () => {
  let cloud: FakeCloud;
  let service: Service;
  let resources: Resource[];
  let invoked: unknown[];
  let bodies: string[];
  /** Error codes in the dead-letter queue. */
  let dead: (string | undefined)[];

  beforeEach(() => {
    resources = [];
    invoked = [];
    bodies = [];
    dead = [];
    const services = {
      lambda: { invokeAsync: (_arn: string, event: unknown) => void invoked.push(event) },
      sqs: {
        send: async (arn: string, body: string, options: Parameters<ServiceApis["sqs"]["send"]>[2]) => {
          if (arn === DEAD) dead.push(options?.messageAttributes?.ERROR_CODE?.StringValue);
          else bodies.push(body);
          return { messageId: "1" };
        },
      },
    } as unknown as ServiceApis;
    cloud = fakeCloud({ services, resources: () => resources });
    service = events.create(cloud);
  });

  afterEach(() => service.stop?.());

  async function realize(kind: string, name: string, inputs: Properties): Promise<void> {
    const type = `aws:cloudwatch/${kind.slice(0, 1).toLowerCase()}${kind.slice(1)}:${kind}`;
    await service.realize[type]?.create(resourceOf(events, type, name, { name, ...inputs }));
  }

  /** A rule on a bus for everything, with one target. */
  async function route(bus: string, arn: string, target: Properties = {}): Promise<void> {
    const on = { eventBusName: bus };
    await realize("EventRule", `on-${bus}`, { ...on, eventPattern: JSON.stringify({ source: ["shop"] }) });
    const inputs = { ...on, rule: `on-${bus}`, arn, deadLetterConfig: { arn: DEAD }, ...target };
    await realize("EventTarget", `${bus} to ${arn}`, inputs);
  }

  async function put(detail: object = {}): Promise<void> {
    const time = "2020-01-01T00:00:00Z";
    await (service.api as EventsApi).put({ source: "shop", detailType: "Placed", detail, time });
    await settle();
  }

  it("goes to a second bus, and from there not to a third one but into the dead-letter queue", async () => {
    await realize("EventBus", "second", {});
    await realize("EventBus", "third", {});
    await route("default", `${BUS}second`);
    await route("second", `${BUS}third`);
    await route("third", FUNCTION);
    await put();
    expect(invoked).to.deep.equal([]);
    expect(dead).to.deep.equal(["THIRD_ACCOUNT_HOP_DETECTED"]);
  });

  it("goes to no bus that does not exist", async () => {
    await route("default", `${BUS}missing`);
    await put();
    expect(dead).to.deep.equal(["NO_RESOURCE"]);
  });

  const templates: readonly [says: string, inputTemplate: string, expected: string][] = [
    [
      "strings, numbers and objects as JSON",
      '{"a":<text>,"b":<number>,"c":<object>}',
      '{"a":"x","b":1,"c":{"k":"v"}}',
    ],
    ["values inside a string as they are", '{"a":"<text> and <number>"}', '{"a":"x and 1"}'],
    ["an object inside a string without its quotes", '"was <object>"', '"was {k:v}"'],
    ["an escaped quote of the template", '{"a":"say \\"<text>\\""}', '{"a":"say \\"x\\""}'],
    ["nothing for what the event does not have", '{"a":<missing>,"b":"<missing>"}', '{"a":"","b":""}'],
    ["several lines", '"first <text>"\n"second <number>"', '"first x"\n"second 1"'],
    ["an array with variables", "[9,<text>,true]", '[9,"x",true]'],
    ["a variable alone", "<object>", '{"k":"v"}'],
    [
      "the time of arrival, which is not the sender's time",
      "[<aws.events.event.ingestion-time>,<time>]",
      '["2026-11-22T10:00:00Z","2020-01-01T00:00:00Z"]',
    ],
    ["the rule", '"<aws.events.rule-name> triggered"', '"on-default triggered"'],
  ];
  for (const [says, inputTemplate, expected] of templates) {
    it(`has in a template ${says}`, async () => {
      const inputPaths = {
        text: "$.detail.text",
        number: "$.detail.number",
        object: "$.detail.object",
        missing: "$.detail.missing",
        time: "$.time",
      };
      await route("default", QUEUE, { inputTransformer: { inputPaths, inputTemplate } });
      await put({ text: "x", number: 1, object: { k: "v" } });
      expect(bodies).to.deep.equal([expected]);
    });
  }

  it("is given up when a value spoils the JSON that a function needs", async () => {
    const inputTransformer = { inputPaths: { text: "$.detail.text" }, inputTemplate: '{"a":"<text>"}' };
    await route("default", FUNCTION, { inputTransformer });
    await put({ text: 'with a "quote"' });
    expect(invoked).to.deep.equal([]);
    expect(dead).to.deep.equal(["INVALID_JSON"]);
  });

  it("needs a role that EventBridge may assume", async () => {
    const trust = (service: string): Resource => {
      const Statement = { Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" };
      const registered = {
        urn: ROLE,
        type: "aws:iam/role:Role",
        name: "forwarder",
      } as unknown as RegisteredResource;
      return {
        ...registered,
        id: ROLE,
        outputs: { arn: ROLE, assumeRolePolicy: JSON.stringify({ Statement }) },
      };
    };
    await realize("EventBus", "second", {});
    await route("default", `${BUS}second`, { roleArn: ROLE });
    await route("second", FUNCTION);
    resources = [trust("lambda.amazonaws.com")];
    await put();
    expect([invoked.length, ...dead]).to.deep.equal([0, "NO_PERMISSIONS"]);
    resources = [trust("events.amazonaws.com")];
    await put();
    expect(invoked).to.have.length(1);
  });

  it("may be put by whom the bus's own policy names, on the default bus too", () => {
    const policy = (bus: string): string =>
      JSON.stringify({
        Statement: {
          Effect: "Allow",
          Principal: { AWS: ROLE },
          Action: "events:PutEvents",
          Resource: `${BUS}${bus}`,
        },
      });
    const type = "aws:cloudwatch/eventBusPolicy:EventBusPolicy";
    const onBus = resourceOf(events, "aws:cloudwatch/eventBus:EventBus", "second", { name: "second" });
    const onDefault = resourceOf(events, type, "default", { policy: policy("default") });
    const onSecond = resourceOf(events, type, "second", { eventBusName: "second", policy: policy("second") });
    const principal: Principal = { kind: "role", arn: ROLE };
    const ask = (known: readonly Resource[], bus: string) => () =>
      createAuthorizer(() => known, cloud.log, cloud.clock).authorize(principal, [
        { action: "events:PutEvents", resource: `${BUS}${bus}` },
      ]);
    expect(ask([onDefault, onBus, onSecond], "default")).not.to.throw();
    expect(ask([onDefault, onBus, onSecond], "second")).not.to.throw();
    expect(ask([onBus, onSecond], "default")).to.throw("not authorized");
    expect(ask([onDefault, onBus], "second")).to.throw("not authorized");
  });
});
