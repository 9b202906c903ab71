import { resolve } from "node:path";
import { expect } from "chai";
import type { Resource } from "../../local/core/graph.ts";
import { type EvaluateOptions, type Evaluation, evaluate } from "../../local/evaluate/index.ts";
import { definitions } from "../fixtures/programs/definitions.ts";

const PROGRAMS = resolve(import.meta.dirname, "../fixtures/programs");
const ENDPOINT = "http://127.0.0.1:4000";

/** Evaluates a program whose environment names no region. */
async function evaluateProgram(name: string, options: Partial<EvaluateOptions> = {}): Promise<Evaluation> {
  const ownRegion = process.env.AWS_REGION;
  delete process.env.AWS_REGION;
  try {
    return await evaluate({
      cwd: resolve(PROGRAMS, name),
      stack: "dev",
      endpoint: ENDPOINT,
      definitions,
      ...options,
    });
  } finally {
    if (ownRegion !== undefined) process.env.AWS_REGION = ownRegion;
  }
}

function one({ graph }: Evaluation, type: string, name: string): Resource {
  const found = graph.resources.filter((resource) => resource.type === type && resource.name === name);
  expect(found, `${type} ${name}`).to.have.length(1);
  return found[0] as Resource;
}

describe("evaluating an ESM TypeScript program that Node runs as it is", () => {
  let evaluation: Evaluation;

  before(async () => {
    evaluation = await evaluateProgram("esm");
  });

  it("names resources by the components they are in", () => {
    const bucket = one(evaluation, "aws:s3/bucket:Bucket", "site-files");
    const site = one(evaluation, "shop:components:Site", "site");
    const index = one(evaluation, "aws:s3/bucketObject:BucketObject", "site-page-index");
    const stack = one(evaluation, "pulumi:pulumi:Stack", "shop-dev");
    expect(stack).to.include({ custom: false, parent: undefined });
    expect(site).to.include({ custom: false, id: "", parent: stack.urn });
    expect(site.urn).to.equal("urn:pulumi:dev::shop::shop:components:Site::site");
    expect(bucket.parent).to.equal(site.urn);
    expect(index.urn).to.equal(
      "urn:pulumi:dev::shop::shop:components:Site$shop:components:Page$aws:s3/bucketObject:BucketObject::site-page-index",
    );
  });

  it("gives the program what AWS would return, in the stack's region", () => {
    const table = one(evaluation, "aws:dynamodb/table:Table", "orders");
    expect(evaluation.world).to.deep.equal({
      project: "shop",
      stack: "dev",
      region: "eu-central-1",
      account: "000000000000",
      endpoint: ENDPOINT,
    });
    expect(table.id).to.match(/^orders-[0-9a-f]{7}$/);
    expect(table.outputs).to.include({ name: table.id, hashKey: "id", region: "eu-central-1" });
    expect(table.outputs.arn).to.equal(`arn:aws:dynamodb:eu-central-1:000000000000:table/${table.id}`);
    expect(table.outputs.tagsAll).to.deep.equal({ team: "shop", kind: "data" });
    expect(one(evaluation, "aws:iam/role:Role", "handler").outputs).not.to.have.property("region");
  });

  it("keeps the program's outputs with their structure", () => {
    const table = one(evaluation, "aws:dynamodb/table:Table", "orders");
    const bucket = one(evaluation, "aws:s3/bucket:Bucket", "site-files");
    const worker = one(evaluation, "aws:lambda/function:Function", "worker");
    expect(evaluation.graph.outputs.tableName).to.deep.equal({ value: table.id, secret: false });
    expect(evaluation.graph.outputs.nested).to.deep.equal({
      value: {
        table: { arn: table.outputs.arn, tags: { team: "shop", kind: "data" } },
        site: `${bucket.id}/hello`,
        list: [table.id, worker.id],
      },
      secret: false,
    });
    expect(one(evaluation, "shop:components:Site", "site").outputs).to.deep.equal({
      url: `${bucket.id}/hello`,
    });
  });

  it("keeps the code of functions: files by absolute path, texts, and magic functions as text", () => {
    const { code } = one(evaluation, "aws:lambda/function:Function", "worker").inputs;
    expect(code).to.deep.equal({
      kind: "archive",
      assets: {
        "index.mjs": { kind: "asset", path: resolve(PROGRAMS, "esm/program/site/worker.mjs") },
        "settings.json": { kind: "asset", text: '{"retries":3}' },
      },
    });
    const object = one(evaluation, "aws:s3/bucketObject:BucketObject", "site-page-index");
    expect(object.inputs.source).to.deep.equal({
      kind: "archive",
      path: resolve(PROGRAMS, "esm/program/site"),
    });
    const magic = one(evaluation, "aws:lambda/function:Function", "handler");
    expect(JSON.stringify(magic.inputs.code)).to.contain('await import(\\"node:crypto\\")');
  });

  it("says what each input depends on, and puts a resource behind its dependencies", () => {
    const table = one(evaluation, "aws:dynamodb/table:Table", "orders");
    const role = one(evaluation, "aws:iam/role:Role", "handler");
    const worker = one(evaluation, "aws:lambda/function:Function", "worker");
    expect(worker.dependencies).to.have.members([table.urn, role.urn]);
    expect(worker.propertyDependencies).to.deep.include({
      environment: [table.urn],
      role: [role.urn],
      code: [],
    });
    const order = evaluation.graph.resources.map(({ urn }) => urn);
    for (const { urn, parent, dependencies } of evaluation.graph.resources) {
      for (const earlier of [...dependencies, ...(parent ? [parent] : [])])
        expect(order.indexOf(earlier), `${urn} and ${earlier}`).to.be.within(0, order.indexOf(urn) - 1);
    }
  });

  it("keeps secret what is secret, and all that is made of it", () => {
    const worker = one(evaluation, "aws:lambda/function:Function", "worker");
    expect(worker.secretInputs).to.deep.equal(["environment"]);
    expect(worker.inputs.environment).to.deep.include({
      variables: { API_KEY: "local-apiKey", TABLE: one(evaluation, "aws:dynamodb/table:Table", "orders").id },
    });
    expect(evaluation.graph.outputs.apiKey).to.deep.equal({ value: "local-apiKey", secret: true });
    expect(evaluation.graph.outputs.workerEnvironment?.secret).to.equal(true);
    expect(evaluation.notices.join())
      .to.contain("shop:apiKey")
      .and.to.contain("shop:mail.servers[0].password");
  });

  it("keeps what Pulumi is told to protect", () => {
    expect(one(evaluation, "aws:dynamodb/table:Table", "orders").protect).to.equal(true);
    expect(one(evaluation, "aws:s3/bucket:Bucket", "site-files").protect).to.equal(false);
  });

  it("comes to the same graph each time", async () => {
    const again = await evaluateProgram("esm");
    const byUrn = ({ graph }: Evaluation): object =>
      Object.fromEntries(
        graph.resources.map((resource) => [resource.urn, { ...resource, dependencies: [] }]),
      );
    expect(byUrn(again)).to.deep.equal(byUrn(evaluation));
    expect(again.graph.outputs).to.deep.equal(evaluation.graph.outputs);
  });

  it("prefers the caller's configuration", async () => {
    const { graph, notices, world } = await evaluateProgram("esm", {
      config: {
        "shop:apiKey": "mine",
        "shop:mail.servers[0].password": "mine too",
        "aws:region": "us-east-1",
      },
    });
    expect(graph.outputs.apiKey).to.deep.equal({ value: "mine", secret: true });
    expect(graph.outputs.mail?.value).to.deep.include({
      servers: [{ host: "smtp.example.com", password: "mine too" }],
    });
    expect(world.region).to.equal("us-east-1");
    expect(notices).to.deep.equal([]);
  });
});

