/** An event of a version that its consumer does not know waits in the dead-letter queue until it does. */
import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { expect } from "chai";
import { resourcesOf } from "../../local/core/graph.ts";
import type { LogEntry } from "../../local/core/log.ts";
import { LocalCloud } from "../../local/local-cloud.ts";
import { eventually } from "../support/eventually.ts";
import { component, type EditedProgram, editedProgram } from "./support/edited-program.ts";

const own = (path: string): string => JSON.stringify(resolve(path));

const FILES = {
  "Pulumi.yaml":
    "name: upgraded\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.ts\n",
  "Pulumi.dev.yaml": "config: { aws:region: eu-west-1 }\n",
  "package.json": '{ "name": "upgraded", "type": "module" }\n',
  "index.ts": `
    import { AlarmedFunction } from ${component("alarmed-function")};
    import { EventBus } from ${component("event-bus")};
    import { EventPipeline } from ${component("event-pipeline")};
    const defaults = { production: false, logRetentionDays: 7, alarms: "essential" as const };
    const bus = new EventBus("company", { defaults, events: { "company.orders": ["OrderPlaced"] } });
    const consumer = new AlarmedFunction("listen", {
      defaults, description: "Listens.", entry: "handlers/listen.ts", timeoutSeconds: 5,
    });
    new EventPipeline("orders", { defaults, source: bus.source("OrderPlaced"), queue: true, consumer });
    export const busName = bus.bus.name;
  `,
  "handlers/order.schema.ts": `
    import * as z from "zod";
    const data = z.looseObject({ order: z.string() });
    export const orderPlacedSchema = z.looseObject({
      eventId: z.uuid(), version: z.literal(1), occurredAt: z.string(), correlationId: z.string(), data,
    });
  `,
  "handlers/listen.ts": `
    import { queueHandler } from ${own("handlers/shared/batch.ts")};
    import { eventIn } from ${own("handlers/shared/event.ts")};
    import { orderPlacedSchema } from "./order.schema.ts";
    export const handler = queueHandler(async (record) => {
      console.log("heard of", eventIn(record, orderPlacedSchema).data.order);
    });
  `,
};

/** Longer than all deliveries of a message take. */
const DELIVERIES_MS = 10 * 60_000;

describe("an event of a newer version", function () {
  this.timeout(60_000);
  const logged: LogEntry[] = [];
  let program: EditedProgram;
  let cloud: LocalCloud;

  before(async () => {
    program = editedProgram(FILES);
    const log = (entry: LogEntry) => void logged.push(entry);
    cloud = await LocalCloud.start({ cwd: program.folder, stack: "dev", port: 0, log });
    void cloud.watch();
  });
  after(async () => {
    await cloud?.stop();
    program.end();
  });

  const heardOf = (order: string): number => {
    const group = resourcesOf(cloud.graph, "aws:cloudwatch/logGroup:LogGroup").find(({ name }) =>
      name.startsWith("listen"),
    );
    const lines = cloud.cloud.services.logs.read(String(group?.outputs.name));
    return lines.filter(({ message }) => message.includes(`heard of ${order}`)).length;
  };
  const publish = (order: string, version: number) => {
    const detail = {
      eventId: randomUUID(),
      version,
      occurredAt: new Date().toISOString(),
      correlationId: "upgrade",
      data: { order },
    };
    const event = { source: "company.orders", detailType: "OrderPlaced", detail };
    return cloud.cloud.services.events.put(event, String(cloud.outputValues.busName));
  };
  const deadLetters = (): string => {
    const queues = resourcesOf(cloud.graph, "aws:sqs/queue:Queue");
    return String(queues.find(({ name }) => name === "orders-dead-letters-queue")?.outputs.arn);
  };
  const parked = async () => (await cloud.cloud.services.sqs.inspect(deadLetters())).visible;

  it("is parked, does not hold up others, and has its effect once a deployment knows it and it is sent again", async () => {
    await publish("future", 2);
    await publish("present", 1);
    await eventually(() => expect(heardOf("present")).to.equal(1));
    await cloud.advance(DELIVERIES_MS);
    expect(await parked()).to.equal(1);
    expect(heardOf("future")).to.equal(0);

    program.edit("handlers/order.schema.ts", "z.literal(1)", "z.literal([1, 2])");
    await eventually(() =>
      expect(logged.some(({ source, kind }) => source === "reload" && kind === "notice")).to.equal(true),
    );
    await cloud.cloud.services.sqs.redrive(deadLetters());
    await eventually(() => expect(heardOf("future")).to.equal(1));
    expect(await parked()).to.equal(0);
  });
});
