/** The control API's faults, queues, events and reset, on the program of this repository. */
import { expect } from "chai";
import { eventually } from "../support/eventually.ts";
import { ApiClient } from "./support/client.ts";
import { functionNamed } from "./support/crashes.ts";
import { runningProgram } from "./support/running-program.ts";
import { TasksDriver, type Upload } from "./support/tasks.ts";

interface Items {
  readonly items: readonly Readonly<Record<string, unknown>>[];
}

let control: ApiClient;
let tasks: TasksDriver;
let cloud: Awaited<ReturnType<typeof runningProgram>>;

async function items(path: string): Promise<Items["items"]> {
  const { status, body } = await control.once("GET", path);
  expect(status).to.equal(200);
  return (body as Items).items;
}

/** The name of the queue behind the topic of task events, or of its dead-letter queue. */
async function queueNamed(part: string): Promise<string> {
  const found = (await items("/queues")).find(({ name }) => String(name).includes(part));
  return String(found?.name);
}

/** Alarms are as new after a reset, and may be evaluated in any moment: when the minute is over. */
function isOfAlarm({ source, subject }: Items["items"][number]): boolean {
  return source === "aws.cloudwatch" || /^(ALARM|OK): /.test(String(subject));
}

describe("the control API", function () {
  this.timeout(60_000);

  before(async () => {
    cloud = await runningProgram();
    control = new ApiClient(`${cloud.world.endpoint}/_local`);
    tasks = new TasksDriver(cloud);
  });

  afterEach(() => control.once("DELETE", "/faults"));

  it("sets a fault, tells how often it happened, and removes it", async () => {
    const fault = {
      target: { call: "dynamodb:TransactWriteItems", caller: functionNamed(cloud, "tasks-create") },
      effect: { action: "error", code: "InternalServerError", status: 500 },
      times: 1,
    };
    const { status, body } = await control.once("POST", "/faults", { body: fault });
    expect(status).to.equal(200);
    const { id } = body as { id: string };
    await tasks.create("The SDK tries again");
    expect(await items("/faults")).to.deep.equal([{ id, ...fault, matched: 1, applied: 1 }]);
    expect((await control.once("DELETE", `/faults/${id}`)).status).to.equal(200);
    expect((await control.once("DELETE", `/faults/${id}`)).status).to.equal(404);
    expect(await items("/faults")).to.deep.equal([]);
  });

  it("refuses a fault with everything that is wrong with it", async () => {
    const refused = async (body: object): Promise<string> => {
      const answer = await control.once("POST", "/faults", { body });
      expect(answer.status).to.equal(400);
      return (answer.body as { message: string }).message;
    };
    expect(await refused({ target: {}, effect: { action: "crash" } })).to.match(/function, call, delivery/);
    const wrong = await refused({
      target: { call: "Put Item", number: 0 },
      effect: { action: "error" },
      probability: 2,
      often: true,
    });
    for (const part of ["target.call", "target.number", "effect.code", "probability", "often"]) {
      expect(wrong).to.include(part);
    }
    const lost = { target: { delivery: "sns" }, effect: { action: "drop" } };
    expect(await refused(lost)).to.include("effect.action");
    const reordered = { target: { delivery: "dynamodb" }, effect: { action: "reorder" } };
    expect(await refused(reordered)).to.include("keeps its order");
    expect(await items("/faults")).to.deep.equal([]);
  });

  it("shows a queue's messages, forces them to its dead-letter queue and moves them back", async () => {
    const worker = functionNamed(cloud, "tasks-process-task");
    const work = await queueNamed("tasks-work-queue");
    const dead = await queueNamed("tasks-work-dead");
    await tasks.setVisibilityTimeout(1);
    const fault = { target: { function: worker }, effect: { action: "throttle" } };
    await control.once("POST", "/faults", { body: fault });
    const id = await tasks.create("Waits in the queue");
    const holds = async (queue: string) => {
      const { body } = await control.once("GET", `/queues/${queue}`);
      return (body as { messages: { body: string }[] }).messages.some((message) => message.body.includes(id));
    };
    await eventually(async () => expect(await holds(work)).to.equal(true));
    await eventually(async () => {
      await control.once("POST", `/queues/${work}/dead-letter`);
      expect(await holds(dead)).to.equal(true);
    });
    expect(await holds(work)).to.equal(false);
    await control.once("DELETE", "/faults");
    expect((await control.once("POST", `/queues/${dead}/redrive`)).body).to.have.property("taskHandle");
    await eventually(() => tasks.expectProcessed(id));
    await tasks.restoreVisibilityTimeout();
    expect((await control.once("GET", "/queues/unknown")).status).to.equal(404);
  });

  it("shows the events of the buses with the rules that they matched", async () => {
    const id = await tasks.create("With a file");
    const file = { fileName: "notes.txt", contentType: "text/plain", size: 5 };
    const { body } = await tasks.api.send("POST", `/tasks/${id}/upload`, { body: file });
    await tasks.upload((body as { upload: Upload }).upload, "hello", "text/plain");
    await eventually(async () => {
      const found = (await items("/events?bus=default")).find((event) => JSON.stringify(event).includes(id));
      expect(found).to.include({ source: "aws.s3", detailType: "Object Created", bus: "default" });
      expect(found?.rules).to.have.length(1);
    });
  });

  it("resets: what was written is gone, what the program declares is there, and everything works", async () => {
    const id = await tasks.create("Is forgotten");
    await eventually(() => expect(tasks.emailsAbout(id)).to.not.be.empty);
    const question = { body: new TextEncoder().encode("x"), headers: { "content-type": "image/png" } };
    expect((await tasks.api.send("POST", `/tasks/${id}/upload`, question)).status).to.equal(201);
    // What is under way may write after the reset.
    await cloud.advance(0);
    await control.once("POST", "/faults", {
      body: { target: { call: "*" }, effect: { action: "throttle" } },
    });

    expect((await control.once("POST", "/reset")).status).to.equal(200);
    expect((await tasks.api.send("GET", "/tasks")).body).to.deep.equal({ items: [] });
    expect(await tasks.filesUnder("")).to.deep.equal([]);
    for (const path of ["/emails", "/events", "/faults"]) {
      const left = (await items(path)).filter((item) => !isOfAlarm(item));
      expect(left, `${path}: ${JSON.stringify(left)}`).to.deep.equal([]);
    }
    for (const queue of await items("/queues")) {
      expect(queue).to.include({ visible: 0, inFlight: 0, delayed: 0 });
    }

    const next = await tasks.create("Is the first");
    await eventually(() => tasks.expectProcessed(next));
    await eventually(() => expect(tasks.emailsAbout(next)).to.have.length(1));
    await tasks.api.send("DELETE", `/tasks/${next}`);
    await eventually(async () => expect(await tasks.itemsWith("pk", next)).to.deep.equal([]));
  });
});