describe("evaluating other kinds of programs", () => {
  it("compiles a CommonJS TypeScript program as Pulumi does, without a stack file", async () => {
    const evaluation = await evaluateProgram("commonjs", { stack: "nowhere" });
    const { bucketName, queueUrl } = evaluation.graph.outputs;
    expect(bucketName?.value).to.match(/^my-bucket-[0-9a-f]{7}$/);
    expect(queueUrl?.value).to.equal(`${ENDPOINT}/000000000000/jobs-nowhere`);
    expect(one(evaluation, "aws:s3/bucket:Bucket", "my-bucket").inputs.tags).to.deep.equal({ kind: "plain" });
  }).timeout(60_000);

  it("takes what a JavaScript program registers at its very end, and answers its calls", async () => {
    process.env.AWS_SECRET_ACCESS_KEY = "real";
    const lines: string[] = [];
    const evaluation = await evaluateProgram("javascript", { onOutput: (line) => lines.push(line) }).finally(
      () => {
        delete process.env.AWS_SECRET_ACCESS_KEY;
      },
    );
    const { account, region, flag, bucket } = evaluation.graph.outputs;
    expect([account, region]).to.deep.equal([
      { value: "000000000000", secret: false },
      { value: "eu-west-1", secret: false },
    ]);
    expect(flag).to.deep.equal({ value: "on", secret: true });
    one(evaluation, "aws:s3/bucketNotification:BucketNotification", "onUpload");
    one(evaluation, "aws:cloudwatch/eventRule:EventRule", "nightly");
    const { policy } = one(evaluation, "aws:s3/bucketPolicy:BucketPolicy", "policy").inputs;
    expect(JSON.parse(String(policy))).to.deep.equal({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "Read",
          Effect: "Allow",
          Action: ["s3:ListBucket", "s3:GetObject"],
          Resource: `arn:aws:s3:::${bucket?.value}`,
          Principal: { AWS: "000000000000" },
          Condition: { Bool: { "aws:SecureTransport": "true" } },
        },
      ],
    });
    expect(lines).to.have.members(["the program speaks", "with credentials: none"]);
  });

  it("names the types it does not know, and gives them outputs that are plausible", async () => {
    const evaluation = await evaluateProgram("unknown-types");
    expect(evaluation.unknownTypes).to.have.deep.members([
      { type: "acme:network:Network", names: ["main"] },
      { type: "aws:ecs/cluster:Cluster", names: ["compute"] },
    ]);
    expect(evaluation.notices).to.have.length(1);
    expect(evaluation.notices[0]).to.match(/^acme:network:Network "main" is a component of a plugin/);
    const { clusterArn, clusterName, cidr } = evaluation.graph.outputs;
    expect(clusterArn?.value).to.equal(`arn:aws:ecs:eu-west-1:000000000000:cluster/${clusterName?.value}`);
    expect(cidr?.value).to.equal("10.0.0.0/16");
  });
});

