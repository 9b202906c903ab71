/** `npm run restore`: writes the items of a backup into a table that is there. */
import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import {
  ConditionalCheckFailedException,
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { Manifest } from "../handlers/backup/manifest.ts";
import { MANIFEST, prefixOf } from "../handlers/backup/manifest.ts";

const USAGE = `Writes the items of a backup into a table. Items that the table has already stay as they are.

Usage: npm run --silent restore -- --bucket NAME --backup TIME --table NAME [options]

  --bucket NAME    bucket of the backups
  --backup TIME    which one: the time that it was due, such as 2026-01-31T03:00:00.000Z (a folder below backups/)
  --table NAME     table that gets the items
  --endpoint URL   where AWS is; the local cloud's awsEndpointUrl for a local one     (default: AWS)
  --region NAME    region of bucket and table                                        (default: AWS_REGION, or eu-west-1)
  --json           prints the result as JSON
  --help           prints this

Exit code: 0 all items are in the table, 1 something is wrong with the backup or a call failed, 2 wrong arguments`;

/** Writes at the same time. */
const PARALLEL = 32;

export interface Restored {
  readonly written: number;
  /** Items that the table had already. */
  readonly kept: number;
}

export interface RestoreOptions {
  readonly bucket: string;
  readonly backup: string;
  readonly table: string;
  readonly dynamodb: DynamoDBClient;
  readonly s3: S3Client;
  readonly progress: (message: string) => void;
}

/** @throws Error when the backup is not complete, or not what its manifest says */
export async function restore(options: RestoreOptions): Promise<Restored> {
  const { bucket, backup, table, dynamodb, s3, progress } = options;
  const read = (key: string) => readObject(s3, bucket, key);
  const manifest = JSON.parse((await read(`${prefixOf(backup)}${MANIFEST}`)).toString("utf8")) as Manifest;
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: table }));
  const [partitionKey = ""] = (Table?.KeySchema ?? []).map(({ AttributeName }) => AttributeName);
  const totals = { written: 0, kept: 0 };
  for (const part of manifest.parts) {
    const body = await read(part.key);
    const digest = createHash("sha256").update(body).digest("hex");
    if (digest !== part.sha256)
      throw new Error(`${part.key} is not what the manifest says: SHA-256 ${digest}`);
    const lines = gunzipSync(body).toString("utf8").split("\n").filter(Boolean);
    await inParallel(lines, async (line) => {
      const { Item } = JSON.parse(line, bytes) as { Item: Record<string, AttributeValue> };
      totals[(await putIfNew(dynamodb, table, partitionKey, Item)) ? "written" : "kept"]++;
    });
    progress(`${totals.written + totals.kept} of ${manifest.items} items`);
  }
  const items = totals.written + totals.kept;
  if (items !== manifest.items)
    throw new Error(`The backup has ${items} items; its manifest says ${manifest.items}`);
  return totals;
}

async function putIfNew(
  client: DynamoDBClient,
  TableName: string,
  partitionKey: string,
  Item: Record<string, AttributeValue>,
): Promise<boolean> {
  try {
    await client.send(
      new PutItemCommand({
        TableName,
        Item,
        ConditionExpression: "attribute_not_exists(#key)",
        ExpressionAttributeNames: { "#key": partitionKey },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

async function readObject(client: S3Client, Bucket: string, Key: string): Promise<Buffer> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

async function inParallel<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const worker = async () => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
}

/** Bytes stand in the backup in base64. */
function bytes(name: string, value: unknown): unknown {
  if (name === "B" && typeof value === "string") return Buffer.from(value, "base64");
  if (name === "BS" && Array.isArray(value)) return value.map((part) => Buffer.from(String(part), "base64"));
  return value;
}

async function main(): Promise<number> {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const options = {
    bucket: text,
    backup: text,
    table: text,
    endpoint: text,
    region: text,
    json: flag,
    help: flag,
  };
  const { values } = parseArgs({ options });
  if (values.help) return print(USAGE, 0);
  const { bucket, backup, table, endpoint, region = process.env.AWS_REGION ?? "eu-west-1" } = values;
  if (!bucket || !table || !backup || Number.isNaN(Date.parse(backup))) return print(USAGE, 2);
  const local = { endpoint, forcePathStyle: true, credentials: { accessKeyId: "me", secretAccessKey: "me" } };
  const client = endpoint === undefined ? { region } : { region, ...local };
  const restored = await restore({
    bucket,
    backup,
    table,
    dynamodb: new DynamoDBClient(client),
    s3: new S3Client(client),
    progress: (message) => console.error(message),
  });
  const { written, kept } = restored;
  const summary = `${written} items were written, ${kept} were there already.`;
  return print(values.json ? JSON.stringify(restored) : summary, 0);
}

function print(message: string, exitCode: number): number {
  (exitCode === 0 ? console.log : console.error)(message);
  return exitCode;
}

if (import.meta.main) {
  process.exitCode = await main().catch((error: unknown) => {
    const isUsage =
      error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
    return print(error instanceof Error ? error.message : String(error), isUsage ? 2 : 1);
  });
}
