/**
 * The task manager while its surroundings fail by chance: nothing is lost, nothing is doubled. Chance is seeded: the title
 * of each test names its seed, and FAULTS_SEED sets another one.
 */
import { expect } from "chai";
import type { Fault } from "../../local/core/faults.ts";
import { resourcesOf } from "../../local/core/graph.ts";
import type { LocalCloud } from "../../local/local-cloud.ts";
import { eventually } from "../support/eventually.ts";
import { functionNamed } from "./support/crashes.ts";
import { runningProgram } from "./support/running-program.ts";
import { TasksDriver } from "./support/tasks.ts";

const SEED = Number(process.env.FAULTS_SEED ?? 20_261_123);
const TASKS = 60;
/** Requests under way at once. */
const CLIENTS = 15;
const POISON = 2;

let cloud: LocalCloud;
let tasks: TasksDriver;
let marker: string;

/** Creates tasks while faults happen; a client repeats what failed, with the same key. */
async function createAll(faults: readonly Fault[]): Promise<void> {
  const set = faults.map((fault, index) => cloud.cloud.faults.add({ ...fault, seed: SEED + index }));
  const waiting = Array.from({ length: TASKS }, (_, index) => `Task ${index} ${marker}`);
  const client = async (): Promise<void> => {
    for (let title = waiting.pop(); title !== undefined; title = waiting.pop()) await createSurely(title);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  await eventually(expectAllProcessed, 40_000);
  for (const { id } of set) {
    const report = cloud.cloud.faults.remove(id);
    expect(report?.applied, `how often this happened: ${JSON.stringify(report)}`).to.be.at.least(1);
  }
}

async function createSurely(title: string): Promise<void> {
  const headers = { "idempotency-key": crypto.randomUUID() };
  await eventually(async () => {
    const { status } = await tasks.api.send("POST", "/tasks", { body: { title }, headers });
    expect(status).to.equal(201);
  });
}

async function expectAllProcessed(): Promise<void> {
  const items = await tasks.itemsWith("title", marker);
  const open = items.filter(({ processedAt }) => processedAt === undefined);
  expect(open.map(({ title }) => title?.S)).to.deep.equal([]);
  expect(new Set(items.map(({ title }) => title?.S)).size, "different tasks").to.equal(TASKS);
  expect(items, "tasks").to.have.length(TASKS);
}

async function expectOneEffectEach(): Promise<void> {
  const ids = (await tasks.itemsWith("title", marker)).map(({ id }) => String(id?.S));
  const effects = await tasks.effects();
  for (const id of ids)
    expect(
      effects.filter((key) => key.includes(id)),
      `effects of ${id}`,
    ).to.have.length(1);
}

async function expectMailAboutAll(): Promise<void> {
  const subjects = new Set(tasks.emailsAbout(marker).map(({ subject }) => subject));
  expect(subjects.size, "tasks that the team got an e-mail about").to.equal(TASKS);
}

function queueArn(name: string): string {
  const queue = resourcesOf(cloud.graph, "aws:sqs/queue:Queue").find((each) => each.name === name);
  return String(queue?.outputs.arn);
}

describe(`the task manager among faults (seed ${SEED})`, function () {
  this.timeout(90_000);

  before(async () => {
    cloud = await runningProgram();
    tasks = new TasksDriver(cloud);
    await tasks.setVisibilityTimeout(1);
  });

  beforeEach(() => {
    marker = crypto.randomUUID();
  });

  afterEach(() => cloud.reset());
  after(() => tasks.restoreVisibilityTimeout());

  it("deliveries that come twice or out of order, one in five, have one effect each", async () => {
    const effects = [{ action: "duplicate" }, { action: "reorder" }] as const;
    const twice = (["dynamodb", "sns", "sqs"] as const).map(
      (delivery): Fault => ({ target: { delivery }, effect: effects[0], probability: 0.2 }),
    );
    const late = (["sns", "sqs"] as const).map(
      (delivery): Fault => ({ target: { delivery }, effect: effects[1], probability: 0.2 }),
    );
    await createAll([...twice, ...late]);
    await expectOneEffectEach();
  });

  it("a table that throttles four calls in ten loses and doubles nothing", async () => {
    const target = { call: "dynamodb:*", caller: "tasks-*" };
    await createAll([{ target, effect: { action: "throttle" }, probability: 0.4 }]);
    await expectOneEffectEach();
  });

  it("a topic that refuses publications for a while is told in the end", async () => {
    const target = { call: "sns:Publish*", caller: functionNamed(cloud, "tasks-publish-created") };
    const effect = { action: "error", code: "InvalidParameter" } as const;
    await createAll([{ target, effect, times: 2 }]);
    await expectOneEffectEach();
    await eventually(expectMailAboutAll);
  });

  it("messages that cannot be handled end in the dead-letter queue, and the others do not wait", async () => {
    const { sqs } = cloud.cloud.services;
    for (let index = 1; index <= POISON; index++)
      await sqs.send(queueArn("tasks-work-queue"), `poison ${index}`);
    await createAll([]);
    await expectOneEffectEach();
    await eventually(async () => {
      const { messages } = await sqs.inspect(queueArn("tasks-work-dead-letters-queue"));
      expect(messages.map(({ body }) => body)).to.have.members(["poison 1", "poison 2"]);
    });
    expect(await sqs.inspect(queueArn("tasks-work-queue"))).to.include({ visible: 0, inFlight: 0 });
  });
});
