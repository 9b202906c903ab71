import {
  BatchWriteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ExecuteStatementCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateContinuousBackupsCommand,
} from "@aws-sdk/client-dynamodb";
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from "@aws-sdk/client-dynamodb-streams";
import { expect } from "chai";
import type { Properties, Resource } from "../../local/core/graph.ts";
import { dynamodb } from "../../local/services/dynamodb/index.ts";
import { eventually } from "../support/eventually.ts";
import { ACCOUNT, DataCloud, errorOf, REGION } from "./support/data-cloud.ts";

const TABLE = "aws:dynamodb/table:Table";

describe("DynamoDB", () => {
  let cloud: DataCloud;
  let client: DynamoDBClient;
  let tasks: Resource;

  const inputs: Properties = {
    name: "tasks",
    attributes: [
      { name: "pk", type: "S" },
      { name: "status", type: "S" },
    ],
    hashKey: "pk",
    billingMode: "PAY_PER_REQUEST",
    globalSecondaryIndexes: [{ name: "byStatus", hashKey: "status", projectionType: "ALL" }],
    streamEnabled: true,
    streamViewType: "NEW_AND_OLD_IMAGES",
    pointInTimeRecovery: { enabled: true },
    deletionProtectionEnabled: true,
  };

  const put = (pk: string, more = {}) =>
    client.send(new PutItemCommand({ TableName: "tasks", Item: { pk: { S: pk }, ...more } }));

  before(async () => {
    cloud = await DataCloud.start([dynamodb]);
    client = new DynamoDBClient(cloud.asUser);
    tasks = await cloud.declare(TABLE, "tasks", inputs);
  });

  after(() => cloud.stop());

  it("makes tables with their indexes and describes them with the ARNs that the program knows", async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: "tasks" }));
    expect(tasks.outputs.arn).to.equal(`arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/tasks`);
    expect(Table?.TableArn).to.equal(tasks.outputs.arn);
    expect(Table?.LatestStreamArn).to.equal(tasks.outputs.streamArn);
    expect(Table?.LatestStreamLabel).to.equal(tasks.outputs.streamLabel);
    expect(Table?.GlobalSecondaryIndexes?.[0]?.IndexArn).to.equal(`${tasks.outputs.arn}/index/byStatus`);
  });

  it("keeps items, and refuses conditions that do not hold", async () => {
    await put("kept", { status: { S: "open" } });
    const condition = { ConditionExpression: "attribute_not_exists(pk)" };
    const again = client.send(
      new PutItemCommand({ TableName: "tasks", Item: { pk: { S: "kept" } }, ...condition }),
    );
    expect(await errorOf(again)).to.equal("ConditionalCheckFailedException");
    const { Item } = await client.send(
      new GetItemCommand({ TableName: "tasks", Key: { pk: { S: "kept" } } }),
    );
    expect(Item?.status).to.deep.equal({ S: "open" });
  });

  it("hands a stream's records over in the shape that functions get, and tells of each write", async () => {
    const streamArn = String(tasks.outputs.streamArn);
    const api = cloud.apis.dynamodb;
    let writes = 0;
    const silence = api.onWrite(streamArn, () => {
      writes += 1;
    });
    const [shard = ""] = await api.shards(streamArn);
    const iterator = await api.iterator(streamArn, shard, "LATEST");
    await put("streamed", { binary: { B: Buffer.from("bytes") } });
    await client.send(
      new BatchWriteItemCommand({
        RequestItems: { tasks: [{ DeleteRequest: { Key: { pk: { S: "streamed" } } } }] },
      }),
    );
    silence();
    await put("unheard");

    const { records, nextIterator } = await eventually(async () => {
      const batch = await api.records(streamArn, iterator, 100);
      expect(batch.records).to.have.length(3);
      return batch;
    });
    expect(writes).to.equal(2);
    expect(nextIterator).to.be.a("string");
    const [inserted, removed] = records;
    expect(inserted).to.include({
      eventName: "INSERT",
      eventSource: "aws:dynamodb",
      eventVersion: "1.1",
      awsRegion: REGION,
      eventSourceARN: streamArn,
    });
    expect(inserted?.dynamodb).to.deep.include({
      Keys: { pk: { S: "streamed" } },
      NewImage: { pk: { S: "streamed" }, binary: { B: Buffer.from("bytes").toString("base64") } },
      StreamViewType: "NEW_AND_OLD_IMAGES",
    });
    expect(Math.abs(Number(inserted?.dynamodb?.ApproximateCreationDateTime) - Date.now() / 1000)).to.be.below(
      10,
    );
    expect(removed?.eventName).to.equal("REMOVE");

    const after = await api.iterator(streamArn, shard, {
      afterSequenceNumber: String(removed?.dynamodb?.SequenceNumber),
    });
    const { records: rest } = await api.records(streamArn, after, 100);
    expect(rest.map(({ dynamodb: change }) => change?.Keys?.pk?.S)).to.deep.equal(["unheard"]);
  });

  it("answers the Streams API under the program's stream ARN", async () => {
    const streams = new DynamoDBStreamsClient(cloud.asUser);
    const StreamArn = String(tasks.outputs.streamArn);
    const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
    expect(StreamDescription?.StreamArn).to.equal(StreamArn);
    expect(StreamDescription?.StreamLabel).to.equal(tasks.outputs.streamLabel);
    const ShardId = StreamDescription?.Shards?.[0]?.ShardId;
    const position = { StreamArn, ShardId, ShardIteratorType: "TRIM_HORIZON" } as const;
    const { ShardIterator } = await streams.send(new GetShardIteratorCommand(position));
    const { Records } = await streams.send(new GetRecordsCommand({ ShardIterator }));
    expect(Records?.[0]?.awsRegion).to.equal(REGION);
    streams.destroy();
  });

  it("deletes expired items, and says in the stream that DynamoDB did it", async () => {
    const sessions = await cloud.declare(TABLE, "sessions", {
      name: "sessions",
      attributes: [{ name: "pk", type: "S" }],
      hashKey: "pk",
      streamEnabled: true,
      streamViewType: "KEYS_ONLY",
      ttl: { enabled: true, attributeName: "expiresAt" },
    });
    const streamArn = String(sessions.outputs.streamArn);
    const api = cloud.apis.dynamodb;
    const [shard = ""] = await api.shards(streamArn);
    const iterator = await api.iterator(streamArn, shard, "LATEST");
    const Item = { pk: { S: "expired" }, expiresAt: { N: String(Math.floor(Date.now() / 1000) - 5) } };
    await client.send(new PutItemCommand({ TableName: "sessions", Item }));
    const removal = await eventually(async () => {
      const { records } = await api.records(streamArn, iterator, 100);
      const found = records.find(({ eventName }) => eventName === "REMOVE");
      if (!found) throw new Error("not deleted yet");
      return found;
    });
    expect(removal.userIdentity).to.deep.equal({ type: "Service", principalId: "dynamodb.amazonaws.com" });
    expect(removal.dynamodb?.Keys).to.deep.equal({ pk: { S: "expired" } });
  });

  it("adds and removes indexes in place, keeping the items", async () => {
    const base: Properties = {
      name: "growing",
      attributes: [{ name: "pk", type: "S" }],
      hashKey: "pk",
      billingMode: "PAY_PER_REQUEST",
    };
    await cloud.declare(TABLE, "growing", base);
    await client.send(
      new PutItemCommand({ TableName: "growing", Item: { pk: { S: "1" }, kind: { S: "a" } } }),
    );
    await cloud.declare(TABLE, "growing", {
      ...base,
      attributes: [
        { name: "pk", type: "S" },
        { name: "kind", type: "S" },
      ],
      globalSecondaryIndexes: [{ name: "byKind", hashKey: "kind", projectionType: "KEYS_ONLY" }],
    });
    const query = {
      TableName: "growing",
      IndexName: "byKind",
      KeyConditionExpression: "kind = :kind",
      ExpressionAttributeValues: { ":kind": { S: "a" } },
    };
    expect((await client.send(new QueryCommand(query))).Count).to.equal(1);
    await cloud.declare(TABLE, "growing", base);
    expect(await errorOf(client.send(new QueryCommand(query)))).to.equal("ValidationException");
    expect((await client.send(new ScanCommand({ TableName: "growing" }))).Count).to.equal(1);
  });

  it("replaces a table whose keys change, drops a removed one, and a new view type makes a new stream", async () => {
    const base: Properties = {
      name: "moving",
      attributes: [{ name: "pk", type: "S" }],
      hashKey: "pk",
      streamEnabled: true,
      streamViewType: "KEYS_ONLY",
      deletionProtectionEnabled: true,
    };
    const first = await cloud.declare(TABLE, "moving", base);
    const second = await cloud.declare(TABLE, "moving", { ...base, streamViewType: "NEW_IMAGE" });
    expect(second.outputs.streamArn).to.not.equal(first.outputs.streamArn);
    expect(await cloud.apis.dynamodb.shards(String(second.outputs.streamArn))).to.have.length(1);
    const third = await cloud.declare(TABLE, "moving", {
      ...base,
      attributes: [{ name: "id", type: "N" }],
      hashKey: "id",
    });
    const { Table } = await client.send(new DescribeTableCommand({ TableName: "moving" }));
    expect(Table?.KeySchema).to.deep.equal([{ AttributeName: "id", KeyType: "HASH" }]);
    await cloud.remove(third);
    expect(await errorOf(client.send(new DescribeTableCommand({ TableName: "moving" })))).to.equal(
      "ResourceNotFoundException",
    );
  });

  it("names an operation that is not supported", async () => {
    const call = client.send(
      new UpdateContinuousBackupsCommand({
        TableName: "tasks",
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      }),
    );
    const error = await call.then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error?.message).to.contain("dynamodb:UpdateContinuousBackups");
  });

  describe("authorization", () => {
    const statement = (Action: string[], Resource: string, Condition: Properties = {}): Properties => ({
      Effect: "Allow",
      Action,
      Resource,
      Condition,
    });

    it("lets a function do what its role allows on exact ARNs, and denies the rest", async () => {
      const arn = String(tasks.outputs.arn);
      const options = await cloud.asFunction("reader", [
        statement(["dynamodb:GetItem"], arn),
        statement(["dynamodb:Query"], `${arn}/index/byStatus`),
      ]);
      const reader = new DynamoDBClient(options);
      const Key = { pk: { S: "kept" } };
      const query = { TableName: "tasks", ExpressionAttributeValues: { ":v": { S: "open" } } };
      await reader.send(new GetItemCommand({ TableName: "tasks", Key }));
      await reader.send(
        new QueryCommand({
          ...query,
          IndexName: "byStatus",
          KeyConditionExpression: "#s = :v",
          ExpressionAttributeNames: { "#s": "status" },
        }),
      );
      const denied = [
        reader.send(new QueryCommand({ ...query, KeyConditionExpression: "pk = :v" })),
        reader.send(new PutItemCommand({ TableName: "tasks", Item: Key })),
        reader.send(new ExecuteStatementCommand({ Statement: 'SELECT * FROM "tasks"' })),
        reader.send(new DescribeTableCommand({ TableName: "tasks" })),
      ];
      for (const call of denied) expect(await errorOf(call)).to.equal("AccessDeniedException");
      reader.destroy();
    });

    it("asks for each part of a transaction", async () => {
      const arn = String(tasks.outputs.arn);
      const writer = new DynamoDBClient(
        await cloud.asFunction("writer", [statement(["dynamodb:PutItem"], arn)]),
      );
      const Put = { TableName: "tasks", Item: { pk: { S: "transaction" } } };
      const ConditionCheck = {
        TableName: "tasks",
        Key: { pk: { S: "other" } },
        ConditionExpression: "attribute_not_exists(pk)",
      };
      await writer.send(new TransactWriteItemsCommand({ TransactItems: [{ Put }] }));
      const call = writer.send(
        new TransactWriteItemsCommand({ TransactItems: [{ Put }, { ConditionCheck }] }),
      );
      expect(await errorOf(call)).to.equal("AccessDeniedException");
      writer.destroy();
    });

    it("knows the leading keys of items and queries", async () => {
      const condition: Properties = { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": ["mine"] } };
      const allowed = statement(["dynamodb:PutItem", "dynamodb:Query"], String(tasks.outputs.arn), condition);
      const tenant = new DynamoDBClient(await cloud.asFunction("tenant", [allowed]));
      const write = (pk: string) =>
        tenant.send(new PutItemCommand({ TableName: "tasks", Item: { pk: { S: pk } } }));
      const read = (pk: string) =>
        tenant.send(
          new QueryCommand({
            TableName: "tasks",
            KeyConditionExpression: "pk = :pk",
            ExpressionAttributeValues: { ":pk": { S: pk } },
          }),
        );
      await write("mine");
      await read("mine");
      expect(await errorOf(write("yours"))).to.equal("AccessDeniedException");
      expect(await errorOf(read("yours"))).to.equal("AccessDeniedException");
      tenant.destroy();
    });
  });
});
