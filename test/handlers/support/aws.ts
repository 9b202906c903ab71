/** DynamoDB Local and an S3 on the loopback interface, started once for all handler tests, each test with its own table and bucket. */

import { randomUUID } from "node:crypto";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { after } from "mocha";
import type { Bucket } from "../../../handlers/shared/bucket.ts";
import type { Table } from "../../../handlers/shared/dynamo.ts";
import { DynamoDbLocal } from "../../../local/real-parts/dynamodb-local.ts";

const CLIENT = { region: "eu-west-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } };

const stops: (() => unknown)[] = [];
let dynamo: Promise<{ readonly raw: DynamoDBClient; readonly client: DynamoDBDocumentClient }> | undefined;
let s3: Promise<S3Client> | undefined;

/**
 * A new table with a time-sorted index per name, as the systems have them.
 * @param indexes @default those of the task manager
 */
export async function newTable(indexes: readonly string[] = ["byCreation", "byStatus"]): Promise<Table> {
  dynamo ??= startDynamo();
  const { client } = await dynamo;
  const name = `table-${randomUUID()}`;
  const key = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: "HASH" as const },
    { AttributeName: range, KeyType: "RANGE" as const },
  ];
  const indexAttributes = indexes.flatMap((_, at) => [`gsi${at + 1}pk`, `gsi${at + 1}sk`]);
  const attributes = ["pk", "sk", ...indexAttributes];
  const index = (IndexName: string, number: number) => ({
    IndexName,
    KeySchema: key(`gsi${number}pk`, `gsi${number}sk`),
    Projection: { ProjectionType: "ALL" as const },
  });
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
      KeySchema: key("pk", "sk"),
      GlobalSecondaryIndexes: indexes.map((indexName, at) => index(indexName, at + 1)),
    }),
  );
  return { client, name };
}

/** The client behind all tables, for handlers that use items in DynamoDB's own form. */
export async function rawClient(): Promise<DynamoDBClient> {
  dynamo ??= startDynamo();
  return (await dynamo).raw;
}

/** All items of a table, for a look behind the API. */
export async function itemsOf({ client, name }: Table): Promise<Record<string, unknown>[]> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: name }));
  return Items;
}

/** A new bucket. */
export async function newBucket(): Promise<Bucket> {
  s3 ??= startS3();
  const client = await s3;
  const name = `bucket-${randomUUID()}`;
  await client.send(new CreateBucketCommand({ Bucket: name }));
  return { client, name };
}

async function startDynamo() {
  const server = await DynamoDbLocal.start({ accessKey: CLIENT.credentials.accessKeyId });
  stops.push(() => server.stop());
  const raw = new DynamoDBClient({ ...CLIENT, endpoint: server.url });
  const client = DynamoDBDocumentClient.from(raw, { marshallOptions: { removeUndefinedValues: true } });
  return { raw, client };
}

async function startS3(): Promise<S3Client> {
  // Imported late: the local cloud must be the first to load it.
  const { startFauxqs } = await import("fauxqs");
  const server = await startFauxqs({ port: 0, logger: false, host: "127.0.0.1" });
  stops.push(() => server.stop());
  return new S3Client({ ...CLIENT, endpoint: `http://127.0.0.1:${server.port}`, forcePathStyle: true });
}

after(async () => {
  await Promise.all(stops.map((stop) => stop()));
});
