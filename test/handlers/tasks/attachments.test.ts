import "../support/environment.ts";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { expect } from "chai";
import type { Bucket } from "../../../handlers/shared/bucket.ts";
import { putObject } from "../../../handlers/shared/bucket.ts";
import type { Table } from "../../../handlers/shared/dynamo.ts";
import { attachmentStored } from "../../../handlers/tasks/attachment-stored.ts";
import { showAttachments } from "../../../handlers/tasks/attachments.ts";
import { cleanUp } from "../../../handlers/tasks/clean-up.ts";
import { createTask } from "../../../handlers/tasks/create.ts";
import { deleteTask } from "../../../handlers/tasks/delete.ts";
import { MAX_DIRECT_BINARY_BYTES, MAX_DIRECT_TEXT_BYTES } from "../../../handlers/tasks/limits.ts";
import { attachmentObject } from "../../../handlers/tasks/objects.ts";
import type { Task } from "../../../handlers/tasks/task.ts";
import { uploadAttachment } from "../../../handlers/tasks/upload.ts";
import { itemsOf, newBucket, newTable } from "../support/aws.ts";
import type { Asked } from "../support/events.ts";
import { request } from "../support/events.ts";
import { problemOf } from "../support/problems.ts";
import { fixedSecret } from "../support/secrets.ts";

interface Presigned {
  readonly attachmentId: string;
  readonly upload: { readonly url: string; readonly fields: Readonly<Record<string, string>> };
}

interface Listed {
  readonly items: readonly {
    readonly attachmentId: string;
    readonly fileName: string;
    readonly size: number;
    readonly url: string;
  }[];
  readonly nextCursor?: string;
}

let table: Table;
let bucket: Bucket;
let id: string;

const FILE = { fileName: "notes.txt", contentType: "text/plain", size: 5 };

const upload = (asked: Asked, task = id) =>
  uploadAttachment(request("POST /tasks/{id}/upload", { path: { id: task }, ...asked }), table, bucket);

const presign = async (body: unknown = FILE) => (await upload({ body })).body as Presigned;

async function list(query: Asked["query"] = {}, task = id): Promise<Listed> {
  const asked = request("GET /tasks/{id}/attachments", { path: { id: task }, query });
  return (await showAttachments(asked, table, bucket, fixedSecret("key"))).body as Listed;
}

async function objectExists(key: string): Promise<boolean> {
  const read = bucket.client.send(new GetObjectCommand({ Bucket: bucket.name, Key: key }));
  return read.then(
    () => true,
    () => false,
  );
}

const attachmentItems = async () =>
  (await itemsOf(table)).filter(({ sk }) => String(sk).startsWith("ATTACHMENT#"));

