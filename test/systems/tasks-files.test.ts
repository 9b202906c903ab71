import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { ListExecutionsCommand, SFNClient } from "@aws-sdk/client-sfn";
import { expect } from "chai";
import type { TasksClient } from "../../client/index.ts";
import { resourcesOf } from "../../local/core/graph.ts";
import { eventually } from "../support/eventually.ts";
import { ApiClient } from "./support/client.ts";
import { runningProgram } from "./support/running-program.ts";
import { sendForm, type Upload } from "./support/tasks.ts";
import { dataOf, typedTasks } from "./support/typed-clients.ts";

let api: ApiClient;
let tasks: TasksClient;
let endpoint: string;

async function newTask(): Promise<string> {
  return dataOf(await tasks.POST("/tasks", { body: { title: "With files" } })).id;
}

async function presign(
  id: string,
  size: number,
  contentType = "text/plain",
): Promise<{ attachmentId: string; upload: Upload }> {
  const answer = await api.send("POST", `/tasks/${id}/upload`, {
    body: { fileName: "notes.txt", contentType, size },
  });
  expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
  return answer.body as { attachmentId: string; upload: Upload };
}

async function startImport(csv: string): Promise<string> {
  const size = Buffer.byteLength(csv);
  const started = await tasks.POST("/imports", { body: { fileName: "tasks.csv", size } });
  const { importId, upload } = dataOf(started);
  const sent = await sendForm(upload, csv, "text/csv");
  expect(sent.status, await sent.text()).to.be.within(200, 204);
  return importId;
}

function report(importId: string, within = 60_000) {
  const params = { path: { id: importId } };
  return eventually(async () => {
    const found = dataOf(await tasks.GET("/imports/{id}", { params }));
    expect(found.status).to.be.oneOf(["completed", "partial", "failed"]);
    return found;
  }, within);
}

const REGION = "eu-west-1";
const CREDENTIALS = { accessKeyId: "test", secretAccessKey: "test" };

/** Hands the rules the event of an object once more, as EventBridge may at any time. */
async function deliverAgain(prefix: string): Promise<void> {
  const { cloud, graph } = await runningProgram();
  const s3 = new S3Client({ endpoint, region: REGION, credentials: CREDENTIALS });
  for (const { id } of resourcesOf(graph, "aws:s3/bucket:Bucket")) {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: id, Prefix: prefix }));
    for (const { Key, Size, ETag = "" } of Contents) {
      const object = { key: Key, size: Size, etag: ETag.replaceAll('"', ""), sequencer: "00" };
      const detail = { version: "0", bucket: { name: id }, object, reason: "PutObject" };
      await cloud.services.events.put({
        source: "aws.s3",
        detailType: "Object Created",
        detail,
        resources: [`arn:aws:s3:::${id}`],
      });
      return;
    }
  }
  throw new Error(`There is no object under ${prefix}`);
}

async function runningExecutions(): Promise<number> {
  const { graph } = await runningProgram();
  const sfn = new SFNClient({ endpoint, region: REGION, credentials: CREDENTIALS });
  const lists = resourcesOf(graph, "aws:sfn/stateMachine:StateMachine").map(({ id }) =>
    sfn.send(new ListExecutionsCommand({ stateMachineArn: id, statusFilter: "RUNNING" })),
  );
  return (await Promise.all(lists)).flatMap(({ executions = [] }) => executions).length;
}

async function emailsAbout(text: string): Promise<readonly { subject: string; body: string }[]> {
  const { items } = (await (await fetch(`${endpoint}/_local/emails`)).json()) as {
    items: { subject: string; body: string }[];
  };
  return items.filter(({ subject, body }) => subject.includes(text) || body.includes(text));
}

