import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { expect } from "chai";
import type { BookedEntry } from "../../local/core/log-book.ts";
import type { LocalCloud } from "../../local/local-cloud.ts";
import { eventually } from "../support/eventually.ts";
import { ApiClient } from "./support/client.ts";
import { putOrphanFile } from "./support/orphan-file.ts";
import { runningProgram } from "./support/running-program.ts";

let cloud: LocalCloud;

async function follow(id: string): Promise<readonly BookedEntry[]> {
  const answer = await fetch(`${cloud.world.endpoint}/_local/trace/${encodeURIComponent(id)}`);
  expect(answer.status, id).to.equal(200);
  return ((await answer.json()) as { items: BookedEntry[] }).items;
}

/** The entries that these patterns describe, in this order among others; kinds, sources and messages in one text. */
async function expectSteps(id: string, steps: readonly RegExp[]): Promise<readonly BookedEntry[]> {
  return eventually(async () => {
    const entries = await follow(id);
    const texts = entries.map(({ kind, source, message }) => `${kind} ${source} ${message}`);
    let from = 0;
    for (const step of steps) {
      const index = texts.findIndex((text, at) => at >= from && step.test(text));
      expect(index, `${step} after step ${from} of\n${texts.join("\n")}`).to.be.at.least(from);
      from = index + 1;
    }
    return entries;
  });
}

describe("following what happens", () => {
  before(async function () {
    this.timeout(60_000);
    cloud = await runningProgram();
  });

  it("from a request of the API to the worker behind stream, topic and queue, by the id that the client gave it", async () => {
    const { tasksApiUrl, tasksApiKey } = cloud.outputValues;
    const api = new ApiClient(String(tasksApiUrl), { "x-api-key": String(tasksApiKey) });
    const id = `follow-${crypto.randomUUID()}`;
    const answer = await api.send("POST", "/tasks", {
      body: { title: "Follow me" },
      headers: { "x-request-id": id },
    });
    expect(answer.status).to.equal(201);
    expect(answer.headers.get("x-request-id")).to.equal(id);
    const entries = await expectSteps(id, [
      /^call dynamodb TransactWriteItems .*tasks-create/,
      /^invocation tasks-create/,
      /^request tasks-api\S* POST \/tasks → 201/,
      /^call sns PublishBatch .*tasks-publish-created/,
      /^invocation tasks-process-task/,
    ]);
    const kinds = entries.map(({ kind, source }) => `${kind} ${source.replace(/-[a-z]+-[0-9a-f]{7}$/, "")}`);
    expect(kinds).to.include("mail mailbox").and.to.include("invocation tasks-publish-created");
    const { id: taskId } = answer.body as { id: string };
    const others = entries.filter(({ kind, message }) => kind === "request" && message.includes(taskId));
    expect(others, "other requests about the same task").to.deep.equal([]);
  });

  it("from the header of AWS's own tracing, which the function and the answer get", async () => {
    const api = new ApiClient(String(cloud.outputValues.recordsApiUrl));
    const trace = `1-${"0".repeat(8)}-${crypto.randomUUID().replaceAll("-", "").slice(0, 24)}`;
    const headers = { "x-amzn-trace-id": `Root=${trace};Parent=53995c3f42cd8ad8;Sampled=1` };
    const answer = await api.once("POST", "/records", { body: { name: "traced" }, headers });
    expect(answer.headers.get("x-amzn-trace-id")).to.contain(`Root=${trace}`);
    const entries = await expectSteps(trace, [/^call dynamodb /, /^invocation records-create/, /^request /]);
    expect(new Set(entries.map((entry) => entry.trace))).to.deep.equal(new Set([trace]));
  });

  it("from a schedule that is run now", async () => {
    const schedule = cloud.graph.resources.find(({ type }) => type === "aws:scheduler/schedule:Schedule");
    const { groupName, name } = schedule?.outputs ?? {};
    const trace = `1-${"1".repeat(8)}-${crypto.randomUUID().replaceAll("-", "").slice(0, 24)}`;
    const path = `_local/schedules/${String(groupName)}/${String(name)}/run`;
    const headers = { "x-amzn-trace-id": `Root=${trace}` };
    const answer = await fetch(`${cloud.world.endpoint}/${path}`, { method: "POST", headers });
    expect(answer.status).to.equal(200);
    await expectSteps(trace, [
      /^event scheduler /,
      /^call dynamodb PutItem by records-track-prices/,
      /^invocation records-track-prices/,
    ]);
  });

  it("from a call of the SDK through the event that it causes to the function, by the call's request id", async () => {
    await expectSteps(await putOrphanFile(cloud), [
      /^event events aws\.s3 "Object Created" → rule /,
      /^call s3 DeleteObject by tasks-attachment-stored/,
      /^invocation tasks-attachment-stored\S* events /,
    ]);
  });

  it("from an event of the SDK, by the event's id", async () => {
    const { endpoint, region } = cloud.world;
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const client = new EventBridgeClient({ endpoint, region, credentials });
    const entry = { Source: "test.follow", DetailType: "Nobody Listens", Detail: "{}" };
    const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: [entry] }));
    await expectSteps(String(Entries[0]?.EventId), [
      /^event events test\.follow "Nobody Listens" → no rule/,
      /^call events PutEvents/,
    ]);
  });
});
