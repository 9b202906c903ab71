import "../support/environment.ts";
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import type { DynamoDBRecord } from "aws-lambda";
import { expect } from "chai";
import { recordChanges } from "../../../handlers/audit/record-changes.ts";
import type { Bucket } from "../../../handlers/shared/bucket.ts";
import { newBucket } from "../support/aws.ts";

let bucket: Bucket;

function change(number: number, at: string, images: DynamoDBRecord["dynamodb"]): DynamoDBRecord {
  return {
    eventID: `event-${number}`,
    eventName: "MODIFY",
    dynamodb: {
      SequenceNumber: String(number),
      ApproximateCreationDateTime: Date.parse(at) / 1000,
      Keys: { pk: { S: "A" } },
      ...images,
    },
  };
}

async function objects(): Promise<Record<string, unknown[]>> {
  const { client, name } = bucket;
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: name }));
  const read = async (Key: string) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: name, Key }));
    const lines = (await Body?.transformToString())?.trimEnd().split("\n") ?? [];
    return [Key, lines.map((line) => JSON.parse(line) as unknown)] as const;
  };
  return Object.fromEntries(await Promise.all(Contents.map(({ Key = "" }) => read(Key))));
}

describe("audit log", () => {
  beforeEach(async () => {
    bucket = await newBucket();
  });

  it("keeps each change as a line with the item before and after it, in a folder of its day", async () => {
    const before = { pk: { S: "A" }, size: { N: "1" } };
    const after = { pk: { S: "A" }, size: { N: "2" } };
    await recordChanges(
      [
        change(1, "2026-01-31T23:59:59Z", { OldImage: before, NewImage: after }),
        change(2, "2026-02-01T00:00:01Z", { OldImage: after }),
      ],
      bucket,
    );
    expect(await objects()).to.deep.equal({
      "audit/2026/01/31/1-1.jsonl": [
        {
          eventId: "event-1",
          at: "2026-01-31T23:59:59.000Z",
          operation: "MODIFY",
          keys: { pk: "A" },
          before: { pk: "A", size: 1 },
          after: { pk: "A", size: 2 },
        },
      ],
      "audit/2026/02/01/2-2.jsonl": [
        {
          eventId: "event-2",
          at: "2026-02-01T00:00:01.000Z",
          operation: "MODIFY",
          keys: { pk: "A" },
          before: { pk: "A", size: 2 },
        },
      ],
    });
  });

  it("asks S3 to refuse what is there already, and takes that for done: a batch may come again", async () => {
    const conditions: unknown[] = [];
    const client = new S3Client({
      region: "eu-west-1",
      credentials: { accessKeyId: "x", secretAccessKey: "x" },
    });
    client.middlewareStack.add(
      () =>
        async ({ request }) => {
          conditions.push((request as { headers: Record<string, string> }).headers["if-none-match"]);
          throw Object.assign(new Error("The object is there"), { name: "PreconditionFailed" });
        },
      { step: "deserialize", priority: "high" },
    );
    const record = change(5, "2026-01-31T12:00:00Z", { NewImage: { pk: { S: "A" } } });
    await recordChanges([record], { client, name: "audit" });
    expect(conditions).to.deep.equal(["*"]);
  });
});
