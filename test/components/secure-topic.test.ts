import { expect } from "chai";
import { SecureTopic } from "../../components/secure-topic.ts";
import { documentIn, known, record } from "./support/recorder.ts";

interface Document {
  readonly Statement: readonly { readonly Effect: string; readonly Action: readonly string[] }[];
}

describe("SecureTopic", () => {
  it("creates a topic and its policy, and nothing else", async () => {
    const resources = await record(() => new SecureTopic("news", { displayName: "News" }));
    expect(resources.one("aws:sns/topic:Topic", "news-topic").inputs).to.include({ displayName: "News" });
    expect(resources.types()).to.have.members(["aws:sns/topic:Topic", "aws:sns/topicPolicy:TopicPolicy"]);
  });

  it("lets only its own account publish, and refuses calls without TLS", async () => {
    const resources = await record(() => new SecureTopic("news", {}));
    const { Statement } = documentIn(
      resources.one("aws:sns/topicPolicy:TopicPolicy", "news-policy"),
      "policy",
    ) as Document;
    const effects = Statement.map(({ Effect, Action }) => ({ Effect, Action }));
    expect(effects).to.deep.equal([
      { Effect: "Allow", Action: ["sns:Publish"] },
      { Effect: "Deny", Action: ["sns:Publish"] },
    ]);
    expect(JSON.stringify(Statement[0])).to.contain(":root").and.not.contain('"*"');
    expect(JSON.stringify(Statement[1])).to.contain("aws:SecureTransport");
  });

  it("subscribes each address under a name that does not depend on the order of the list", async () => {
    const namesFor = async (addresses: readonly string[]) => {
      const resources = await record(() => new SecureTopic("news", {}).subscribeEmails({ addresses }));
      return resources
        .all("aws:sns/topicSubscription:TopicSubscription")
        .map(({ name, inputs }) => `${name} ${String(inputs.endpoint)}`);
    };
    const one = await namesFor(["a@example.com", "b@example.com"]);
    expect(one).to.have.length(2);
    expect(await namesFor(["b@example.com", "a@example.com"])).to.have.members(one);
  });

  it("mails only what the filter lets through", async () => {
    const filterPolicy = { source: ["api"] };
    const resources = await record(() =>
      new SecureTopic("news", {}).subscribeEmails({ addresses: ["a@example.com"], filterPolicy }),
    );
    const [subscription] = resources.all("aws:sns/topicSubscription:TopicSubscription");
    expect(subscription?.inputs).to.include({ protocol: "email", filterPolicy: '{"source":["api"]}' });
  });

  it("grants a publisher exactly the action to publish to this topic", async () => {
    const resources = await record(() => known(new SecureTopic("news", {}).link("publish")));
    const link = await resources.result;
    expect(link.statements).to.deep.equal([
      { Effect: "Allow", Action: ["sns:Publish"], Resource: link.value },
    ]);
  });
});
