import "../support/environment.ts";
import { gunzipSync } from "node:zlib";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { expect } from "chai";
import { exportTable } from "../../../handlers/backup/export-table.ts";
import type { Manifest } from "../../../handlers/backup/manifest.ts";
import type { Bucket } from "../../../handlers/shared/bucket.ts";
import type { Table } from "../../../handlers/shared/dynamo.ts";
import { restore } from "../../../tools/restore.ts";
import { itemsOf, newBucket, newTable, rawClient } from "../support/aws.ts";

const scheduledAt = "2026-01-31T03:00:00.000Z";

let table: Table;
let bucket: Bucket;

const put = (target: Table, item: Record<string, unknown>) =>
  target.client.send(new PutCommand({ TableName: target.name, Item: item }));
const item = (number: number) => ({
  pk: `ITEM#${number}`,
  sk: "ITEM",
  text: "ñandú \u{1f4e6}",
  number: number + 0.5,
  bytes: new Uint8Array([0, 1, 255]),
  tags: new Set(["a", "b"]),
  nested: { list: [null, true, { deep: "er" }] },
});
const backUp = async (partBytes?: number): Promise<Manifest> =>
  exportTable({ scheduledAt }, await rawClient(), table.name, bucket, partBytes);
const restoreInto = async (target: Table) =>
  restore({
    bucket: bucket.name,
    backup: scheduledAt,
    table: target.name,
    dynamodb: await rawClient(),
    s3: bucket.client,
    progress: () => undefined,
  });
const sorted = (items: readonly Record<string, unknown>[]) =>
  [...items].sort((one, other) => String(one.pk).localeCompare(String(other.pk)));

describe("backup and restore", () => {
  beforeEach(async function () {
    this.timeout(30_000);
    table = await newTable();
    bucket = await newBucket();
    for (let number = 1; number <= 50; number++) await put(table, item(number));
  });

  it("bring every item back, of every type, into another table", async () => {
    expect((await backUp(2_000)).parts.length, "several parts").to.be.above(1);
    const copy = await newTable();
    expect(await restoreInto(copy)).to.deep.equal({ written: 50, kept: 0 });
    expect(sorted(await itemsOf(copy))).to.deep.equal(sorted(await itemsOf(table)));
  });

  it("leave items as they are that the table has, so that a restore can be repeated", async () => {
    await backUp();
    const copy = await newTable();
    await put(copy, { pk: "ITEM#7", sk: "ITEM", text: "newer" });
    expect(await restoreInto(copy)).to.deep.equal({ written: 49, kept: 1 });
    expect(await restoreInto(copy)).to.deep.equal({ written: 0, kept: 50 });
    expect((await itemsOf(copy)).find(({ pk }) => pk === "ITEM#7")).to.include({ text: "newer" });
  });

  it("write the form that DynamoDB imports: a line of JSON per item, packed", async () => {
    const { parts } = await backUp();
    const { client, name } = bucket;
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: name }));
    expect(Contents.map(({ Key }) => Key)).to.deep.equal([
      `backups/${scheduledAt}/data/00001.json.gz`,
      `backups/${scheduledAt}/manifest.json`,
    ]);
    const { Body } = await client.send(new GetObjectCommand({ Bucket: name, Key: parts[0]?.key }));
    const stream = (await Body?.transformToByteArray()) ?? new Uint8Array();
    const [line = ""] = gunzipSync(stream).toString("utf8").split("\n");
    const { Item } = JSON.parse(line) as { Item: Record<string, unknown> };
    expect(Item.bytes).to.deep.equal({ B: "AAH/" });
    expect(Item.nested).to.deep.equal({
      M: { list: { L: [{ NULL: true }, { BOOL: true }, { M: { deep: { S: "er" } } }] } },
    });
  });

  it("refuse a backup that was changed, or is not complete", async () => {
    const { parts } = await backUp(2_000);
    const { client, name } = bucket;
    const copy = await newTable();
    await client.send(new PutObjectCommand({ Bucket: name, Key: parts[1]?.key, Body: "other bytes" }));
    expect(String(await restoreInto(copy).catch(String))).to.contain("SHA-256");
    await client.send(new DeleteObjectCommand({ Bucket: name, Key: `backups/${scheduledAt}/manifest.json` }));
    expect(String(await restoreInto(copy).catch(String))).to.match(/NoSuchKey|does not exist/);
  });
});
