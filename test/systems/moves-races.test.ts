/** Moves and fleet when much happens at once: logins that rotate, trucks that several moves want, requests that come twenty times. */
import { PurgeQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { resourcesOf } from "../../local/core/graph.ts";
import type { LocalCloud } from "../../local/local-cloud.ts";
import { eventually } from "../support/eventually.ts";
import { ApiClient } from "./support/client.ts";
import { clientOf, rotateLogin } from "./support/databases.ts";
import { MovesDriver, newDay, newOrder, type Person } from "./support/moves.ts";
import { runningProgram } from "./support/running-program.ts";

/** Longer than any bucket of the throttling takes to fill up. */
const REFILL_MS = 2_000;
const PATIENCE_MS = 40_000;

const ROTATIONS = 5;
const REQUESTS = 1_000;
/** As many as a bucket lets pass at once: half of a round's requests are for `/health`, which has a bucket of its own. */
const ROUND = REQUESTS / ROTATIONS / 2;
const CLIENTS = 4;

/** Longer than all deliveries of a message that nobody understands take. */
const DELIVERIES_MS = 5 * 6 * 60_000 + 60_000;

let cloud: LocalCloud;
let company: MovesDriver;

/** Does something `times` times, by some clients at once. */
async function often(times: number, clients: number, act: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const client = async () => {
    for (let index = next++; index < times; index = next++) await act(index);
  };
  await Promise.all(Array.from({ length: clients }, client));
}

describe("moves and fleet, when much happens at once", function () {
  this.timeout(120_000);

  before(async () => {
    cloud = await runningProgram();
    company = new MovesDriver(cloud);
  });

  it(`fail none of ${REQUESTS} requests while the login to the fleet's database rotates ${ROTATIONS} times`, async () => {
    const fleet = new ApiClient(String(cloud.outputValues.fleetApiUrl));
    const marker = crypto.randomUUID();
    const answers = new Map<string, number>();
    const note = (what: string, status: number) =>
      answers.set(`${what} ${status}`, (answers.get(`${what} ${status}`) ?? 0) + 1);
    const request = async (index: number): Promise<void> => {
      const health = await fleet.send("GET", "/health");
      note("health", health.status);
      const licence = `${marker} ${index}`;
      const asked: readonly [string, string] =
        index % 2 === 0 ? ["GET", "/trucks?limit=1"] : ["POST", "/drivers"];
      const question = index % 2 === 0 ? {} : { body: { name: "Eva", licence } };
      note(asked.join(" "), (await company.send(company.employee, ...asked, question)).status);
    };
    for (let round = 0; round < ROTATIONS; round++) {
      await cloud.advance(REFILL_MS);
      await Promise.all([
        rotateLogin(cloud, "fleet"),
        often(ROUND, CLIENTS, (index) => request(round * ROUND + index)),
      ]);
    }
    expect(Object.fromEntries(answers)).to.deep.equal({
      "health 200": REQUESTS / 2,
      "GET /trucks?limit=1 200": REQUESTS / 4,
      "POST /drivers 201": REQUESTS / 4,
    });
  });

  describe("trucks", () => {
    /** Larger than those of other tests, smaller than what these want to have no truck for. */
    const CAPACITIES = [910, 920, 930, 940];
    const trucks = new Map<string, number>();

    before(async () => {
      for (const capacity of CAPACITIES) trucks.set((await company.addTruck(capacity)).id, capacity);
    });
    after(async () => {
      await cloud.advance(0);
      for (const [id, capacityM3] of trucks) {
        const body = { plate: crypto.randomUUID(), capacityM3, status: "maintenance" };
        expect((await company.send(company.employee, "PUT", `/trucks/${id}`, { body })).status).to.equal(200);
      }
    });

    /** What became of a move: the capacity of its truck, or none. */
    const outcome = async (id: string): Promise<number | "none"> =>
      eventually(async () => {
        const { body } = await company.send(company.employee, "GET", `/moves/${id}`);
        expect(body.note ?? body.truckId, JSON.stringify(body)).to.be.a("string");
        return trucks.get(String(body.truckId)) ?? "none";
      }, PATIENCE_MS);

    const registerAll = async (client: Person, volumes: readonly number[], day: string) => {
      const ids = await Promise.all(volumes.map((volume) => company.register(client, newOrder(volume, day))));
      return Promise.all(ids.map(outcome));
    };

    it("go to the moves that leave the fewest cubic metres empty, whichever comes first", async () => {
      const taken = await registerAll(company.newClient(), [935, 905, 925, 915], newDay());
      expect(taken).to.deep.equal([940, 910, 930, 920]);
    });

    it("carry one move a day each, however many want them at once; employees see which got none", async () => {
      const taken = await registerAll(company.newClient(), Array<number>(12).fill(905), newDay());
      const none = Array<"none">(12 - CAPACITIES.length).fill("none");
      expect(taken).to.have.members([...CAPACITIES, ...none]);
    });
  });

  for (const [path, person, body] of [
    ["/moves", "client", () => newOrder(999)],
    ["/trucks", "employee", () => ({ plate: crypto.randomUUID(), capacityM3: 0.01 })],
  ] as const) {
    it(`one effect has POST ${path}, sent twenty times at once with one Idempotency-Key`, async () => {
      const sender = person === "client" ? company.newClient() : company.employee;
      const headers = { "idempotency-key": crypto.randomUUID() };
      const question = { headers, body: body() };
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => company.send(sender, "POST", path, question)),
      );
      for (const { status } of answers) expect(status).to.be.oneOf([201, 409]);
      const made = answers.filter(({ status }) => status === 201).map((answer) => String(answer.body.id));
      expect(new Set(made).size).to.equal(1);
      const [id = ""] = made;
      const again = await company.send(sender, "POST", path, question);
      expect(again.body).to.include({ id });
      const { items } = (await company.send(sender, "GET", `${path}?limit=100`)).body as {
        items: { id: string; plate?: string }[];
      };
      const same = path === "/moves" ? items : items.filter(({ plate }) => plate === again.body.plate);
      expect(same.map((item) => item.id)).to.deep.equal([id]);
      if (path === "/moves")
        await eventually(
          () => expect(company.eventsOf(id).MoveRegistered).to.include({ ids: 1 }),
          PATIENCE_MS,
        );
    });
  }

  it("an event of a newer version is parked by everyone who listens, and parked again when it is sent again too early", async () => {
    const { sqs, events } = cloud.cloud.services;
    const moveId = crypto.randomUUID();
    const queues = ["fleet-moves", "moves-tracking", "moves-notification"].map((pipeline) => {
      const name = `${pipeline}-dead-letters-queue`;
      const found = resourcesOf(cloud.graph, "aws:sqs/queue:Queue").find((queue) => queue.name === name);
      return String(found?.outputs.arn);
    });
    const bus = resourcesOf(cloud.graph, "aws:cloudwatch/eventBus:EventBus").find(
      ({ name }) => name === "andamio-bus",
    );
    const detail = {
      eventId: crypto.randomUUID(),
      version: 2,
      occurredAt: new Date().toISOString(),
      correlationId: "from-the-future",
      // All that the version before has, too: nothing but the number tells that it means something else.
      data: {
        ...{ moveId, origin: "A", destination: "B", volumeM3: 8, date: newDay() },
        client: { id: "client", email: "future@example.com" },
      },
    };
    const parked = async () =>
      Promise.all(
        queues.map(async (arn) => {
          const { messages } = await sqs.inspect(arn);
          const mine = messages
            .map(({ body }) => JSON.parse(body) as { detail: unknown })
            .map((event) => event.detail);
          return mine.filter((each) => JSON.stringify(each).includes(moveId));
        }),
      );
    const everyone = [[detail], [detail], [detail]];
    const expectParked = async () => {
      await cloud.advance(DELIVERIES_MS);
      expect(await parked()).to.deep.equal(everyone);
    };
    await events.put(
      { source: "andamio.moves", detailType: "MoveRegistered", detail },
      String(bus?.outputs.name),
    );
    await expectParked();
    for (const arn of queues) await sqs.redrive(arn);
    await eventually(async () => expect(await parked()).to.deep.equal([[], [], []]));
    await expectParked();
    expect(company.eventsOf(moveId)).to.have.all.keys("MoveRegistered");
    const client = new SQSClient(clientOf(cloud));
    for (const arn of queues) await client.send(new PurgeQueueCommand({ QueueUrl: sqs.urlOf(arn) }));
    client.destroy();
  });
});
