import { SetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { DynamoDBRecord } from "aws-lambda";
import { expect } from "chai";
import { resourcesOf } from "../../local/core/graph.ts";
import type { LocalCloud } from "../../local/local-cloud.ts";
import { eventually } from "../support/eventually.ts";
import { ApiClient } from "./support/client.ts";
import { runningProgram } from "./support/running-program.ts";

/** So many tasks are created while publisher and worker die. */
const TASKS = 30;

/** Below the five times that a message is tried. */
const MOST_DEATHS = 4;

let cloud: LocalCloud;
let api: ApiClient;

async function newTask(title: string): Promise<string> {
  const answer = await api.send("POST", "/tasks", { body: { title } });
  expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
  return (answer.body as { id: string }).id;
}

async function isProcessed(id: string): Promise<void> {
  const { body } = await api.send("GET", `/tasks/${id}`);
  expect((body as { processedAt?: string }).processedAt, `processedAt of ${id}`).to.be.a("string");
}

function emailsAbout(text: string) {
  return cloud.cloud.services.mailbox
    .list()
    .filter(({ subject, body }) => `${subject}\n${body}`.includes(text));
}

/** What the external service did for a task, by idempotency key: more than one key is an effect that was doubled. */
async function effectsOf(id: string): Promise<readonly string[]> {
  const answer = await fetch(`${cloud.world.endpoint}/_local/stand-ins/task-service/effects`);
  const { items } = (await answer.json()) as { items: { key: string }[] };
  return items.map(({ key }) => key).filter((key) => key.includes(id));
}

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

/** Makes messages of a worker that died come back soon, not after the minutes that the queue is made for. */
async function hurryRedelivery(): Promise<void> {
  const { endpoint, region } = cloud.world;
  const sqs = new SQSClient({
    endpoint,
    region,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const queue = resourcesOf(cloud.graph, "aws:sqs/queue:Queue").find(
    ({ name }) => name === "tasks-work-queue",
  );
  const Attributes = { VisibilityTimeout: "1" };
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: String(queue?.outputs.url), Attributes }));
}

function functionNamed(part: string): string {
  const found = resourcesOf(cloud.graph, "aws:lambda/function:Function").find(({ name }) =>
    name.includes(part),
  );
  if (!found) throw new Error(`No function is named like ${part}`);
  return String(found.outputs.name);
}

function diedIn(part: string): number {
  const name = functionNamed(part);
  const { invocations } = cloud.cloud.services.lambda;
  return invocations().filter(({ functionName, error }) => functionName === name && error).length;
}

/** Kills a function whenever it runs, fewer times than its queue or stream tries. Returns the way to stop. */
function killAgainAndAgain(part: string): () => Promise<void> {
  const { lambda } = cloud.cloud.services;
  let stopped = false;
  const killing = (async () => {
    while (!stopped || diedIn(part) === 0) {
      if (diedIn(part) >= MOST_DEATHS) return;
      await lambda.killEnvironments(functionNamed(part));
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
    api = new ApiClient(String(cloud.outputValues.tasksApiUrl), {
      "x-api-key": String(cloud.outputValues.tasksApiKey),
    });
  });

  it("the team gets one e-mail that names the task", async () => {
    const marker = crypto.randomUUID();
    await newTask(`Mail ${marker}`);
    const [mail, ...more] = await eventually(() => {
      const found = emailsAbout(marker);
      expect(found).to.not.be.empty;
      return found;
    });
    expect(more).to.deep.equal([]);
    expect(mail).to.include({ to: "team@example.com", kind: "email" });
  });

  it("the worker handles it in the background, with the external service, and notes when", async () => {
    const id = await newTask("Call the painter");
    await eventually(() => isProcessed(id));
    expect(await effectsOf(id)).to.have.length(1);
    expect((await api.send("GET", `/tasks/${id}`)).body).to.include({ category: "communication" });
  });

  it("an event that the stream delivers nine times has one effect", async () => {
    const id = await newTask("Delivered again and again");
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
    await eventually(() => expect(emailsAbout(id)).to.have.length(9));
    await eventually(() => isProcessed(id));
    expect(await effectsOf(id)).to.have.length(1);
  });

  it("nothing is lost and no effect is doubled when publisher and worker die again and again", async function () {
    this.timeout(120_000);
    await hurryRedelivery();
    const marker = crypto.randomUUID();
    const titles = Array.from({ length: TASKS }, (_, index) => `Crash ${index} ${marker}`);
    const killers = [killAgainAndAgain("publish"), killAgainAndAgain("process")];
    const ids = await Promise.all(titles.map(newTask)).finally(() =>
      Promise.all(killers.map((stop) => stop())),
    );
    await eventually(() => Promise.all(ids.map(isProcessed)), 90_000);
    expect(diedIn("publish"), "deaths of the publisher").to.be.at.least(1);
    expect(diedIn("process"), "deaths of the worker").to.be.at.least(1);
    for (const id of ids) expect(await effectsOf(id), `effects of ${id}`).to.have.length(1);
    await eventually(() => {
      for (const title of titles) expect(emailsAbout(title), `mail about ${title}`).to.not.be.empty;
    });
  });
});
