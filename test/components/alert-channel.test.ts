import { expect } from "chai";
import { AlertChannel } from "../../components/alert-channel.ts";
import { documentIn, known, record } from "./support/recorder.ts";
import { refusalOf } from "./support/refusal.ts";

const TOPIC = "aws:sns/topic:Topic";
const POLICY = "aws:sns/topicPolicy:TopicPolicy";
const SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription";
const ARN = "arn:aws:sns:eu-west-1:123456789012:alerts-topic";

const emails = ["ana@example.com", "ops@example.com"];

describe("AlertChannel", () => {
  it("creates a topic, its policy and a subscription per address", async () => {
    const recording = await record(() => new AlertChannel("alerts", { emails }));
    expect(recording.types()).to.deep.equal([TOPIC, POLICY, SUBSCRIPTION, SUBSCRIPTION]);
    expect(recording.all(SUBSCRIPTION).map(({ inputs }) => inputs)).to.deep.equal(
      emails.map((endpoint) => ({ topic: ARN, protocol: "email", endpoint })),
    );
  });

  it("needs no address", async () => {
    const recording = await record(() => new AlertChannel("alerts", {}));
    recording.none(SUBSCRIPTION);
  });

  it("lets only the alerting services of this account publish, and only over TLS", async () => {
    const recording = await record(() => new AlertChannel("alerts", { emails }));
    expect(documentIn(recording.one(POLICY), "policy")).to.deep.equal({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "AlertsOfThisAccount",
          Effect: "Allow",
          Principal: {
            Service: ["cloudwatch.amazonaws.com", "budgets.amazonaws.com", "events.amazonaws.com"],
          },
          Action: ["sns:Publish"],
          Resource: ARN,
          Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
        },
        {
          Sid: "TlsOnly",
          Effect: "Deny",
          Principal: "*",
          Action: ["sns:Publish"],
          Resource: ARN,
          Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
      ],
    });
  });

  it("keeps a subscription when another address joins before it", async () => {
    const named = async (addresses: readonly string[]) =>
      (await record(() => new AlertChannel("alerts", { emails: addresses })))
        .all(SUBSCRIPTION)
        .find(({ inputs }) => inputs.endpoint === "ops@example.com")?.name;
    expect(await named(["ops@example.com"])).to.equal(await named(emails));
  });

  it("tells its ARN, and the sender's name to the receivers", async () => {
    const recording = await record(() => new AlertChannel("alerts", { displayName: "Andamio alerts" }));
    expect(await known(recording.result.arn)).to.equal(ARN);
    expect(recording.one(TOPIC).inputs).to.deep.equal({ displayName: "Andamio alerts" });
  });

  it("is the parent of what it creates, under its name, so that two do not collide", async () => {
    const { list } = await record(() => ["one", "two"].map((name) => new AlertChannel(name, { emails })));
    const children = list.filter(({ parent }) => parent !== undefined);
    expect(children).to.have.length(8);
    for (const { name, parent } of children) expect(name).to.match(new RegExp(`^${parent}-`));
    expect(new Set(list.map(({ name }) => name)).size).to.equal(list.length);
  });

  it("says everything that is wrong with its arguments", async () => {
    const { message, mistakes } = await refusalOf(
      () =>
        new AlertChannel("alerts", {
          emails: ["ana@example.com", "nobody", "ana@example.com"],
          displayName: "x".repeat(101),
        }),
    );
    expect(message).to.match(/^AlertChannel "alerts": /);
    expect(mistakes).to.deep.equal([
      'emails[1] is "nobody"; give an e-mail address',
      'emails[2] repeats "ana@example.com"',
      "displayName has 101 characters; SNS takes 100",
    ]);
  });
});
