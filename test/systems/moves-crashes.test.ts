/** The functions of moves and fleet die at each of their AWS calls: nothing is lost, nothing is doubled, no step is skipped. */
import { expect } from "chai";
import type { LocalCloud } from "../../local/local-cloud.ts";
import { CRASHES, type Crash, callsOf, dyingAtEachCall, functionNamed } from "./support/crashes.ts";
import { type Move, type MoveAnswer, MovesDriver, newOrder, type Person } from "./support/moves.ts";
import { runningProgram } from "./support/running-program.ts";

/** Longer than any message of a function that died stays hidden, and any claim holds. */
const RECOVERY_MS = 6 * 60_000 + 1_000;
const RECOVERIES = 12;
/** A database pauses after five minutes without a statement, and takes longer to resume than all else here. */
const AWAKE_MS = 4 * 60_000;
const LATE_WAKE_UP_MS = 31_000;

/** A request that changes a move. */
interface Request {
  readonly person: Person;
  readonly path: string;
  readonly body?: object;
  /** What must hold once everything is quiet: whether it was carried out, and once. */
  readonly check: (isRepeated: boolean) => Promise<void>;
}

let cloud: LocalCloud;
let moves: MovesDriver;

/** Waits until something holds; whenever it does not, time passes until what died is tried again. */
async function afterRecovery<T>(attempt: () => T | Promise<T>): Promise<T> {
  for (let recovery = 1; ; recovery++) {
    await cloud.advance(0);
    try {
      return await attempt();
    } catch (error) {
      if (recovery > RECOVERIES) throw error;
      await recover();
    }
  }
}

async function recover(): Promise<void> {
  for (let left = RECOVERY_MS; left > 0; left -= AWAKE_MS) {
    await cloud.advance(Math.min(left, AWAKE_MS));
    await Promise.all(["/moves", "/trucks"].map((path) => moves.send(moves.employee, "GET", path)));
  }
}

function reach(id: string, status: Move["status"]): Promise<Move> {
  return afterRecovery(async () => {
    const move = await moves.read(id);
    expect(move.status, JSON.stringify(move)).to.equal(status);
    return move;
  });
}

async function withTruck(): Promise<string> {
  const id = await moves.register(moves.newClient(), newOrder(10));
  await reach(id, "truck_assigned");
  return id;
}

async function inTransit(): Promise<string> {
  const id = await withTruck();
  await afterRecovery(async () => expect((await moves.report(id, 40)).status).to.equal(201));
  await reach(id, "in_transit");
  return id;
}

/** A move that nothing happens to by itself any more. */
async function withoutTruck(client: Person): Promise<string> {
  const id = await moves.register(client, newOrder(999));
  await afterRecovery(async () => expect((await moves.read(id)).note).to.be.a("string"));
  return id;
}

/** An event was published under one id, if the step was taken, and never without it. */
async function expectTold(id: string, detailType: string, isTaken: boolean): Promise<void> {
  await afterRecovery(() => expect(moves.eventsOf(id)[detailType]?.ids ?? 0).to.equal(isTaken ? 1 : 0));
}

const REQUESTS: Readonly<Record<string, () => Promise<Request>>> = {
  "moves-create": async () => {
    const person = moves.newClient();
    const check = async (isRepeated: boolean): Promise<void> => {
      const { items } = (await moves.send(person, "GET", "/moves")).body as { items: { id: string }[] };
      expect(items.length).to.be.within(isRepeated ? 1 : 0, 1);
      for (const { id } of items) await expectTold(id, "MoveRegistered", true);
    };
    return { person, path: "/moves", body: newOrder(10), check };
  },
  "moves-request-truck": async () => {
    const id = await withoutTruck(moves.newClient());
    const check = async (isRepeated: boolean): Promise<void> => {
      const isTaken = isRepeated || moves.eventsOf(id).TruckRequested !== undefined;
      await expectTold(id, "TruckRequested", isTaken);
    };
    return { person: moves.employee, path: `/moves/${id}/truck`, body: {}, check };
  },
  "moves-cancel": async () => {
    const client = moves.newClient();
    const id = await withoutTruck(client);
    const check = async (isRepeated: boolean): Promise<void> => {
      const { status } = await moves.read(id);
      if (isRepeated) expect(status).to.equal("cancelled");
      await expectTold(id, "MoveCancelled", status === "cancelled");
    };
    return { person: client, path: `/moves/${id}/cancellation`, check };
  },
  "moves-complete": async () => {
    const id = await inTransit();
    const check = async (isRepeated: boolean): Promise<void> => {
      const { status } = await moves.read(id);
      if (isRepeated) expect(status).to.equal("completed");
      await expectTold(id, "MoveCompleted", status === "completed");
    };
    return { person: moves.employee, path: `/moves/${id}/completion`, check };
  },
  "moves-add-position": async () => {
    const person = moves.employee;
    const id = await withTruck();
    const path = `/moves/${id}/positions`;
    const check = async (isRepeated: boolean): Promise<void> => {
      const { items } = (await moves.send(person, "GET", path)).body as { items: unknown[] };
      expect(items.length).to.be.within(isRepeated ? 1 : 0, 1);
      // The first position is what starts a move.
      await expectTold(id, "MoveStarted", items.length === 1);
      await reach(id, items.length === 1 ? "in_transit" : "truck_assigned");
    };
    return { person, path, body: { lat: 40, lon: -3.7, at: new Date().toISOString() }, check };
  },
  "fleet-app": async () => {
    const person = moves.employee;
    const plate = crypto.randomUUID().slice(0, 8).toUpperCase();
    const check = async (isRepeated: boolean): Promise<void> => {
      const { items } = (await moves.send(person, "GET", "/trucks?limit=100")).body as {
        items: { plate: string }[];
      };
      const made = items.filter((truck) => truck.plate === plate);
      expect(made.length).to.be.within(isRepeated ? 1 : 0, 1);
    };
    return { person, path: "/trucks", body: { plate, capacityM3: 1 }, check };
  },
};

