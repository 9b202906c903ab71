import { CopyObjectCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { S3Event } from "aws-lambda";
import { expect } from "chai";
import type { Properties } from "../../local/core/graph.ts";
import { s3 } from "../../local/services/s3/index.ts";
import { sqs } from "../../local/services/sqs/index.ts";
import { eventually } from "../support/eventually.ts";
import { ACCOUNT, DataCloud, REGION } from "./support/data-cloud.ts";

const FUNCTION_ARN = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:thumbnails`;
const KEY = "in/my file+1.csv";

describe("S3 notifications", () => {
  let cloud: DataCloud;
  let client: S3Client;

  before(async () => {
    cloud = await DataCloud.start([s3, sqs]);
    client = new S3Client({ ...cloud.asUser, forcePathStyle: true });
    await cloud.declare("aws:lambda/function:Function", "thumbnails", {
      arn: FUNCTION_ARN,
      name: "thumbnails",
      role: "",
    });
  });

  beforeEach(() => {
    cloud.events.length = 0;
    cloud.invocations.length = 0;
  });

  after(() => cloud.stop());

  async function bucket(Bucket: string, notification: Properties): Promise<string> {
    await cloud.declare("aws:s3/bucket:Bucket", Bucket, { bucket: Bucket });
    await cloud.declare("aws:s3/bucketNotification:BucketNotification", Bucket, {
      bucket: Bucket,
      ...notification,
    });
    return Bucket;
  }

  const permit = (Bucket: string) =>
    cloud.declare("aws:lambda/permission:Permission", Bucket, {
      action: "lambda:InvokeFunction",
      function: "thumbnails",
      principal: "s3.amazonaws.com",
      sourceArn: `arn:aws:s3:::${Bucket}`,
    });

  it("tells EventBridge of objects that are created and deleted, with AWS's detail", async () => {
    const Bucket = await bucket("watched-bucket", { eventbridge: true });
    await client.send(new PutObjectCommand({ Bucket, Key: KEY, Body: "hello\n" }));
    await client.send(
      new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/${encodeURIComponent(KEY)}` }),
    );
    await client.send(new DeleteObjectCommand({ Bucket, Key: KEY }));
    await eventually(() => expect(cloud.events).to.have.length(3));
    const [created, copied, deleted] = cloud.events;
    expect(created).to.deep.include({
      source: "aws.s3",
      detailType: "Object Created",
      resources: ["arn:aws:s3:::watched-bucket"],
    });
    const detail = created?.detail as Properties & { object: { sequencer: string } };
    expect(detail).to.deep.include({
      version: "0",
      bucket: { name: Bucket },
      requester: ACCOUNT,
      "source-ip-address": "127.0.0.1",
      reason: "PutObject",
    });
    expect(detail.object).to.include({ key: KEY, size: 6, etag: "b1946ac92492d2347c6235b4d2611184" });
    expect(detail["request-id"]).to.be.a("string");
    expect(copied?.detail).to.include({ reason: "CopyObject" });
    expect(deleted).to.include({ detailType: "Object Deleted" });
    const last = deleted?.detail as typeof detail;
    expect(last).to.include({ reason: "DeleteObject", "deletion-type": "Permanently Deleted" });
    expect(last.object.sequencer > detail.object.sequencer).to.equal(true);
  });

  it("tells functions and queues of the events, prefixes and suffixes they asked for", async () => {
    const queue = await cloud.declare("aws:sqs/queue:Queue", "changes", { name: "changes" });
    const Condition = { ArnEquals: { "aws:SourceArn": "arn:aws:s3:::noted-bucket" } };
    const statement = {
      Effect: "Allow",
      Principal: { Service: "s3.amazonaws.com" },
      Action: "sqs:SendMessage",
      Resource: queue.outputs.arn,
      Condition,
    };
    await cloud.declare("aws:sqs/queuePolicy:QueuePolicy", "changes", {
      queueUrl: queue.id,
      policy: JSON.stringify({ Statement: [statement] }),
    });
    const Bucket = await bucket("noted-bucket", {
      lambdaFunctions: [
        {
          id: "thumbs",
          lambdaFunctionArn: FUNCTION_ARN,
          events: ["s3:ObjectCreated:*"],
          filterPrefix: "in/",
          filterSuffix: ".csv",
        },
      ],
      queues: [{ queueArn: queue.outputs.arn, events: ["s3:ObjectRemoved:Delete"] }],
    });
    await permit(Bucket);
    await client.send(new PutObjectCommand({ Bucket, Key: "other/file.csv", Body: "x" }));
    await client.send(new PutObjectCommand({ Bucket, Key: KEY, Body: "hello\n" }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: KEY }));

    await eventually(() => expect(cloud.invocations).to.have.length(1));
    const record = (cloud.invocations[0]?.event as S3Event | undefined)?.Records[0];
    expect(record).to.deep.include({
      eventSource: "aws:s3",
      eventName: "ObjectCreated:Put",
      awsRegion: REGION,
      eventVersion: "2.1",
    });
    expect(record?.s3).to.deep.include({ configurationId: "thumbs", s3SchemaVersion: "1.0" });
    expect(record?.s3.bucket).to.include({ name: Bucket, arn: `arn:aws:s3:::${Bucket}` });
    expect(record?.s3.object).to.include({
      key: "in/my+file%2B1.csv",
      size: 6,
      eTag: "b1946ac92492d2347c6235b4d2611184",
    });

    const options = { maxMessages: 10, waitSeconds: 5 };
    const [message] = await cloud.apis.sqs.receive(String(queue.outputs.arn), options);
    const removed = (JSON.parse(message?.body ?? "{}") as S3Event).Records[0];
    expect(removed?.eventName).to.equal("ObjectRemoved:Delete");
    expect(cloud.events).to.deep.equal([]);
  });

  it("does not invoke a function that S3 may not invoke, and says so", async () => {
    const target = { lambdaFunctionArn: FUNCTION_ARN, events: ["s3:ObjectCreated:Put"] };
    const Bucket = await bucket("unpermitted-bucket", { lambdaFunctions: [target] });
    await client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
    const isSaid = () => cloud.log.some(({ source, message }) => source === "s3" && message.includes(Bucket));
    await eventually(() => expect(isSaid()).to.equal(true));
    expect(cloud.invocations).to.deep.equal([]);
  });
});
