import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { expect } from "chai";
import { UserError } from "../../local/core/errors.ts";
import { DynamoDbLocal } from "../../local/real-parts/dynamodb-local.ts";
import { GuardedProcess } from "../../local/real-parts/guarded-process.ts";
import { dynamodb } from "../../local/services/dynamodb/index.ts";
import { mailbox } from "../../local/services/mailbox/index.ts";
import { s3 } from "../../local/services/s3/index.ts";
import { sns } from "../../local/services/sns/index.ts";
import { sqs } from "../../local/services/sqs/index.ts";
import { eventually } from "../support/eventually.ts";
import { DataCloud } from "./support/data-cloud.ts";

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("Real parts", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "real-parts-"));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  /** What the process has written into its file `name`. */
  const written = (name: string): Promise<string> =>
    eventually(() => {
      const text = readFileSync(join(folder, name), "utf8");
      expect(text).to.match(/\n$/);
      return text.trim();
    });

  it("end with the process that started them, even when it is killed", async () => {
    const module = new URL("../../local/real-parts/guarded-process.ts", import.meta.url).href;
    const program = `
      import { GuardedProcess } from ${JSON.stringify(module)};
      new GuardedProcess("/bin/sh", ["-c", "echo $$ > pid; exec sleep 600"], ${JSON.stringify(folder)});
    `;
    const starter = spawn(process.execPath, ["--input-type=module", "-e", program]);
    try {
      const pid = Number(await written("pid"));
      expect(isAlive(pid)).to.equal(true);
      starter.kill("SIGKILL");
      await eventually(() => expect(isAlive(pid)).to.equal(false));
    } finally {
      starter.kill("SIGKILL");
    }
  });

  it("say how they ended", async () => {
    const failing = new GuardedProcess("/bin/sh", ["-c", "echo why >&2; exit 3"], folder);
    expect(await failing.ended).to.deep.equal({ code: 3, output: "why\n" });
    const script = "trap 'exit 7' TERM; echo yes > ready; while :; do sleep 0.05; done";
    const waiting = new GuardedProcess("/bin/sh", ["-c", script], folder);
    await written("ready");
    await waiting.terminate();
    expect((await waiting.ended).code).to.equal(7);
  });

  it("tell who has no Java what to install", async () => {
    const path = process.env.PATH;
    process.env.PATH = "/nonexistent";
    try {
      const error = await DynamoDbLocal.start({ accessKey: "none" }).then(
        () => undefined,
        (thrown: Error) => thrown,
      );
      expect(error).to.be.instanceOf(UserError);
      expect(error?.message).to.contain("Java runtime, version 17");
    } finally {
      process.env.PATH = path;
    }
  });

  it("show their data only to who knows the access key", async () => {
    const server = await DynamoDbLocal.start({ accessKey: "owner" });
    try {
      const AttributeDefinitions = [{ AttributeName: "pk", AttributeType: "S" }];
      const KeySchema = [{ AttributeName: "pk", KeyType: "HASH" }];
      const table = { TableName: "mine", AttributeDefinitions, KeySchema, BillingMode: "PAY_PER_REQUEST" };
      await server.send("DynamoDB_20120810.CreateTable", JSON.stringify(table));
      const list = await server.send("DynamoDB_20120810.ListTables", "{}");
      expect(JSON.parse(list.body.toString())).to.deep.equal({ TableNames: ["mine"] });
      const stranger = await server.send("DynamoDB_20120810.ListTables", "{}", "stranger");
      expect(JSON.parse(stranger.body.toString())).to.deep.equal({ TableNames: [] });
    } finally {
      await server.stop();
    }
  });

  it("keep their data over a restart when there is a folder for them", async () => {
    await withDurableCloud(
      folder,
      "MessageAttributes",
      async ({ dynamo, objects, topics }, { topic, queueArn }, cloud) => {
        await dynamo.send(new PutItemCommand({ TableName: "kept", Item: { pk: { S: "1" } } }));
        await objects.send(new PutObjectCommand({ Bucket: "kept-bucket", Key: "k", Body: "body" }));
        await topics.send(new PublishCommand({ TopicArn: topic, Message: "waiting" }));
        const [message] = await cloud.apis.sqs.receive(queueArn, { maxMessages: 1, waitSeconds: 1 });
        await cloud.apis.sqs.changeVisibility(queueArn, message?.receiptHandle ?? "", 0);
      },
    );
    await withDurableCloud(
      folder,
      "MessageBody",
      async ({ dynamo, objects, topics }, { topic, queueArn }, cloud) => {
        const { Item } = await dynamo.send(
          new GetItemCommand({ TableName: "kept", Key: { pk: { S: "1" } } }),
        );
        expect(Item).to.deep.equal({ pk: { S: "1" } });
        const { Body } = await objects.send(new GetObjectCommand({ Bucket: "kept-bucket", Key: "k" }));
        expect(await Body?.transformToString()).to.equal("body");
        await topics.send(new PublishCommand({ TopicArn: topic, Message: "new" }));
        const messages = await cloud.apis.sqs.receive(queueArn, { maxMessages: 10, waitSeconds: 1 });
        expect(messages.map(({ body }) => body)).to.deep.equal(["waiting", "new"]);
      },
    );
  });
});

interface Clients {
  readonly dynamo: DynamoDBClient;
  readonly objects: S3Client;
  readonly topics: SNSClient;
}

async function withDurableCloud(
  folder: string,
  filterPolicyScope: string,
  use: (clients: Clients, made: { topic: string; queueArn: string }, cloud: DataCloud) => Promise<void>,
): Promise<void> {
  const cloud = await DataCloud.start([dynamodb, s3, sqs, sns, mailbox], folder);
  try {
    const attributes = [{ name: "pk", type: "S" }];
    await cloud.declare("aws:dynamodb/table:Table", "kept", {
      name: "kept",
      attributes,
      hashKey: "pk",
      streamEnabled: true,
      streamViewType: "KEYS_ONLY",
    });
    await cloud.declare("aws:s3/bucket:Bucket", "kept", { bucket: "kept-bucket" });
    const topic = await cloud.declare("aws:sns/topic:Topic", "kept", { name: "kept" });
    const queue = await cloud.declare("aws:sqs/queue:Queue", "kept", { name: "kept" });
    const statement = {
      Effect: "Allow",
      Principal: "*",
      Action: "sqs:SendMessage",
      Resource: queue.outputs.arn,
    };
    await cloud.declare("aws:sqs/queuePolicy:QueuePolicy", "kept", {
      queueUrl: queue.id,
      policy: JSON.stringify({ Statement: [statement] }),
    });
    const endpoint = String(queue.outputs.arn);
    await cloud.declare("aws:sns/topicSubscription:TopicSubscription", "kept", {
      topic: topic.id,
      protocol: "sqs",
      endpoint,
      rawMessageDelivery: true,
      filterPolicyScope,
    });
    const clients = {
      dynamo: new DynamoDBClient(cloud.asUser),
      objects: new S3Client({ ...cloud.asUser, forcePathStyle: true }),
      topics: new SNSClient(cloud.asUser),
    };
    await use(clients, { topic: topic.id, queueArn: endpoint }, cloud);
    for (const client of Object.values(clients)) client.destroy();
  } finally {
    await cloud.stop();
  }
}
