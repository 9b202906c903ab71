import type { DynamoDBRecord } from "aws-lambda";
import { expect } from "chai";
import { resourcesOf } from "../../local/core/graph.ts";
import type { LocalCloud } from "../../local/local-cloud.ts";
import { eventually } from "../support/eventually.ts";
import { functionNamed } from "./support/crashes.ts";
import { runningProgram } from "./support/running-program.ts";
import { TasksDriver } from "./support/tasks.ts";

/** So many tasks are created while publisher and worker die. */
const TASKS = 30;

/** Below the five times that a message is tried. */
const MOST_DEATHS = 4;

let cloud: LocalCloud;
let tasks: TasksDriver;

/** The record with which the table's stream announced a task. */
async function streamRecordOf(id: string): Promise<DynamoDBRecord> {
  const { dynamodb } = cloud.cloud.services;
  const table = resourcesOf(cloud.graph, "aws:dynamodb/table:Table").find(
    ({ name }) => name === "tasks-table",
  );
  const stream = String(table?.outputs.streamArn);
  for (const shard of await dynamodb.shards(stream)) {
    let iterator: string | undefined = await dynamodb.iterator(stream, shard, "TRIM_HORIZON");
    let read = 1;
    while (iterator !== undefined && read > 0) {
      const batch = await dynamodb.records(stream, iterator, 1000);
      const found = batch.records.find(({ dynamodb: change }) => change?.NewImage?.id?.S === id);
      if (found) return found;
      read = batch.records.length;
      iterator = batch.nextIterator;
    }
  }
  throw new Error(`The stream has no record of ${id}`);
}

function diedIn(component: string): number {
  const name = functionNamed(cloud, component);
  const { invocations } = cloud.cloud.services.lambda;
  return invocations().filter(({ functionName, error }) => functionName === name && error).length;
}

/** Kills a function whenever it runs, fewer times than its queue or stream tries. Returns the way to stop. */
function killAgainAndAgain(component: string): () => Promise<void> {
  const { lambda } = cloud.cloud.services;
  let stopped = false;
  const killing = (async () => {
    while (!stopped || diedIn(component) === 0) {
      if (diedIn(component) >= MOST_DEATHS) return;
      await lambda.killEnvironments(functionNamed(cloud, component));
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  })();
  return () => {
    stopped = true;
    return killing;
  };
}

describe("what happens after a task is created", () => {
  before(async function () {
    this.timeout(60_000);
    cloud = await runningProgram();
    tasks = new TasksDriver(cloud);
  });

  after(() => tasks.restoreVisibilityTimeout());

  it("the team gets one e-mail that names the task", async () => {
    const marker = crypto.randomUUID();
    await tasks.create(`Mail ${marker}`);
    const [mail, ...more] = await eventually(() => {
      const found = tasks.emailsAbout(marker);
      expect(found).to.not.be.empty;
      return found;
    });
    expect(more).to.deep.equal([]);
    expect(mail).to.include({ to: "team@example.com", kind: "email" });
  });

  it("the worker handles it in the background, with the external service, and notes when", async () => {
    const id = await tasks.create("Call the painter");
    await eventually(() => tasks.expectProcessed(id));
    expect(await tasks.effectsOf(id)).to.have.length(1);
    expect((await tasks.api.send("GET", `/tasks/${id}`)).body).to.include({ category: "communication" });
  });

  it("an event that the stream delivers nine times has one effect", async () => {
    const id = await tasks.create("Delivered again and again");
    const event = { Records: [await eventually(() => streamRecordOf(id))] };
    const publisher = resourcesOf(cloud.graph, "aws:lambda/alias:Alias").find(({ name }) =>
      name.includes("publish"),
    );
    const { lambda } = cloud.cloud.services;
    const again = Array.from({ length: 8 }, () =>
      lambda.invoke(String(publisher?.outputs.arn), event, "test"),
    );
    for (const { functionError, payload } of await Promise.all(again))
      expect(functionError, payload).to.equal(undefined);
    await eventually(() => expect(tasks.emailsAbout(id)).to.have.length(9));
    await eventually(() => tasks.expectProcessed(id));
    expect(await tasks.effectsOf(id)).to.have.length(1);
  });

  it("nothing is lost and no effect is doubled when publisher and worker die again and again", async function () {
    this.timeout(120_000);
    await tasks.setVisibilityTimeout(1);
    const marker = crypto.randomUUID();
    const titles = Array.from({ length: TASKS }, (_, index) => `Crash ${index} ${marker}`);
    const killers = [killAgainAndAgain("tasks-publish-created"), killAgainAndAgain("tasks-process-task")];
    const ids = await Promise.all(titles.map((title) => tasks.create(title))).finally(() =>
      Promise.all(killers.map((stop) => stop())),
    );
    await eventually(() => Promise.all(ids.map((id) => tasks.expectProcessed(id))), 90_000);
    expect(diedIn("tasks-publish-created"), "deaths of the publisher").to.be.at.least(1);
    expect(diedIn("tasks-process-task"), "deaths of the worker").to.be.at.least(1);
    for (const id of ids) expect(await tasks.effectsOf(id), `effects of ${id}`).to.have.length(1);
    await eventually(() => {
      for (const title of titles) expect(tasks.emailsAbout(title), `mail about ${title}`).to.not.be.empty;
    });
  });
});
