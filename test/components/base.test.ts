import * as aws from "@pulumi/aws";
import { expect } from "chai";
import { Component } from "../../components/base.ts";
import { record } from "./support/recorder.ts";

class Mailbox extends Component {
  constructor(name: string) {
    super("Mailbox", name, {});
    const topic = new aws.sns.Topic(`${this.name}-topic`, {}, { parent: this });
    this.registerOutputs({ topic });
  }
}

describe("Component", () => {
  it("has a type token made of its class name", async () => {
    const { list } = await record(() => new Mailbox("orders"));
    expect(list.map(({ type }) => type)).to.include("andamio:components:Mailbox");
  });

  it("is the parent of what it creates, under names that begin with its own", async () => {
    const recording = await record(() => [new Mailbox("orders"), new Mailbox("returns")]);
    const topics = recording.all("aws:sns/topic:Topic").map(({ name, parent }) => ({ name, parent }));
    expect(topics).to.deep.equal([
      { name: "orders-topic", parent: "orders" },
      { name: "returns-topic", parent: "returns" },
    ]);
  });
});
