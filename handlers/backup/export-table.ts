/**
 * A schedule: writes all items of a table into a bucket, in the form that DynamoDB itself imports.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.Format.html (DynamoDB JSON, GZIP)
 *
 * - TABLE: Scan
 * - BACKUP_BUCKET: PutObject
 */
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { DynamoDBClient, paginateScan } from "@aws-sdk/client-dynamodb";
import type { Context } from "aws-lambda";
import { clientSettings } from "../shared/aws-client.ts";
import type { Bucket } from "../shared/bucket.ts";
import { openBucket, putObject } from "../shared/bucket.ts";
import { readEnv } from "../shared/env.ts";
import { logger } from "../shared/logger.ts";
import { count } from "../shared/metrics.ts";
import { scheduledRunSchema } from "../shared/scheduled-run.schema.ts";
import { check } from "../shared/validation.ts";
import type { Manifest } from "./manifest.ts";
import { MANIFEST, prefixOf, serialise } from "./manifest.ts";

/** Text of one object before it is packed; what is in memory at a time. */
const PART_BYTES = 16_000_000;

/**
 * Writes a backup. It is complete once its manifest is there. Items that change meanwhile are in it as they were before or
 * after; point-in-time recovery, which production has too, knows one moment.
 */
export async function exportTable(
  event: unknown,
  client: DynamoDBClient,
  tableName: string,
  bucket: Bucket,
  partBytes = PART_BYTES,
): Promise<Manifest> {
  const run = check(scheduledRunSchema, event);
  if ("mistakes" in run) throw new Error("The schedule's input must be { scheduledAt: ISO time }");
  const prefix = prefixOf(run.data.scheduledAt);
  const parts: Manifest["parts"][number][] = [];
  for await (const items of inParts(client, tableName, partBytes)) {
    const body = await promisify(gzip)(items.join(""));
    const key = `${prefix}data/${String(parts.length + 1).padStart(5, "0")}.json.gz`;
    await putObject(bucket, key, "application/gzip", body);
    parts.push({ key, items: items.length, sha256: createHash("sha256").update(body).digest("hex") });
  }
  const items = parts.reduce((sum, part) => sum + part.items, 0);
  const manifest = { tableName, scheduledAt: run.data.scheduledAt, items, parts };
  await putObject(bucket, `${prefix}${MANIFEST}`, "application/json", Buffer.from(JSON.stringify(manifest)));
  return manifest;
}

async function* inParts(
  client: DynamoDBClient,
  TableName: string,
  partBytes: number,
): AsyncGenerator<string[]> {
  let lines: string[] = [];
  let bytes = 0;
  for await (const { Items = [] } of paginateScan({ client }, { TableName, ConsistentRead: true })) {
    for (const item of Items) {
      const line = lineOf(item);
      lines.push(line);
      bytes += line.length;
      if (bytes < partBytes) continue;
      yield lines;
      lines = [];
      bytes = 0;
    }
  }
  if (lines.length > 0) yield lines;
}

function lineOf(item: Readonly<Record<string, AttributeValue>>): string {
  return `${serialise({ Item: item })}\n`;
}

const env = readEnv(["TABLE", "BACKUP_BUCKET"]);
const client = new DynamoDBClient(clientSettings(5000));
const bucket = openBucket(env.BACKUP_BUCKET);

export const handler = async (event: unknown, context: Context): Promise<void> => {
  logger.addContext(context);
  const { items, parts } = await exportTable(event, client, env.TABLE, bucket);
  logger.info("The backup is complete", { items, parts: parts.length });
  count({ BackupsCompleted: 1, BackupItems: items });
};
