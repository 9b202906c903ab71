import { expect } from "chai";
import { cloudwatch } from "../../local/services/cloudwatch/index.ts";
import { s3 } from "../../local/services/s3/index.ts";
import { sns } from "../../local/services/sns/index.ts";
import { sqs } from "../../local/services/sqs/index.ts";
import { sts } from "../../local/services/sts/index.ts";
import { DataCloud } from "./support/data-cloud.ts";

interface Shape {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Requests as the AWS CLI 1.45 (botocore 1.43) sent them; only endpoints, names and signatures are changed. */
describe("The AWS CLI's requests", () => {
  let cloud: DataCloud;

  before(async () => {
    cloud = await DataCloud.start([cloudwatch, s3, sns, sqs, sts]);
  });

  after(() => cloud?.stop());

  async function send(service: string, { method = "POST", path = "/", headers = {}, body }: Shape) {
    const answer = await fetch(`${cloud.world.endpoint}${path}`, {
      method,
      headers: {
        "user-agent": "aws-cli/1.45.11 md/Botocore#1.43.11 lang/python#3.11.7",
        authorization: `AWS4-HMAC-SHA256 Credential=test/20261123/eu-west-1/${service}/aws4_request, SignedHeaders=host;x-amz-date, Signature=0`,
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  }

  const FORM = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
  const json = (target: string) => ({
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": target,
    "x-amzn-query-mode": "true",
  });

  it("are answered by SQS in JSON, with the old code of an error beside the new one", async () => {
    const call = async (operation: string, input: object) => {
      const answer = await send("sqs", {
        headers: json(`AmazonSQS.${operation}`),
        body: JSON.stringify(input),
      });
      return { ...answer, body: JSON.parse(answer.text || "{}") };
    };
    const { body } = await call("CreateQueue", { QueueName: "cli-queue" });
    const { QueueUrl } = body as { QueueUrl: string };
    expect(QueueUrl).to.equal(`${cloud.world.endpoint}/000000000000/cli-queue`);
    await call("SendMessage", { QueueUrl, MessageBody: "hi" });
    expect((await call("ReceiveMessage", { QueueUrl })).body.Messages[0].Body).to.equal("hi");
    const missing = await call("GetQueueUrl", { QueueName: "none" });
    expect(missing.status).to.equal(400);
    expect(missing.headers.get("x-amzn-query-error")).to.match(/NonExistentQueue;Sender$/);
  });

  it("are answered by SNS in the query protocol, with attributes as numbered entries", async () => {
    const created = await send("sns", {
      headers: FORM,
      body: "Action=CreateTopic&Version=2010-03-31&Name=cli-topic",
    });
    const topic = /<TopicArn>([^<]+)</.exec(created.text)?.[1] ?? "";
    expect(topic).to.equal("arn:aws:sns:eu-west-1:000000000000:cli-topic");
    const published = await send("sns", {
      headers: FORM,
      body: `Action=Publish&Version=2010-03-31&TopicArn=${encodeURIComponent(topic)}&Message=hi&MessageAttributes.entry.1.Name=kind&MessageAttributes.entry.1.Value.DataType=String&MessageAttributes.entry.1.Value.StringValue=x`,
    });
    expect(published.text).to.match(/<PublishResult>\s*<MessageId>[0-9a-f-]{36}</);
  });

  it("are answered by STS in the query protocol", async () => {
    const body = "Action=GetCallerIdentity&Version=2011-06-15";
    expect((await send("sts", { headers: FORM, body })).text).to.contain("<Account>000000000000</Account>");
  });

  it("are answered by CloudWatch in JSON, and in the query protocol of older ones", async () => {
    const target = (operation: string) => json(`GraniteServiceVersion20100801.${operation}`);
    const put = await send("monitoring", {
      headers: target("PutMetricData"),
      body: '{"Namespace": "App", "MetricData": [{"MetricName": "Orders", "Value": 2.0, "Dimensions": [{"Name": "Shop", "Value": "one"}]}]}',
    });
    expect(put.status).to.equal(200);
    const listed = await send("monitoring", { headers: target("ListMetrics"), body: '{"Namespace": "App"}' });
    expect(JSON.parse(listed.text).Metrics).to.have.length(1);
    const end = new Date(Date.now() + 60_000).toISOString();
    const start = new Date(Date.now() - 600_000).toISOString();
    const stat =
      "MetricDataQueries.member.1.Id=a&MetricDataQueries.member.1.MetricStat.Metric.Namespace=App&MetricDataQueries.member.1.MetricStat.Metric.MetricName=Orders&MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.1.Name=Shop&MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.1.Value=one&MetricDataQueries.member.1.MetricStat.Period=60&MetricDataQueries.member.1.MetricStat.Stat=Sum&MetricDataQueries.member.1.ReturnData=false";
    const math = `MetricDataQueries.member.2.Id=b&MetricDataQueries.member.2.Expression=${encodeURIComponent("a * 2")}`;
    const old = await send("monitoring", {
      headers: FORM,
      body: `Action=GetMetricData&Version=2010-08-01&${stat}&${math}&StartTime=${encodeURIComponent(start)}&EndTime=${encodeURIComponent(end)}`,
    });
    expect(old.text).to.contain("<Id>b</Id>").and.to.contain("<Values><member>4</member></Values>");
    expect(old.text).not.to.contain("<Id>a</Id>");
  });

  it("store objects with path style and a checksum in the headers", async () => {
    expect((await send("s3", { method: "PUT", path: "/cli-bucket" })).status).to.equal(200);
    const headers = {
      "x-amz-checksum-crc32": "NjowIA==",
      "x-amz-sdk-checksum-algorithm": "CRC32",
      "x-amz-content-sha256": "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03",
    };
    const put = await send("s3", { method: "PUT", path: "/cli-bucket/a/f.txt", headers, body: "hello\n" });
    expect(put.status).to.equal(200);
    expect(put.headers.get("x-amz-checksum-crc32")).to.equal("NjowIA==");
    const listed = await send("s3", { method: "GET", path: "/cli-bucket?list-type=2&encoding-type=url" });
    expect(listed.text).to.contain("<Key>a/f.txt</Key>").and.to.contain("<Size>6</Size>");
  });

  it("store streams in chunks with the checksum behind them", async () => {
    const headers = {
      "content-encoding": "aws-chunked",
      "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
      "x-amz-decoded-content-length": "6",
      "x-amz-trailer": "x-amz-checksum-crc32",
      "x-amz-sdk-checksum-algorithm": "CRC32",
    };
    const body = "6\r\nhello\n\r\n0\r\nx-amz-checksum-crc32:NjowIA==\r\n\r\n";
    const put = await send("s3", { method: "PUT", path: "/cli-bucket/stream", headers, body });
    expect(put.status).to.equal(200);
    expect((await send("s3", { method: "GET", path: "/cli-bucket/stream" })).text).to.equal("hello\n");
  });
});
