import { expect } from "chai";
import type { Graph, Properties, Resource } from "../../local/core/graph.ts";
import { type Changed, differenceOf } from "../../tools/diff/compare.ts";
import { differenceMarkdown, differenceText } from "../../tools/diff/report.ts";
import { arn, graphWith, lambda, QUEUE, resource, TABLE } from "./support/graphs.ts";

const TOPIC = "aws:sns/topic:Topic";
const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";

/** What becomes of one resource whose inputs change. */
function changeOf(type: string, before: Properties, after: Properties): Changed | undefined {
  const [changed] = differenceOf(
    graphWith(resource(type, "it", before)),
    graphWith(resource(type, "it", after)),
  ).changed;
  return changed;
}

const namesOf = (all: readonly { readonly name: string }[]) => all.map(({ name }) => name);

/** A resource that is now called otherwise in the program; its id and ARN are still those of before. */
function renamed(former: Resource, name: string): Resource {
  const { id, outputs, urn } = former;
  return { ...resource(former.type, name, former.inputs), id, outputs, aliases: [urn] };
}

describe("what a change does to a stack", () => {
  it("is what comes, what goes, and what changes, property by property", () => {
    const kept = resource(TOPIC, "news", { displayName: "News" });
    const before = graphWith(kept, resource(QUEUE, "old", { fifoQueue: false }));
    const after = graphWith({ ...kept, inputs: { displayName: "The news" } }, resource(QUEUE, "new"));
    const { added, removed, changed } = differenceOf(before, after);
    expect([namesOf(added), namesOf(removed)]).to.deep.equal([["new"], ["old"]]);
    const changes = [{ path: "displayName", before: '"News"', after: '"The news"' }];
    expect(changed).to.deep.equal([{ type: TOPIC, name: "news", how: "update", changes, because: [] }]);
  });

  it("is looked for inside of documents and lists, by the names that their members have", () => {
    const statement = (Sid: string, Action: string) => ({ Sid, Action, Effect: "Allow", Resource: "*" });
    const policy = (...Statement: object[]) => ({ policy: JSON.stringify({ Statement }), tags: {} });
    const changed = changeOf(
      "aws:sqs/queuePolicy:QueuePolicy",
      policy(statement("A", "sqs:SendMessage"), statement("B", "sqs:*")),
      policy(statement("B", "sqs:ReceiveMessage"), statement("A", "sqs:SendMessage")),
    );
    expect(changed?.changes).to.deep.equal([
      { path: "policy.Statement.B.Action", before: '"sqs:*"', after: '"sqs:ReceiveMessage"' },
    ]);
  });

  it("shows nobody a secret", () => {
    const secret = (value: string): Resource => ({
      ...resource("aws:secretsmanager/secretVersion:SecretVersion", "it", { secretString: value }),
      secretInputs: ["secretString"],
    });
    const difference = differenceOf(graphWith(secret("hunter2")), graphWith(secret("correct horse")));
    expect(difference.changed[0]?.changes).to.deep.equal([
      { path: "secretString", before: "[secret]", after: "[secret]" },
    ]);
    const output = (value: string): Graph => ({ ...graphWith(), outputs: { key: { value, secret: true } } });
    const outputs = differenceOf(output("hunter2"), output("correct horse"));
    for (const shown of [difference, outputs].flatMap((one) => [
      JSON.stringify(one),
      differenceText(one, "main"),
      differenceMarkdown(one, "main"),
    ]))
      expect(shown).not.to.match(/hunter2|correct horse/);
  });

  it("replaces what cannot be changed, and says because of which property and how that is known", () => {
    expect(changeOf(TABLE, { hashKey: "id" }, { hashKey: "pk", tags: { a: "b" } })).to.include({
      how: "replace",
      basis: "read",
    });
    expect(changeOf(TABLE, { hashKey: "id" }, { hashKey: "pk" })?.because).to.deep.equal(["hashKey"]);
    expect(changeOf(TABLE, { ttl: { enabled: false } }, { ttl: { enabled: true } })?.how).to.equal("update");
    expect(changeOf(TOPIC, { fifoTopic: false }, { fifoTopic: true })?.basis).to.equal("remembered");
    expect(changeOf("aws:ecs/service:Service", { cluster: "a" }, { cluster: "b" })).to.include({
      how: "may replace",
    });
  });

  it("reaches what depends on something that is replaced", () => {
    const queue = (fifoQueue: boolean) => resource(QUEUE, "work", { fifoQueue });
    const mapping = {
      ...resource(MAPPING, "taking", { eventSourceArn: arn(QUEUE, "work"), batchSize: 10 }),
      propertyDependencies: { eventSourceArn: [queue(true).urn] },
    };
    const { changed } = differenceOf(graphWith(queue(false), mapping), graphWith(queue(true), mapping));
    expect(changed.map(({ name, how, because }) => [name, how, ...because])).to.deep.equal([
      ["taking", "replace", "eventSourceArn"],
      ["work", "replace", "fifoQueue"],
    ]);
  });

  it("leaves alone what is only called otherwise, by alias", () => {
    const [role, worker, policy] = lambda("worker", { "sqs:SendMessage": arn(QUEUE, "jobs") });
    const queue = resource(QUEUE, "jobs", { delaySeconds: 5 });
    const before = [role, worker, policy, queue].filter((one) => one !== undefined);
    const names = ["taker-role", "taker", "taker-policy", "work"];
    const after = before.map((one, index) => renamed(one, names[index] ?? ""));
    const { renamed: found, ...rest } = differenceOf(graphWith(...before), graphWith(...after));
    expect(found.map(({ name, former }) => [name, former])).to.deep.equal([
      ["taker", "worker"],
      ["taker-policy", "worker-policy"],
      ["taker-role", "worker-role"],
      ["work", "jobs"],
    ]);
    const { added, removed, changed, permissions } = rest;
    expect([added, removed, changed, permissions]).to.deep.equal([[], [], [], []]);
    const { added: others } = differenceOf(graphWith(...before), graphWith(...before, ...after));
    expect(namesOf(others), "beside it an alias means nothing").to.have.members(names);
  });

  it("gives roles permissions and takes them, whichever policy they stand in", () => {
    const table = arn(TABLE, "orders");
    const { permissions } = differenceOf(
      graphWith(...lambda("shop", { "dynamodb:GetItem": table, "dynamodb:Scan": table })),
      graphWith(
        ...lambda("shop", { "dynamodb:GetItem": table }),
        resource("aws:iam/rolePolicy:RolePolicy", "more", {
          role: "shop-role",
          policy: JSON.stringify({
            Statement: [{ Effect: "Allow", Action: "dynamodb:PutItem", Resource: [table] }],
          }),
        }),
      ),
    );
    expect(permissions).to.deep.equal([
      {
        role: "shop-role",
        gained: [`dynamodb:PutItem on ${table}`],
        lost: [`dynamodb:Scan on ${table}`],
      },
    ]);
  });

  it("costs what the price table says", () => {
    const secret = resource("aws:secretsmanager/secret:Secret", "key");
    const { cost } = differenceOf(graphWith(), graphWith(secret, resource("aws:ecs/cluster:Cluster", "c")));
    expect([cost.before.fixed, cost.after.fixed]).to.deep.equal([0, 0.4]);
    expect(cost.unpriced).to.deep.equal(["aws:ecs/cluster:Cluster"]);
  });

  it("is told as text and as Markdown, with warnings of what is lost and broken first", () => {
    const api = (paths: object) =>
      resource("aws:apigateway/restApi:RestApi", "api", { body: JSON.stringify({ paths }) });
    const before = graphWith(resource(TABLE, "orders", { hashKey: "id" }), api({ "/orders": { get: {} } }));
    const after = graphWith(resource(TABLE, "orders", { hashKey: "pk" }), api({ "/orders": { post: {} } }));
    const difference = differenceOf(before, after);
    const text = differenceText(difference, "main");
    expect(text).to.contain("1 changed, 1 replaced, 1 breaking changes of APIs, +0.00 USD a month at rest");
    expect(text).to.contain('hashKey: "id" → "pk"');
    expect(text).to.contain("BREAKING GET /orders is no more");
    const markdown = differenceMarkdown(difference, "main");
    expect(markdown).to.contain(
      "- :warning: **replaced**, and what is in it is lost: `orders (aws:dynamodb/table:Table)`",
    );
    expect(markdown.indexOf(":warning:")).to.be.below(markdown.indexOf("<details>"));
    expect(differenceText(differenceOf(before, before), "main")).to.match(/\nNothing\.\n$/);
  });

  it("fits into a comment, and puts nothing into it that is more than text", () => {
    const many = Array.from({ length: 3000 }, (_, index) =>
      resource(TOPIC, `a-rather-long-name-of-a-topic-${index}`),
    );
    const changed = many.map((one) => ({ ...one, inputs: { displayName: "```\n</details>@everyone" } }));
    const markdown = differenceMarkdown(differenceOf(graphWith(...many), graphWith(...changed)), "main");
    expect(markdown.length).to.be.below(65_536);
    expect(markdown.match(/^```/gm)).to.have.length(4);
  });
});
