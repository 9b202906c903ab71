import "../support/environment.ts";
import type { PublishBatchRequestEntry } from "@aws-sdk/client-sns";
import { expect } from "chai";
import { batchingTopic } from "../../../handlers/shared/topic.ts";

const message = (subject: string, email = "text") => ({
  subject,
  event: { subject },
  email,
  attributes: { source: "api" },
});

describe("topic", () => {
  it("sends messages of the same moment together, ten at most", async () => {
    const batches: (readonly PublishBatchRequestEntry[])[] = [];
    const topic = batchingTopic(async (entries) => {
      batches.push(entries);
      return new Map();
    });
    await Promise.all(Array.from({ length: 23 }, (_, index) => topic.publish(message(`m${index}`))));
    expect(batches.map(({ length }) => length)).to.deep.equal([10, 10, 3]);
    expect(batches.flat().map(({ Subject }) => Subject)).to.deep.equal(
      Array.from({ length: 23 }, (_, i) => `m${i}`),
    );
  });

  it("sends no batch above 256 KB", async () => {
    const sizes: number[] = [];
    const topic = batchingTopic(async (entries) => {
      sizes.push(Buffer.byteLength(JSON.stringify(entries)));
      return new Map();
    });
    await Promise.all(Array.from({ length: 12 }, () => topic.publish(message("big", "x".repeat(50_000)))));
    expect(sizes).to.have.length(3);
    for (const size of sizes) expect(size).to.be.below(256 * 1024);
  });

  it("fails exactly the messages that SNS did not take", async () => {
    const topic = batchingTopic(async () => new Map([["1", "InternalError"]]));
    const outcomes = await Promise.allSettled(["a", "b", "c"].map((name) => topic.publish(message(name))));
    expect(outcomes.map(({ status }) => status)).to.deep.equal(["fulfilled", "rejected", "fulfilled"]);
  });

  it("fails all messages of a call that failed", async () => {
    const topic = batchingTopic(() => Promise.reject(new Error("down")));
    const outcomes = await Promise.allSettled(["a", "b"].map((name) => topic.publish(message(name))));
    expect(outcomes.map(({ status }) => status)).to.deep.equal(["rejected", "rejected"]);
  });

  it("gives programs JSON, people a text, and a subject that SNS takes", async () => {
    let entry: PublishBatchRequestEntry | undefined;
    const topic = batchingTopic(async ([first]) => {
      entry = first;
      return new Map();
    });
    await topic.publish(message(`Reuni\u00f3n \u{1f680}\n${"x".repeat(200)}`, "Hello"));
    expect(JSON.parse(entry?.Message ?? ""))
      .to.have.keys("default", "email")
      .and.include({ email: "Hello" });
    expect(entry?.MessageStructure).to.equal("json");
    expect(entry?.Subject)
      .to.match(/^Reunion \?\?x+$/)
      .and.have.length(99);
    expect(entry?.MessageAttributes?.source).to.deep.equal({ DataType: "String", StringValue: "api" });
  });
});
