import "../support/environment.ts";
import { createHash } from "node:crypto";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { expect } from "chai";
import type { Bucket } from "../../../handlers/shared/bucket.ts";
import type { Table } from "../../../handlers/shared/dynamo.ts";
import type { TopicMessage } from "../../../handlers/shared/topic.ts";
import { showImport } from "../../../handlers/tasks/get-import.ts";
import { beginImport } from "../../../handlers/tasks/import-begin.ts";
import { importNext } from "../../../handlers/tasks/import-chunk.ts";
import { failImport } from "../../../handlers/tasks/import-failed.ts";
import { reportImport } from "../../../handlers/tasks/import-report.ts";
import { markReported } from "../../../handlers/tasks/import-store.ts";
import { CHUNK_ROWS } from "../../../handlers/tasks/imports/chunk.ts";
import type { ImportState } from "../../../handlers/tasks/imports/state.ts";
import { importObject } from "../../../handlers/tasks/objects.ts";
import { startImport } from "../../../handlers/tasks/start-import.ts";
import type { TaskItem } from "../../../handlers/tasks/task.ts";
import { removeTask, replaceFields } from "../../../handlers/tasks/task-store.ts";
import { itemsOf, newBucket, newTable } from "../support/aws.ts";
import { request } from "../support/events.ts";
import { problemOf } from "../support/problems.ts";

let table: Table;
let bucket: Bucket;
let reports: TopicMessage[];

const topic = { publish: async (message: TopicMessage) => void reports.push(message) };
const HEADER = "title,description,type,dueAt,priority";
const plenty = () => 60_000;

async function start(): Promise<string> {
  const body = { fileName: "tasks.csv", size: 1000 };
  return ((await startImport(request("POST /imports", { body }), table, bucket)).body as { importId: string })
    .importId;
}

/** Puts the file there and makes the event of it. */
async function uploaded(importId: string, text: string | Buffer) {
  const body = Buffer.from(text);
  const key = importObject(importId);
  await bucket.client.send(new PutObjectCommand({ Bucket: bucket.name, Key: key, Body: body }));
  const etag = createHash("md5").update(body).digest("hex");
  const object = { key, size: body.length, etag, "version-id": "", sequencer: "1" };
  return {
    detail: {
      version: "0" as const,
      bucket: { name: bucket.name },
      object,
      "request-id": "r",
      requester: "r",
      "source-ip-address": "127.0.0.1",
      reason: "POST Object" as const,
    },
  };
}

const show = async (id: string) =>
  (await showImport(request("GET /imports/{id}", { path: { id } }), table)).body as Record<string, unknown>;

/** Runs the workflow as its definition does. */
async function run(event: Awaited<ReturnType<typeof uploaded>>, execution = "execution-1") {
  let state = await beginImport({ execution, state: event }, table, bucket);
  while (state.action === "import" && !state.done) {
    state = await importNext({ execution, state }, table, bucket, plenty);
  }
  if (state.action === "import") await reportImport({ execution, state }, table, topic);
  if (state.action === "fail") await failImport({ execution, state }, table, topic);
  return state;
}

async function begun(text: string): Promise<ImportState> {
  const state = await beginImport(
    { execution: "execution-1", state: await uploaded(await start(), text) },
    table,
    bucket,
  );
  if (state.action !== "import") throw new Error(`The import did not begin: ${state.reason}`);
  return state;
}

const tasks = async () => (await itemsOf(table)).filter(({ sk }) => sk === "TASK") as unknown as TaskItem[];

