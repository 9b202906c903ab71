import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CancelReplayCommand,
  CreateArchiveCommand,
  DeleteArchiveCommand,
  DescribeArchiveCommand,
  DescribeReplayCommand,
  EventBridgeClient,
  ListArchivesCommand,
  ListReplaysCommand,
  StartReplayCommand,
  UpdateArchiveCommand,
} from "@aws-sdk/client-eventbridge";
import { expect } from "chai";
import type { EventsApi, ServiceApis } from "../../local/core/apis.ts";
import type { Properties, Resource } from "../../local/core/graph.ts";
import type { Service } from "../../local/core/service.ts";
import type { Endpoint } from "../../local/endpoint/index.ts";
import { events } from "../../local/services/events/index.ts";
import {
  clientSettings,
  type FakeCloud,
  fakeCloud,
  resourceOf,
  serve,
  settle,
} from "../support/fake-cloud.ts";

const BUS = "arn:aws:events:eu-west-1:000000000000:event-bus/default";
const ARCHIVE = "arn:aws:events:eu-west-1:000000000000:archive/orders";
const FUNCTION = "arn:aws:lambda:eu-west-1:000000000000:function:worker";
const DAY = 86_400_000;

type Got = Record<string, { id?: string; "replay-name"?: string }[]>;

describe("EventBridge archives", () => {
  let cloud: FakeCloud;
  let service: Service;
  let endpoint: Endpoint;
  let client: EventBridgeClient;
  let dataFolder: string;
  let got: Got;

  async function start(): Promise<void> {
    got = {};
    const invokeAsync = (arn: string, event: Got[string][number]): void => {
      const name = arn.slice(FUNCTION.length);
      got[name] = [...(got[name] ?? []), event];
    };
    cloud = fakeCloud({ services: { lambda: { invokeAsync } } as unknown as ServiceApis, dataFolder });
    service = events.create(cloud);
    endpoint = await serve([{ definition: events, service }], cloud);
    client = new EventBridgeClient(clientSettings(endpoint));
  }

  async function stop(): Promise<void> {
    client.destroy();
    await service.stop?.();
    await endpoint.close();
  }

  beforeEach(async () => {
    dataFolder = mkdtempSync(join(tmpdir(), "archives-"));
    await start();
  });

  afterEach(async () => {
    await stop();
    rmSync(dataFolder, { recursive: true });
  });

  async function realize(kind: string, name: string, inputs: Properties): Promise<Resource> {
    const type = `aws:cloudwatch/${kind.slice(0, 1).toLowerCase()}${kind.slice(1)}:${kind}`;
    const resource = resourceOf(events, type, name, inputs);
    await service.realize[type]?.create(resource);
    return resource;
  }

  async function ruleFor(name: string): Promise<string> {
    const eventPattern = JSON.stringify({ source: ["shop"] });
    const rule = await realize("EventRule", name, { name, eventPattern });
    await realize("EventTarget", name, { rule: name, arn: `${FUNCTION}${name}` });
    return String(rule.outputs.arn);
  }

  const put = (source: string): Promise<{ eventId: string }> =>
    (service.api as EventsApi).put({ source, detailType: "Placed", detail: {} });

  const create = (settings: object = {}): Promise<unknown> =>
    client.send(new CreateArchiveCommand({ ArchiveName: "orders", EventSourceArn: BUS, ...settings }));

  const replay = (settings: object = {}): Promise<unknown> =>
    client.send(
      new StartReplayCommand({
        ReplayName: "again",
        EventSourceArn: ARCHIVE,
        EventStartTime: new Date(cloud.clock.now() - DAY),
        EventEndTime: new Date(cloud.clock.now() + 1000),
        Destination: { Arn: BUS },
        ...settings,
      }),
    );

  const refusal = (call: Promise<unknown>): Promise<string> =>
    call.then(
      () => "accepted",
      (error: Error) => `${error.name}: ${error.message}`,
    );

  const count = async (): Promise<number | undefined> =>
    (await client.send(new DescribeArchiveCommand({ ArchiveName: "orders" }))).EventCount;

  it("keep the events that match, and replay them under the name of the replay, once", async () => {
    await create({ EventPattern: JSON.stringify({ source: ["shop"] }) });
    const { eventId } = await put("shop");
    await put("other");
    expect(await count()).to.equal(1);
    await ruleFor("late");
    await replay();
    await cloud.clock.advance(0);
    expect(got.late?.map(({ id, "replay-name": name }) => [id, name])).to.deep.equal([[eventId, "again"]]);
    expect(await count()).to.equal(1);
    const shown = await client.send(new DescribeReplayCommand({ ReplayName: "again" }));
    expect(shown).to.include({ State: "COMPLETED", EventSourceArn: ARCHIVE });
    expect(shown.EventLastReplayedTime).to.deep.equal(new Date(cloud.clock.now()));
    const { Replays } = await client.send(new ListReplaysCommand({ State: "COMPLETED" }));
    expect(Replays?.map(({ ReplayName }) => ReplayName)).to.deep.equal(["again"]);
  });

  it("replay to the rules that are named only, and only the events of the time that is asked for", async () => {
    await create();
    const [, wanted] = [await ruleFor("one"), await ruleFor("two")];
    await put("shop");
    await cloud.clock.advance(2 * DAY);
    const { eventId } = await put("shop");
    got = {};
    await replay({ Destination: { Arn: BUS, FilterArns: [wanted] } });
    await cloud.clock.advance(0);
    expect(Object.keys(got)).to.deep.equal(["two"]);
    expect(got.two?.map(({ id }) => id)).to.deep.equal([eventId]);
  });

  it("keep no replayed events, on the bus that they are forwarded to either", async () => {
    const other = `${BUS.slice(0, BUS.lastIndexOf("/"))}/other`;
    await realize("EventBus", "other", { name: "other" });
    await create();
    await put("shop");
    await realize("EventRule", "on", { name: "on", eventPattern: JSON.stringify({ source: ["shop"] }) });
    await realize("EventTarget", "on", { rule: "on", arn: other });
    await create({ ArchiveName: "forwarded", EventSourceArn: other });
    await replay();
    await cloud.clock.advance(0);
    const forwarded = new DescribeArchiveCommand({ ArchiveName: "forwarded" });
    expect((await client.send(forwarded)).EventCount).to.equal(0);
    await put("shop");
    expect((await client.send(forwarded)).EventCount).to.equal(1);
  });

  it("let go of events when their retention ends", async () => {
    await create({ RetentionDays: 1 });
    await put("shop");
    await cloud.clock.advance(DAY + 1);
    expect(await count()).to.equal(0);
  });

  it("stop a replay that is cancelled, and refuse to cancel one that has ended", async () => {
    await create();
    await ruleFor("one");
    await put("shop");
    await settle();
    got = {};
    await replay();
    await client.send(new CancelReplayCommand({ ReplayName: "again" }));
    await cloud.clock.advance(1000);
    expect(got).to.deep.equal({});
    expect(await refusal(client.send(new CancelReplayCommand({ ReplayName: "again" })))).to.match(
      /^IllegalStatus/,
    );
  });

  it("are changed, listed and deleted; what is wrong is refused", async () => {
    await create({ Description: "all" });
    await client.send(new UpdateArchiveCommand({ ArchiveName: "orders", RetentionDays: 7 }));
    const shown = await client.send(new DescribeArchiveCommand({ ArchiveName: "orders" }));
    expect(shown).to.include({ ArchiveArn: ARCHIVE, Description: "all", RetentionDays: 7, State: "ENABLED" });
    expect(await refusal(create())).to.match(/^ResourceAlreadyExists/);
    expect(await refusal(create({ ArchiveName: "bad", EventPattern: "{" }))).to.match(/^InvalidEventPattern/);
    expect(await refusal(create({ ArchiveName: "bad", EventSourceArn: `${BUS}2` }))).to.match(
      /^ResourceNotFound/,
    );
    expect(await refusal(replay({ Destination: { Arn: `${BUS}2` } }))).to.contain("Cross event bus replay");
    await client.send(new DeleteArchiveCommand({ ArchiveName: "orders" }));
    expect((await client.send(new ListArchivesCommand({}))).Archives).to.deep.equal([]);
    expect(await refusal(replay())).to.match(/^ResourceNotFound/);
  });

  it("of the program keep their events over a restart", async () => {
    const inputs = { name: "orders", eventSourceArn: BUS };
    await realize("EventArchive", "orders", inputs);
    await put("shop");
    await stop();
    await start();
    await realize("EventArchive", "orders", inputs);
    await put("shop");
    expect(await count()).to.equal(2);
  });
});
