/**
 * DynamoDB and DynamoDB Streams, carried out by DynamoDB Local.
 *
 * Supported: items, transactions, batches, PartiQL, indexes, streams, expiry (deleted within seconds), deletion
 * protection. Accepted without effect: point-in-time recovery, encryption, tags, capacity. Not supported: backups,
 * exports, global tables.
 */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Resource } from "../../core/graph.ts";
import { recreate } from "../../core/recreate.ts";
import type { Cloud, Service, ServiceDefinition } from "../../core/service.ts";
import { DynamoDbLocal } from "../../real-parts/dynamodb-local.ts";
import { Arns } from "./arns.ts";
import { Expiry } from "./expiry.ts";
import { answer } from "./operations.ts";
import { outputs } from "./outputs.ts";
import type { TableFacts } from "./permissions.ts";
import { tableItemRealizer, tableRealizer } from "./realize.ts";
import { TableStreams } from "./streams.ts";
import { keyAttributes, partitionKey } from "./table-definition.ts";
import { WriteTraces } from "./write-traces.ts";

const TABLE = "aws:dynamodb/table:Table";
const ACCESS_KEY_BYTES = 10;

function create(cloud: Cloud): Service {
  const { world, clock } = cloud;
  let running: DynamoDbLocal | undefined;
  let starting: Promise<DynamoDbLocal> | undefined;
  const server = (): DynamoDbLocal => {
    if (!running) throw new Error("DynamoDB Local is not running.");
    return running;
  };
  const arns = new Arns(world);
  const tables = () => cloud.resources().filter(({ type }) => type === TABLE);
  const tableNamed = (tableName: string): Resource | undefined =>
    cloud.resources().find(({ type, id }) => id === tableName && type === TABLE);
  const expiry = new Expiry({ server, tables, onDelete: (tableName) => streams.written([tableName]) });
  const traces = new WriteTraces((tableName) => {
    const table = tableNamed(tableName);
    return table ? keyAttributes(table) : [];
  });
  const records = { clock, expiry, region: world.region };
  const streams = new TableStreams({ server, arns, traces, ...records });
  const facts: TableFacts = {
    tableArn: (tableName) => arns.tableArn(tableName),
    programStream: (streamArn) => arns.programStream(streamArn),
    partitionKey: (tableName, indexName) => {
      const table = tableNamed(tableName);
      return table && partitionKey(table, indexName);
    },
  };
  const onWrite = (tableNames: readonly string[]): void => streams.written(tableNames);
  const realizer = tableRealizer({ server, arns, log: cloud.log });
  const realize = { [TABLE]: realizer, "aws:dynamodb/tableItem:TableItem": tableItemRealizer(server) };
  return {
    api: streams,
    realize,
    // Deleting single items would tell the streams, and so the program.
    reset: async () => {
      await Promise.all(tables().map((table) => realizer.delete?.(table)));
      await recreate(cloud, realize);
    },
    start: async () => {
      starting = DynamoDbLocal.start(storage(cloud.dataFolder));
      running = await starting;
    },
    call: (call) => answer(call, { cloud, server, arns, facts, records, traces, onWrite }),
    advanced: () => expiry.deleteExpired(clock.now()),
    stop: async () => {
      await (await starting?.catch(() => undefined))?.stop();
    },
  };
}

/** A durable database is found again by its access key, which is kept beside it. */
function storage(dataFolder: string | undefined): { folder?: string; accessKey: string } {
  const newKey = randomBytes(ACCESS_KEY_BYTES).toString("hex");
  if (dataFolder === undefined) return { accessKey: newKey };
  const folder = join(dataFolder, "dynamodb");
  const file = join(folder, "access-key");
  mkdirSync(folder, { recursive: true });
  if (!existsSync(file)) writeFileSync(file, newKey, { mode: 0o600 });
  return { folder, accessKey: readFileSync(file, "utf8") };
}

export const dynamodb: ServiceDefinition = {
  name: "dynamodb",
  signingNames: ["dynamodb"],
  protocol: "json",
  outputs,
  create,
};
