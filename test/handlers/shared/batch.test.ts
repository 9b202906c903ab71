import "../support/environment.ts";
import type { DynamoDBRecord, SQSRecord } from "aws-lambda";
import { expect } from "chai";
import { queueHandler, streamHandler } from "../../../handlers/shared/batch.ts";
import { insertedItem, removedItem } from "../../../handlers/shared/stream.ts";
import { lambdaContext } from "../support/events.ts";

function message(messageId: string): SQSRecord {
  return {
    messageId,
    receiptHandle: "handle",
    body: messageId,
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: "0",
      SenderId: "sender",
      ApproximateFirstReceiveTimestamp: "0",
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-west-1:000000000000:queue",
    awsRegion: "eu-west-1",
  };
}

describe("batch", () => {
  it("reports exactly the messages that failed", async () => {
    const handle = queueHandler(async ({ body }) => {
      if (body === "b") throw new Error("poisoned");
    });
    const answer = await handle({ Records: ["a", "b", "c"].map(message) }, lambdaContext());
    expect(answer).to.deep.equal({ batchItemFailures: [{ itemIdentifier: "b" }] });
  });

  it("reports all messages, and no error of the function, when all failed", async () => {
    const handle = queueHandler(() => Promise.reject(new Error("down")));
    const answer = await handle({ Records: ["a", "b"].map(message) }, lambdaContext());
    expect(answer.batchItemFailures).to.have.length(2);
    const next = queueHandler(async () => undefined);
    expect(await next({ Records: [message("a")] }, lambdaContext())).to.deep.equal({ batchItemFailures: [] });
  });

  it("reports stream records by their sequence number", async () => {
    const record = (number: string): DynamoDBRecord => ({
      eventID: number,
      dynamodb: { SequenceNumber: number },
    });
    const handle = streamHandler(async ({ eventID }) => {
      if (eventID === "2") throw new Error("poisoned");
    });
    const answer = await handle({ Records: ["1", "2"].map(record) }, lambdaContext());
    expect(answer).to.deep.equal({ batchItemFailures: [{ itemIdentifier: "2" }] });
  });
});

describe("stream records", () => {
  const image = { pk: { S: "TASK#1" }, version: { N: "2" } };

  it("tell which item was created and which was removed", () => {
    expect(insertedItem({ eventName: "INSERT", dynamodb: { NewImage: image } })).to.deep.equal({
      pk: "TASK#1",
      version: 2,
    });
    expect(removedItem({ eventName: "REMOVE", dynamodb: { OldImage: image } })).to.deep.equal({
      pk: "TASK#1",
      version: 2,
    });
    expect(insertedItem({ eventName: "MODIFY", dynamodb: { NewImage: image } })).to.equal(undefined);
    expect(removedItem({ eventName: "INSERT", dynamodb: { NewImage: image } })).to.equal(undefined);
  });

  it("without an image are a mistake", () => {
    expect(() => removedItem({ eventName: "REMOVE", dynamodb: {} })).to.throw("image");
  });
});
