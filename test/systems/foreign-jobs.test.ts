import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { expect } from "chai";
import type { LogEntry } from "../../local/core/log.ts";
import { LocalCloud } from "../../local/local-cloud.ts";
import { eventually } from "../support/eventually.ts";

describe("Background work of programs written by somebody else", function () {
  this.timeout(60_000);
  const stateFolder = mkdtempSync(join(tmpdir(), "foreign-jobs-"));
  let logged: LogEntry[];
  let cloud: LocalCloud;
  let outputs: Readonly<Record<string, string>>;

  async function start(name: string): Promise<void> {
    logged = [];
    cloud = await LocalCloud.start({
      cwd: `test/fixtures/programs/${name}`,
      stack: "dev",
      port: 0,
      stateFolder: join(stateFolder, name),
      log: (entry) => void logged.push(entry),
    });
    outputs = cloud.outputValues as Record<string, string>;
  }

  const client = () => ({
    endpoint: cloud.world.endpoint,
    region: cloud.world.region,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const control = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${cloud.world.endpoint}/_local/${path}`, {
      method,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return (await answer.json()) as Record<string, unknown>;
  };
  const invocationsOf = (prefix: string) =>
    cloud.cloud.services.lambda.invocations().filter(({ functionName }) => functionName.startsWith(prefix));
  const trouble = () => logged.filter(({ kind }) => kind === "warning" || kind === "error");

  afterEach(() => cloud?.stop());
  after(() => rmSync(stateFolder, { recursive: true, force: true }));

  it("carries an order from topic to queue, table and bucket, each by a magic function", async () => {
    await start("order-events");
    const sns = new SNSClient(client());
    await sns.send(new PublishCommand({ TopicArn: outputs.topicArn, Message: "order-1" }));
    const lines = await eventually(() => {
      const [invocation] = invocationsOf("announcer");
      const group = `/aws/lambda/${invocation?.functionName}`;
      const messages = cloud.cloud.services.logs.read(group).map(({ message }) => message);
      expect(messages.join()).to.contain("receipt");
      return messages.join();
    }, 30_000);
    expect(lines).to.contain("receipt INSERT/order-1.txt");
    const rule = cloud.graph.resources.find(({ type }) => type === "aws:cloudwatch/eventRule:EventRule");
    await control("POST", `rules/${String(rule?.outputs.name)}/run`);
    await eventually(() => expect(invocationsOf("report")).to.have.length(1));
    expect(trouble()).to.deep.equal([]);
  });

  it("runs a workflow of two functions, and its catch", async () => {
    await start("greeting-workflow");
    const sfn = new SFNClient(client());
    const run = async (input: object) => {
      const { executionArn } = await sfn.send(
        new StartExecutionCommand({ stateMachineArn: outputs.stateMachineArn, input: JSON.stringify(input) }),
      );
      return eventually(async () => {
        const execution = await sfn.send(new DescribeExecutionCommand({ executionArn }));
        expect(execution.status).not.to.equal("RUNNING");
        return execution;
      });
    };
    expect((await run({ name: "Ana" })).output).to.equal('"HELLO ANA!"');
    expect(trouble()).to.deep.equal([]);
    expect(await run({})).to.include({ status: "FAILED", error: "Nobody" });
  });

  it("rotates a secret, watches a budget, and an alarm over an alarm", async () => {
    await start("operations");
    const secrets = new SecretsManagerClient(client());
    const read = async () =>
      (await secrets.send(new GetSecretValueCommand({ SecretId: outputs.secretArn }))).SecretString ?? "";
    const first = await eventually(async () => {
      const value = await read();
      expect(value).to.have.length(20);
      return value;
    });
    await eventually(() => expect(invocationsOf("rotate")).to.have.length(4));
    await control("POST", `secrets/${encodeURIComponent(String(outputs.secretArn))}/rotate`);
    await eventually(async () => expect(await read()).not.to.equal(first));
    expect(trouble()).to.deep.equal([]);

    const mails = async () => {
      const { items } = await control("GET", "emails?to=boss@example.com");
      return (items as { subject: string }[]).map(({ subject }) => subject);
    };
    expect(await control("POST", "budgets/month/spend", { actual: 81 })).to.deep.equal({
      name: "month",
      actual: 81,
      notifications: [{ type: "ACTUAL", threshold: 80, state: "ALARM" }],
    });
    expect(await control("POST", "budgets/month/spend", { actual: "much" })).to.have.property("message");
    const alarm = new URLSearchParams({
      Action: "SetAlarmState",
      Version: "2010-08-01",
      AlarmName: String(outputs.alarmName),
      StateValue: "ALARM",
      StateReason: "a drill",
    });
    const authorization =
      "AWS4-HMAC-SHA256 Credential=test/20261123/eu-west-1/monitoring/aws4_request, SignedHeaders=host, Signature=0";
    await fetch(cloud.world.endpoint, { method: "POST", headers: { authorization }, body: alarm });
    await eventually(async () =>
      expect(await mails()).to.have.members([
        "AWS Budgets: month has exceeded your alert threshold",
        'ALARM: "trouble" in EU (Ireland)',
      ]),
    );
  });

  it("starts although some of it is not supported, and names that", async () => {
    await start("unknown-types");
    expect(trouble().map(({ message }) => message)).to.have.members([
      "acme:network:Network is not supported here and does nothing: main",
      "aws:ecs/cluster:Cluster is not supported here and does nothing: compute",
    ]);
    expect(logged.map(({ message }) => message).join("\n")).to.contain(
      'acme:network:Network "main" is a component of a plugin',
    );
  });
});