describe("CSV import", () => {
  before(async function () {
    this.timeout(30_000);
    bucket = await newBucket();
    await newTable();
  });

  beforeEach(async () => {
    table = await newTable();
    reports = [];
  });

  it("waits for its file, with a form for one CSV file of at most the size that was named", async () => {
    const { status, headers, body } = await startImport(
      request("POST /imports", { body: { fileName: "mine.csv", size: 10 } }),
      table,
      bucket,
    );
    const { importId, upload } = body as { importId: string; upload: { fields: Record<string, string> } };
    expect(status).to.equal(201);
    expect(headers?.location).to.equal(`https://api.example.com/live/imports/${importId}`);
    expect(upload.fields).to.include({ key: `imports/${importId}/tasks.csv`, "Content-Type": "text/csv" });
    expect(await show(importId)).to.include({
      importId,
      fileName: "mine.csv",
      status: "waiting",
      created: 0,
      rejected: 0,
    });
  });

  for (const body of [
    { fileName: "a.csv" },
    { fileName: "a.exe", size: 1 },
    { fileName: "a.csv", size: 200_000_000 },
  ]) {
    it(`is refused for ${JSON.stringify(body)}`, async () => {
      await problemOf(() => startImport(request("POST /imports", { body }), table, bucket), 400);
    });
  }

  it("creates a task for each good row and reports the bad ones by line", async () => {
    const id = await start();
    await run(
      await uploaded(id, `${HEADER}\nOne,"two\nlines",standard,,low\n,,,,\nThree,,epic,,\nFour,,,,high\n`),
    );
    const report = await show(id);
    expect(report).to.include({ status: "partial", created: 2, rejected: 2 });
    expect((report.errors as { line: number }[]).map(({ line }) => line)).to.deep.equal([4, 5]);
    expect((await tasks()).map(({ title }) => title)).to.have.members(["One", "Four"]);
    expect((await tasks())[0]).to.include({
      source: "import",
      importId: id,
      correlationId: "gateway-request",
      version: 1,
    });
    expect(reports).to.have.length(1);
    expect(reports[0]?.email).to.contain(id).and.contain("Line 4: ");
  });

  it("takes a file of several chunks and counts every row once", async function () {
    this.timeout(30_000);
    const rows = Array.from({ length: CHUNK_ROWS + 10 }, (_, index) => `Row ${index},,,,`);
    const id = await start();
    await run(await uploaded(id, [HEADER, ...rows].join("\r\n")));
    expect(await show(id)).to.include({ status: "completed", created: CHUNK_ROWS + 10, rejected: 0 });
    expect((await tasks()).length).to.equal(CHUNK_ROWS + 10);
  });

  it("ends a chunk early when its time runs out, and goes on from there", async () => {
    const state = await begun(`${HEADER}\nOne,,,,\nTwo,,,,\n`);
    const next = await importNext({ execution: "execution-1", state }, table, bucket, () => 1000);
    expect(next).to.include({ action: "import", created: 1, line: 3, done: false });
    const last = await importNext(
      { execution: "execution-1", state: next as ImportState },
      table,
      bucket,
      plenty,
    );
    expect(last).to.include({ created: 2, done: true });
  });

  it("creates nothing twice when a chunk is repeated, and leaves changed tasks as they are", async () => {
    const step = { execution: "execution-1", state: await begun(`${HEADER}\nOne,,,,\n,,,,\n`) };
    const first = await importNext(step, table, bucket, plenty);
    const [task] = await tasks();
    if (!task) throw new Error("There is no task");
    const { type, priority, status } = task;
    await replaceFields(table, task, { title: "Changed", type, priority, status }, new Date());
    expect(await importNext(step, table, bucket, plenty)).to.deep.equal(first);
    expect((await tasks()).map(({ title }) => title)).to.deep.equal(["Changed"]);
    expect(await show(step.state.importId)).to.include({ created: 1, rejected: 1 });
  });

  it("is done once however often its event comes", async () => {
    const id = await start();
    const event = await uploaded(id, `${HEADER}\nOne,,,,\n`);
    await run(event);
    const [task] = await tasks();
    await removeTask(table, task?.id ?? "", undefined);
    expect(await run(event, "execution-2")).to.include({ action: "skip" });
    expect(await run(event, "execution-1")).to.include({ action: "skip" });
    expect(await tasks()).to.be.empty;
    expect(await show(id)).to.include({ status: "completed", created: 1 });
    expect(reports).to.have.length(1);
  });

  it("can begin again in the same execution after its first step broke", async () => {
    const event = await uploaded(await start(), `${HEADER}\nOne,,,,\n`);
    const first = await beginImport({ execution: "execution-1", state: event }, table, bucket);
    const again = await beginImport({ execution: "execution-1", state: event }, table, bucket);
    expect([first.action, again.action]).to.deep.equal(["import", "import"]);
  });

  it("of objects that nobody announced is skipped", async () => {
    expect(await run(await uploaded(crypto.randomUUID(), HEADER))).to.include({ action: "skip" });
    const event = await uploaded(await start(), HEADER);
    const object = { ...event.detail.object, key: "imports/../x" };
    expect(await run({ detail: { ...event.detail, object } })).to.include({ action: "skip" });
    expect(await itemsOf(table)).to.have.length(1);
  });

  for (const [what, text, reason] of [
    ["is no CSV of tasks", "name,age\nx,1\n", /^The header must name/],
    ["is empty", "", /^The file is empty/],
    ["has a header only", `${HEADER}\n\n`, /^The file has no rows/],
    ["is compressed", Buffer.from("1f8b08000000", "hex"), /gzip/],
    ["has bad rows only", `${HEADER}\n,,,,\n`, /^No row/],
  ] as const) {
    it(`fails with a reason when the file ${what}`, async () => {
      const id = await start();
      await run(await uploaded(id, text));
      const report = await show(id);
      expect(report).to.include({ status: "failed", created: 0 });
      expect(report.reason).to.match(reason);
      expect(reports).to.have.length(1);
      expect(reports[0]?.attributes).to.include({ status: "failed" });
    });
  }

  it("keeps and counts the rows before an endless line, then fails", async () => {
    const id = await start();
    await run(await uploaded(id, `${HEADER}\nOne,,,,\n${"x".repeat(70_000)}\nTwo,,,,\n`));
    const report = await show(id);
    expect(report).to.include({ status: "failed", created: 1, rejected: 0 });
    expect(report.errors).to.deep.equal([{ line: 3, reason: report.reason }]);
  });

  it("lists the first 100 of many bad rows", async () => {
    const id = await start();
    await run(await uploaded(id, `${HEADER}\n${",,,,\n".repeat(150)}`));
    const report = await show(id);
    expect(report).to.include({ rejected: 150 });
    expect(report.errors).to.have.length(100);
    expect(reports[0]?.email).to.contain("50 more");
  });

  it("fails when the file is replaced meanwhile", async () => {
    const state = await begun(`${HEADER}\nOne,,,,\n`);
    await uploaded(state.importId, `${HEADER}\nOther,,,,\n`);
    const next = await importNext({ execution: "execution-1", state }, table, bucket, plenty);
    expect(next).to.include({ action: "fail" });
    expect(await tasks()).to.be.empty;
  });

  describe("broken off by an error", () => {
    it("is failed, with what was counted, and reported once", async () => {
      const state = await begun(`${HEADER}\nOne,,,,\n`);
      await importNext({ execution: "execution-1", state }, table, bucket, plenty);
      for (let time = 0; time < 2; time++)
        await failImport({ execution: "execution-1", state }, table, topic);
      expect(await show(state.importId)).to.include({ status: "failed", created: 1 });
      expect(reports).to.have.length(1);
    });

    it("in its first step is failed by the key of its object", async () => {
      const id = await start();
      await failImport({ execution: "execution-1", state: await uploaded(id, HEADER) }, table, topic);
      expect(await show(id)).to.include({ status: "failed" });
    });

    it("is left alone when another execution has it, or when it has ended well", async () => {
      const id = await start();
      const event = await uploaded(id, `${HEADER}\nOne,,,,\n`);
      await run(event);
      await failImport({ execution: "execution-2", state: event }, table, topic);
      await failImport({ execution: "execution-1", state: event }, table, topic);
      expect(await show(id)).to.include({ status: "completed" });
      expect(reports).to.have.length(1);
    });
  });

  it("is reported again only when it is not known that the report was sent", async () => {
    const state = { ...(await begun(`${HEADER}\nOne,,,,\n`)), created: 1, done: true };
    const broken = { publish: () => Promise.reject(new Error("down")) };
    const step = { execution: "execution-1", state };
    await reportImport(step, table, broken).catch(() => undefined);
    await reportImport(step, table, topic);
    await reportImport(step, table, topic);
    expect(reports).to.have.length(1);
    await markReported(table, state.importId, new Date());
  });

  it("is unknown under any other id", async () => {
    await problemOf(() => show(crypto.randomUUID()), 404);
    await problemOf(() => show("x"), 404);
  });
});