describe("tasks files", () => {
  before(async function () {
    this.timeout(60_000);
    const cloud = await runningProgram();
    endpoint = cloud.world.endpoint;
    tasks = typedTasks(cloud);
    api = new ApiClient(String(cloud.outputValues.tasksApiUrl), {
      "x-api-key": String(cloud.outputValues.tasksApiKey),
    });
  });

  describe("attachments", () => {
    it("are uploaded by presigned POST, then listed with a link that downloads them", async () => {
      const id = await newTask();
      const { attachmentId, upload } = await presign(id, 5);
      const sent = await sendForm(upload, "hello", "text/plain");
      expect(sent.status, await sent.text()).to.be.within(200, 204);
      const item = await eventually(async () => {
        const { items } = dataOf(await tasks.GET("/tasks/{id}/attachments", { params: { path: { id } } }));
        expect(items).to.have.length(1);
        return items[0];
      });
      expect(item).to.include({ attachmentId, fileName: "notes.txt" });
      expect(await (await fetch(String(item?.url))).text()).to.equal("hello");
    });

    it("are refused by the presigned POST when larger, of another type or under another key", async () => {
      const id = await newTask();
      const { upload } = await presign(id, 5);
      expect((await sendForm(upload, "x".repeat(6_000_000), "text/plain")).status).to.equal(400);
      expect((await sendForm(upload, "hello", "text/html", { "Content-Type": "text/html" })).status).to.equal(
        403,
      );
      expect(
        (await sendForm(upload, "hello", "text/plain", { key: "attachments/elsewhere" })).status,
      ).to.equal(403);
      const { items } = (await api.send("GET", `/tasks/${id}/attachments`)).body as { items: unknown[] };
      expect(items).to.deep.equal([]);
    });

    it("can be the body of the request itself, byte for byte", async () => {
      const id = await newTask();
      const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index % 256);
      const answer = await api.send("POST", `/tasks/${id}/upload`, {
        body: bytes,
        headers: { "content-type": "image/png" },
      });
      expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
      const { items } = (await api.send("GET", `/tasks/${id}/attachments`)).body as {
        items: { url: string }[];
      };
      expect(items).to.have.length(1);
      const stored = new Uint8Array(await (await fetch(String(items[0]?.url))).arrayBuffer());
      expect(Buffer.compare(stored, bytes)).to.equal(0);
    });

    it("are prepared once for one Idempotency-Key", async () => {
      const id = await newTask();
      const headers = { "idempotency-key": crypto.randomUUID() };
      const body = { fileName: "notes.txt", contentType: "text/plain", size: 5 };
      const first = await api.send("POST", `/tasks/${id}/upload`, { body, headers });
      const second = await api.send("POST", `/tasks/${id}/upload`, { body, headers });
      expect(first.status).to.equal(201);
      expect(second.body).to.deep.equal(first.body);
    });

    it("go when their task goes, and a page of them is not continued with a cursor that was made up", async () => {
      const id = await newTask();
      const headers = { "content-type": "image/png" };
      await api.send("POST", `/tasks/${id}/upload`, { body: new Uint8Array([1]), headers });
      const { items } = (await api.send("GET", `/tasks/${id}/attachments`)).body as {
        items: { url: string }[];
      };
      const url = String(items[0]?.url);
      expect((await fetch(url)).status).to.equal(200);
      expect((await api.send("GET", `/tasks/${id}/attachments?cursor=${"A".repeat(80)}`)).status).to.equal(
        400,
      );
      expect((await api.send("DELETE", `/tasks/${id}`)).status).to.equal(204);
      // S3 answers 403 for what is not there, to who may not list the bucket.
      await eventually(async () => expect((await fetch(url)).status).to.equal(403));
    });

    it("are refused for a task that does not exist, a type that is not allowed and a size above the limit", async () => {
      const id = await newTask();
      const body = { fileName: "a.txt", contentType: "text/plain", size: 5 };
      expect((await api.send("POST", "/tasks/unknown/upload", { body })).status).to.equal(404);
      const executable = { ...body, contentType: "application/x-msdownload" };
      expect((await api.send("POST", `/tasks/${id}/upload`, { body: executable })).status).to.be.oneOf([
        400, 415, 422,
      ]);
      const large = new Uint8Array(5_300_000);
      const headers = { "content-type": "image/png" };
      expect((await api.send("POST", `/tasks/${id}/upload`, { body: large, headers })).status).to.equal(413);
    });
  });

  describe("CSV import", () => {
    it("creates a task for each of 1,000 rows and reports the bad ones by line", async function () {
      this.timeout(90_000);
      const marker = crypto.randomUUID().slice(0, 8);
      const rows = Array.from({ length: 1000 }, (_, index) => {
        if (index % 100 === 50) return `,no title,standard,,normal`;
        return `"Row ${index}, ${marker}","two\nlines",standard,,low`;
      });
      const id = await startImport(`title,description,type,dueAt,priority\n${rows.join("\n")}\n`);
      const { status, created, rejected, errors } = await report(id);
      expect({ status, created, rejected }).to.deep.equal({ status: "partial", created: 990, rejected: 10 });
      expect(errors).to.have.length(10);
      expect(errors[0]?.line).to.be.a("number");
      await eventually(async () => expect(await emailsAbout(id)).to.have.length(1));
    });

    it("is prepared once for one Idempotency-Key", async () => {
      const headers = { "idempotency-key": crypto.randomUUID() };
      const body = { fileName: "tasks.csv", size: 10 };
      const first = await api.send("POST", "/imports", { body, headers });
      expect(first.status).to.equal(201);
      expect((await api.send("POST", "/imports", { body, headers })).body).to.deep.equal(first.body);
    });

    it("imports nothing twice when the event is delivered again", async function () {
      this.timeout(60_000);
      const id = await startImport("title,description,type,dueAt,priority\nOnly one,,standard,,normal\n");
      expect(await report(id)).to.include({ status: "completed", created: 1 });
      await deliverAgain(`imports/${id}`);
      await eventually(async () => expect(await runningExecutions()).to.equal(0));
      expect(await report(id)).to.include({ status: "completed", created: 1 });
      expect(await emailsAbout(id)).to.have.length(1);
    });

    it("fails with a reason when the file is not a CSV of tasks", async function () {
      this.timeout(60_000);
      const id = await startImport("name,age\nx,1\n");
      expect(await report(id)).to.include({ status: "failed", created: 0 });
    });
  });
});
