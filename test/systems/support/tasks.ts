/** What tests do with the task manager, and how they look at what it did. */
import { DynamoDBClient, paginateScan } from "@aws-sdk/client-dynamodb";
import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { SetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import type { TasksClient } from "../../../client/index.ts";
import { type Resource, resourcesOf } from "../../../local/core/graph.ts";
import type { LocalCloud } from "../../../local/local-cloud.ts";
import { ApiClient, type Question } from "./client.ts";
import { dataOf, typedTasks } from "./typed-clients.ts";

export interface Upload {
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * Sends a file with a presigned POST, as a browser's form does.
 * @param changes fields with other values than the form was given out with
 */
export function sendForm(
  { url, fields }: Upload,
  contents: string | Uint8Array<ArrayBuffer>,
  type: string,
  changes: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...fields, ...changes })) form.append(name, value);
  form.append("file", new Blob([contents], { type }), "file");
  return fetch(url, { method: "POST", body: form });
}

export class TasksDriver {
  readonly typed: TasksClient;
  readonly api: ApiClient;
  readonly #cloud: LocalCloud;
  readonly #settings;

  constructor(cloud: LocalCloud) {
    this.#cloud = cloud;
    this.typed = typedTasks(cloud);
    const { tasksApiUrl, tasksApiKey } = cloud.outputValues;
    this.api = new ApiClient(String(tasksApiUrl), { "x-api-key": String(tasksApiKey) });
    const { endpoint, region } = cloud.world;
    this.#settings = {
      endpoint,
      region,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    };
  }

  async create(title: string, headers: Question["headers"] = {}): Promise<string> {
    return dataOf(await this.typed.POST("/tasks", { body: { title }, headers })).id;
  }

  async expectProcessed(id: string): Promise<void> {
    const task = dataOf(await this.typed.GET("/tasks/{id}", { params: { path: { id } } }));
    expect(task.processedAt, `processedAt of ${id}`).to.be.a("string");
  }

  /** What the external service did for a task, by idempotency key: more than one key is an effect that was doubled. */
  async effectsOf(id: string): Promise<readonly string[]> {
    return (await this.effects()).filter((key) => key.includes(id));
  }

  /** Idempotency keys of all that the external service did. */
  async effects(): Promise<readonly string[]> {
    const answer = await fetch(`${this.#cloud.world.endpoint}/_local/stand-ins/task-service/effects`);
    const { items } = (await answer.json()) as { items: { key: string }[] };
    return items.map(({ key }) => key);
  }

  emailsAbout(text: string) {
    return this.#cloud.cloud.services.mailbox
      .list()
      .filter(({ subject, body }) => `${subject}\n${body}`.includes(text));
  }

  /** Items of the table of which an attribute contains a text. */
  async itemsWith(attribute: string, text: string) {
    const [table] = resourcesOf(this.#cloud.graph, "aws:dynamodb/table:Table").filter(
      ({ name }) => name === "tasks-table",
    );
    const client = new DynamoDBClient(this.#settings);
    const pages = paginateScan(
      { client },
      {
        TableName: String(table?.id),
        FilterExpression: "contains(#attribute, :text)",
        ExpressionAttributeNames: { "#attribute": attribute },
        ExpressionAttributeValues: { ":text": { S: text } },
        ConsistentRead: true,
      },
    );
    const items = [];
    for await (const page of pages) items.push(...(page.Items ?? []));
    return items;
  }

  /** Keys of the stored files under a prefix. */
  async filesUnder(Prefix: string): Promise<readonly string[]> {
    const s3 = new S3Client({ ...this.#settings, forcePathStyle: true });
    const buckets = resourcesOf(this.#cloud.graph, "aws:s3/bucket:Bucket");
    const lists = buckets.map(({ id }) => s3.send(new ListObjectsV2Command({ Bucket: id, Prefix })));
    return (await Promise.all(lists)).flatMap(({ Contents = [] }) => Contents.map(({ Key }) => Key ?? ""));
  }

  async upload(upload: Upload, contents: string, type: string): Promise<void> {
    const sent = await sendForm(upload, contents, type);
    expect(sent.status, await sent.text()).to.be.within(200, 204);
  }

  /** Seconds after which a message of a worker that died comes back. */
  async setVisibilityTimeout(seconds: number): Promise<void> {
    const Attributes = { VisibilityTimeout: String(seconds) };
    const sqs = new SQSClient(this.#settings);
    const QueueUrl = String(this.#workQueue.outputs.url);
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
  }

  /** As the program declares it. */
  restoreVisibilityTimeout(): Promise<void> {
    return this.setVisibilityTimeout(Number(this.#workQueue.inputs.visibilityTimeoutSeconds));
  }

  get #workQueue(): Resource {
    const queues = resourcesOf(this.#cloud.graph, "aws:sqs/queue:Queue");
    const queue = queues.find(({ name }) => name === "tasks-work-queue");
    if (!queue) throw new Error("The program has no queue tasks-work-queue");
    return queue;
  }
}
