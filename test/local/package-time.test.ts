import { expect } from "chai";
import { CloudClock } from "../../local/core/clock.ts";
import { Fauxqs } from "../../local/real-parts/fauxqs.ts";

const REGION = "eu-west-1";
const MINUTE = 60_000;

describe("fauxqs on the clock of the local cloud", () => {
  let clock: CloudClock;
  let fauxqs: Fauxqs;

  beforeEach(async () => {
    clock = new CloudClock();
    fauxqs = await Fauxqs.start(REGION, clock, undefined);
  });

  afterEach(() => fauxqs.stop());

  async function sqs(operation: string, input: object): Promise<Record<string, unknown>> {
    const headers = {
      "x-amz-target": `AmazonSQS.${operation}`,
      "content-type": "application/x-amz-json-1.0",
    };
    const request = { method: "POST", url: "/", headers, body: JSON.stringify(input), region: REGION };
    return JSON.parse((await fauxqs.request(request)).body.toString("utf8") || "{}");
  }

  async function makeQueue(QueueName: string, Attributes: object): Promise<string> {
    return String((await sqs("CreateQueue", { QueueName, Attributes })).QueueUrl);
  }

  async function receive(QueueUrl: string): Promise<string[]> {
    const { Messages = [] } = await sqs("ReceiveMessage", { QueueUrl });
    return (Messages as { Body: string }[]).map(({ Body }) => Body);
  }

  function advance(minutes: number): Promise<void> {
    return clock.advance(minutes * MINUTE, async () => undefined);
  }

  it("shows delayed and invisible messages when their time has come", async () => {
    const QueueUrl = await makeQueue("jobs", { VisibilityTimeout: "1200" });
    await sqs("SendMessage", { QueueUrl, MessageBody: "a", DelaySeconds: 600 });
    expect(await receive(QueueUrl)).to.deep.equal([]);
    await advance(10);
    expect(await receive(QueueUrl)).to.deep.equal(["a"]);
    await advance(19);
    expect(await receive(QueueUrl)).to.deep.equal([]);
    await advance(1);
    expect(await receive(QueueUrl)).to.deep.equal(["a"]);
  });

  it("takes a FIFO message again when the five minutes of deduplication are over", async () => {
    const QueueUrl = await makeQueue("jobs.fifo", { FifoQueue: "true", VisibilityTimeout: "43200" });
    const send = (MessageBody: string, MessageGroupId: string) =>
      sqs("SendMessage", { QueueUrl, MessageBody, MessageGroupId, MessageDeduplicationId: "same" });
    await send("first", "g1");
    await advance(4);
    await send("repeated", "g2");
    await advance(2);
    await send("later", "g3");
    expect([await receive(QueueUrl), await receive(QueueUrl), await receive(QueueUrl)]).to.deep.equal([
      ["first"],
      ["later"],
      [],
    ]);
  });

  it("dates objects by it, and not those of another cloud", async () => {
    const other = await Fauxqs.start(REGION, new CloudClock(), undefined);
    await advance(24 * 60);
    for (const each of [fauxqs, other]) {
      await each.request({ method: "PUT", url: "/photos", region: REGION });
      await each.request({ method: "PUT", url: "/photos/cat", body: "x", region: REGION });
    }
    const age = (each: Fauxqs) =>
      Date.now() - each.objects.headObject("photos", "cat").lastModified.getTime();
    expect(age(fauxqs) / MINUTE).to.be.closeTo(-24 * 60, 1);
    expect(age(other) / MINUTE).to.be.closeTo(0, 1);
    await other.stop();
  });
});