function post({ person, path, body }: Request, key: string): Promise<MoveAnswer> {
  const headers = { "idempotency-key": key };
  return moves.send(person, "POST", path, body === undefined ? { headers } : { body, headers });
}

/** A request of its own for each call that a function dies at; at first its client gives up, then it repeats it. */
async function dieAndRepeat(
  functionName: string,
  crash: Crash,
  calls: number,
  make: () => Promise<Request>,
): Promise<void> {
  const { faults, services } = cloud.cloud;
  const requests = await Promise.all(Array.from({ length: calls }, make));
  const keys = requests.map(() => crypto.randomUUID());
  for (const [index, request] of requests.entries()) {
    // A cold one reads its settings first.
    await services.lambda.killEnvironments(functionName);
    const target = { call: "*", caller: functionName, number: index + 1 };
    const { id } = faults.add({ target, effect: { action: crash }, times: 1 });
    const died = await post(request, keys[index] ?? "");
    expect(faults.remove(id)?.applied, `${crash} call ${index + 1} of ${functionName}`).to.equal(1);
    expect(died.status, "the answer of a function that died").to.be.within(500, 504);
  }
  await cloud.advance(LATE_WAKE_UP_MS);
  for (const request of requests) await request.check(false);
  for (const [index, request] of requests.entries()) {
    const { status, body } = await post(request, keys[index] ?? "");
    expect(status, JSON.stringify(body)).to.be.within(200, 202);
  }
  for (const request of requests) await request.check(true);
}

/** A whole move, and what must be true of it whatever died on the way. */
async function wholeStory(mostMails: number): Promise<void> {
  const client = moves.newClient();
  const id = await moves.register(client, newOrder(10));
  await reach(id, "truck_assigned");
  await afterRecovery(async () => expect((await moves.report(id, 40)).status).to.equal(201));
  await reach(id, "in_transit");
  expect((await moves.send(moves.employee, "POST", `/moves/${id}/completion`)).status).to.equal(200);
  await afterRecovery(async () => {
    expect((await moves.report(id, 41)).status, "a position after the end").to.equal(409);
    const mails = moves.mailsTo(client);
    expect(new Set(mails).size, mails.join(", ")).to.equal(3);
    for (const subject of mails)
      expect(mails.filter((mail) => mail === subject).length).to.be.at.most(mostMails);
    const events = moves.eventsOf(id);
    expect(Object.keys(events)).to.have.members([
      "MoveRegistered",
      "TruckAssigned",
      "MoveStarted",
      "MoveCompleted",
    ]);
    for (const [type, { ids }] of Object.entries(events)) expect(ids, type).to.equal(1);
  });
  expect(await moves.read(id)).to.include({ status: "completed", version: 4 });
}

/** A move gets a truck, which is told of once. */
async function selection(): Promise<void> {
  const id = await withTruck();
  await expectTold(id, "TruckAssigned", true);
}

describe("functions of moves and fleet that die", function () {
  this.timeout(300_000);

  before(async () => {
    cloud = await runningProgram();
    moves = new MovesDriver(cloud);
    await moves.addTruck(20);
  });

  for (const [operation, make] of Object.entries(REQUESTS)) {
    it(`${operation}: what was done is told of, and a repeated request has its effect once`, async () => {
      const functionName = functionNamed(cloud, operation);
      const first = await make();
      const calls = await callsOf(cloud, functionName, () => post(first, crypto.randomUUID()));
      for (const crash of CRASHES) await dieAndRepeat(functionName, crash, calls, make);
    });
  }

  const endAt = async (components: readonly string[], tell: () => Promise<void>): Promise<void> => {
    const names = components.map((component) => functionNamed(cloud, component));
    const story = async (): Promise<void> => {
      for (const name of names) await cloud.cloud.services.lambda.killEnvironments(name);
      await tell();
    };
    const calls = new Map<string, number>();
    for (const name of names) calls.set(name, await callsOf(cloud, name, story));
    for (const crash of CRASHES) await dyingAtEachCall(cloud, crash, calls, story);
  };

  it("relay, assignment and tracking: every move comes to its end, and nothing is told or done twice", () =>
    endAt(["moves-outbox-relay", "moves-apply-events", "moves-follow-moves", "moves-publish-started"], () =>
      wholeStory(1),
    ));

  it("the fleet's consumer and relay: every move gets its truck, once", () =>
    endAt(["fleet-consume", "fleet-outbox-relay"], selection));

  it("notification: every client is written of every step, twice only when it died between sending and noting", () =>
    endAt(["moves-notify-client"], () => wholeStory(2)));
});