describe("evaluating a program that uses resource options", () => {
  let evaluation: Evaluation;
  const lines: string[] = [];

  before(async () => {
    evaluation = await evaluateProgram("options", { onOutput: (line) => lines.push(line) });
  });

  it("applies transforms of a resource, its parents, the stack and of calls", () => {
    expect(evaluation.graph.outputs.tags?.value).to.deep.equal({
      own: "yes",
      ofResource: "yes",
      ofParent: "yes",
      ofStack: "yes",
      place: "overseas",
    });
    expect(evaluation.graph.outputs.changed?.value).to.equal("changed");
    expect(one(evaluation, "aws:sns/topic:Topic", "topic").dependencies).to.have.members([
      one(evaluation, "aws:sqs/queue:Queue", "team-queue").urn,
      one(evaluation, "aws:sqs/queue:Queue", "elsewhere").urn,
    ]);
  });

  it("takes the region from the resource, else from its provider, else from the stack", () => {
    const { arn, elsewhere, overseas } = evaluation.graph.outputs;
    expect(arn?.value).to.match(/^arn:aws:sqs:us-west-2:/);
    expect(elsewhere?.value).to.match(/^arn:aws:sqs:ap-south-1:/);
    expect(overseas?.value).to.equal("us-west-2");
    expect(one(evaluation, "aws:sns/topic:Topic", "topic").outputs.region).to.equal("eu-west-1");
    expect(one(evaluation, "pulumi:providers:aws", "overseas").id).to.match(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
  });

  it("takes a null input as one that is not set, as AWS's provider does", () => {
    expect(one(evaluation, "aws:sqs/queue:Queue", "elsewhere").inputs).not.to.have.property("kmsMasterKeyId");
  });

  it("answers reads of resources that the program has, without a second resource", () => {
    const queue = one(evaluation, "aws:sqs/queue:Queue", "team-queue");
    expect(evaluation.graph.outputs.again?.value).to.equal(queue.outputs.arn);
    const topic = one(evaluation, "aws:sns/topic:Topic", "topic");
    expect(topic.inputs.displayName).to.equal(queue.outputs.name);
    expect(topic.dependencies).to.include(queue.urn);
    expect(topic.propertyDependencies.displayName).to.deep.equal([queue.urn]);
    expect(evaluation.graph.resources.map(({ name }) => name)).not.to.include("again");
  });

  it("keeps secret what a provider says is secret", () => {
    expect(evaluation.graph.outputs.password?.secret).to.equal(true);
    expect(evaluation.graph.outputs.password?.value).to.have.length(20);
  });

  it("hands on what the program logs", () => {
    expect(lines).to.deep.equal([
      "warning: a warning",
      "of two lines",
      "error: an error that does not end the program",
    ]);
  });
});