describe("attachments", () => {
  before(async function () {
    this.timeout(30_000);
    bucket = await newBucket();
    table = await newTable();
  });

  beforeEach(async () => {
    table = await newTable();
    const { body } = await createTask(request("POST /tasks", { body: { title: "With files" } }), table);
    id = (body as Task).id;
  });

  describe("presigned upload", () => {
    it("gives a form for one key, one type and at most the size that was named, for five minutes", async () => {
      const { attachmentId, upload } = await presign();
      expect(upload.fields).to.include({
        key: `attachments/${id}/${attachmentId}`,
        "Content-Type": "text/plain",
      });
      const policy = JSON.parse(Buffer.from(String(upload.fields.Policy), "base64").toString()) as {
        expiration: string;
        conditions: unknown[];
      };
      expect(policy.conditions).to.deep.include.members([
        ["content-length-range", 1, 5],
        { "Content-Type": "text/plain" },
        { key: `attachments/${id}/${attachmentId}` },
      ]);
      expect(Date.parse(policy.expiration) - Date.now()).to.be.within(200_000, 300_000);
    });

    it("is listed once its object is there, however often the event comes", async () => {
      const { attachmentId } = await presign();
      expect((await list()).items).to.be.empty;
      const object = { key: attachmentObject(id, attachmentId), size: 4 };
      await attachmentStored(object, table, bucket);
      await attachmentStored(object, table, bucket);
      const { items } = await list();
      expect(items).to.have.length(1);
      expect(items[0]).to.include({
        attachmentId,
        fileName: "notes.txt",
        contentType: "text/plain",
        size: 4,
      });
      expect((await attachmentItems())[0]).to.not.have.property("expiresAt");
    });

    it("whose task is gone when the file comes leaves no file", async () => {
      const { attachmentId } = await presign();
      const key = attachmentObject(id, attachmentId);
      await deleteTask(request("DELETE /tasks/{id}", { path: { id } }), table);
      await cleanUp({ sk: "TASK", id, taskId: "", attachmentId: "" }, table, bucket);
      await putObject(bucket, key, "text/plain", Buffer.from("late"));
      await attachmentStored({ key, size: 4 }, table, bucket);
      expect(await objectExists(key)).to.equal(false);
    });

    for (const [what, change] of Object.entries({
      "a type that is not allowed": { contentType: "text/html" },
      "a size of nothing": { size: 0 },
      "a size above the limit": { size: 26 * 1024 * 1024 + 1 },
      "a size that is no whole number": { size: 1.5 },
      "a directory in the name": { fileName: "../a.txt" },
      "a Windows directory in the name": { fileName: "a\\b.txt" },
      "a control character in the name": { fileName: "a\0.txt" },
    })) {
      it(`refuses ${what}`, async () => {
        await problemOf(() => upload({ body: { ...FILE, ...change } }), 400);
      });
    }

    for (const fileName of ["..", "fdp.\u202etxt", "a\u200bb.txt"]) {
      it(`refuses the misleading name ${JSON.stringify(fileName)}`, async () => {
        await problemOf(() => upload({ body: { ...FILE, fileName } }), 422);
      });
    }

    it("refuses a task that does not exist", async () => {
      await problemOf(() => upload({ body: FILE }, crypto.randomUUID()), 404);
      await problemOf(() => upload({ body: FILE }, "unknown"), 404);
      expect(await attachmentItems()).to.be.empty;
    });
  });

  describe("direct upload", () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, index) => index % 256);
    const png = (body: unknown, headers = {}) =>
      upload({ body, headers: { "Content-Type": "image/png", ...headers } });

    it("stores the bytes and lists the file with a link that downloads it", async () => {
      const { status, headers, body } = await upload({
        body: bytes,
        headers: { "Content-Type": "image/png" },
        query: { fileName: "a b.png" },
      });
      expect(status).to.equal(201);
      expect(headers).to.deep.equal({ location: `https://api.example.com/live/tasks/${id}/attachments` });
      expect(body).to.include({ fileName: "a b.png", contentType: "image/png", size: 1000 });
      const { items } = await list();
      const answer = await fetch(String(items[0]?.url));
      expect([...new Uint8Array(await answer.arrayBuffer())]).to.deep.equal([...bytes]);
      expect(items[0]?.url)
        .to.contain("response-content-disposition=attachment")
        .and.contain("X-Amz-Expires=300");
    });

    it("has one effect for requests with the same Idempotency-Key at the same time", async () => {
      const headers = { "Idempotency-Key": "k" };
      const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => png(bytes, headers)));
      expect(outcomes.some(({ status }) => status === "fulfilled")).to.equal(true);
      expect((await list()).items).to.have.length(1);
      await problemOf(() => png(bytes.subarray(1), headers), 422);
    });

    it("is not completed by the event of its object, which cannot know of the request's end", async () => {
      await png(bytes, { "Idempotency-Key": "k" });
      const [item] = await attachmentItems();
      await attachmentStored(
        { key: attachmentObject(id, String(item?.attachmentId)), size: 7 },
        table,
        bucket,
      );
      expect((await list()).items[0]?.size).to.equal(1000);
    });

    it("takes text as it arrives, and no text that was not UTF-8", async () => {
      const headers = { "Content-Type": "text/plain; charset=utf-8" };
      expect((await upload({ body: "ñandú", headers })).body).to.include({
        size: 7,
        contentType: "text/plain",
      });
      await problemOf(() => upload({ body: "\ufffdand\ufffd", headers }), 415);
    });

    it("refuses other types, an empty body and what is too large, pointing to the form", async () => {
      await problemOf(() => upload({ body: "x", headers: { "Content-Type": "text/html" } }), 415);
      await problemOf(() => upload({ body: "x" }), 415);
      await problemOf(() => png(new Uint8Array(0)), 400);
      const { message } = await problemOf(() => png(new Uint8Array(MAX_DIRECT_BINARY_BYTES + 1)), 413);
      expect(message).to.contain("form");
      const text = "x".repeat(MAX_DIRECT_TEXT_BYTES + 1);
      await problemOf(() => upload({ body: text, headers: { "Content-Type": "text/plain" } }), 413);
    });

    it("refuses a task that does not exist and stores nothing", async () => {
      const headers = { "Content-Type": "image/png" };
      await problemOf(() => upload({ body: bytes, headers }, crypto.randomUUID()), 404);
      expect(await attachmentItems()).to.be.empty;
    });
  });

  it("are listed in pages", async () => {
    for (let index = 0; index < 3; index++)
      await upload({ body: "x", headers: { "Content-Type": "text/plain" } });
    await presign();
    const first = await list({ limit: "2" });
    const second = await list({ limit: "2", cursor: first.nextCursor ?? "" });
    expect([first.items.length, second.items.length]).to.deep.equal([2, 1]);
    await problemOf(() => list({}, crypto.randomUUID()), 404);
  });

  it("go with their task: first their items, then their objects", async () => {
    await upload({ body: "x", headers: { "Content-Type": "text/plain" } });
    await presign();
    const items = (await attachmentItems()) as unknown as Parameters<typeof cleanUp>[0][];
    for (let time = 0; time < 2; time++)
      await cleanUp({ sk: "TASK", id, taskId: "", attachmentId: "" }, table, bucket);
    expect(await attachmentItems()).to.be.empty;
    for (const item of [...items, ...items]) await cleanUp(item, table, bucket);
    for (const item of items) {
      expect(await objectExists(attachmentObject(id, String(item?.attachmentId)))).to.equal(false);
    }
  });
});
