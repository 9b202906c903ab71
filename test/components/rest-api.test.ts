import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import * as z from "zod";
import { ApiLogging } from "../../components/api-logging.ts";
import { Queue } from "../../components/queue.ts";
import { RestApi } from "../../components/rest-api.ts";
import type { RestApiArgs } from "../../components/rest-api-arguments.ts";
import { DEFAULTS, functionNamed } from "./support/functions.ts";
import { documentIn, known, record } from "./support/recorder.ts";

const TYPE = "aws:apigateway";

function taskRoutes(name: string): RestApiArgs["routes"] {
  return {
    "POST /tasks": {
      handler: functionNamed(`${name}-create`),
      summary: "Creates a task.",
      body: z.strictObject({ title: z.string() }),
    },
    "GET /tasks/{id}": { handler: functionNamed(`${name}-get`), summary: "Reads a task." },
  };
}

type Overrides = Partial<Omit<RestApiArgs, "routes">>;

function tasksApi(overrides: Overrides = {}, name = "tasks-api", routes = taskRoutes(name)): RestApi {
  return new RestApi(name, {
    defaults: DEFAULTS,
    description: "Tasks of a team.",
    routes,
    throttle: { ratePerSecond: 50, burst: 100 },
    ...overrides,
  });
}

const KEY = { ratePerSecond: 10, burst: 20, quota: { limit: 1_000, period: "DAY" } } as const;

async function messageOf(program: () => unknown): Promise<string> {
  try {
    await record(program);
  } catch (error) {
    if (pulumi.InputPropertiesError.isInstance(error)) return error.message;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("RestApi", () => {
  it("creates an API with its stage, logs, settings, permissions and alarms", async () => {
    const { list } = await record(() => tasksApi());
    const children = list
      .filter(({ parent }) => parent === "tasks-api")
      .map(({ type, name }) => `${type} ${name}`);
    expect(children).to.have.members([
      `${TYPE}/restApi:RestApi tasks-api-rest-api`,
      `${TYPE}/deployment:Deployment tasks-api-deployment`,
      `${TYPE}/stage:Stage tasks-api-stage`,
      `${TYPE}/methodSettings:MethodSettings tasks-api-settings`,
      "aws:cloudwatch/logGroup:LogGroup tasks-api-access-log",
      "aws:cloudwatch/logGroup:LogGroup tasks-api-execution-log",
      "aws:cloudwatch/metricAlarm:MetricAlarm tasks-api-server-errors",
      "aws:cloudwatch/metricAlarm:MetricAlarm tasks-api-slow",
    ]);
  });

  it("logs every request as JSON without what the client chooses, and keeps logs as long as the stack says", async () => {
    const recording = await record(() => tasksApi());
    const stage = recording.one(`${TYPE}/stage:Stage`);
    const settings = stage.inputs.accessLogSettings as { format: string; destinationArn: string };
    expect(JSON.parse(settings.format)).to.include.keys(
      "requestId",
      "sub",
      "method",
      "resourcePath",
      "status",
      "latency",
    );
    expect(settings.format).not.to.match(/userAgent|header|\$context\.path"/);
    expect(settings.destinationArn).to.contain("tasks-api-access-log");
    const execution = recording.one("aws:cloudwatch/logGroup:LogGroup", "tasks-api-execution-log");
    expect(execution.inputs).to.deep.equal({
      name: "API-Gateway-Execution-Logs_a1b2c3d4e5/v1",
      retentionInDays: DEFAULTS.logRetentionDays,
    });
  });

  it("traces, throttles, logs errors but never bodies, and does not cache", async () => {
    const recording = await record(() => tasksApi());
    expect(recording.one(`${TYPE}/stage:Stage`).inputs).to.include({
      xrayTracingEnabled: true,
      stageName: "v1",
    });
    expect(recording.one(`${TYPE}/methodSettings:MethodSettings`).inputs).to.deep.include({
      methodPath: "*/*",
      settings: {
        loggingLevel: "ERROR",
        dataTraceEnabled: false,
        metricsEnabled: false,
        cachingEnabled: false,
        throttlingRateLimit: 50,
        throttlingBurstLimit: 100,
      },
    });
  });

  it("invokes the live alias and waits a second longer than the function may take", async () => {
    const recording = await record(() => tasksApi());
    const document = documentIn(recording.one(`${TYPE}/restApi:RestApi`), "body");
    expect(JSON.stringify(document)).to.contain(":live/invocations");
    expect(JSON.stringify(document)).to.contain('"timeoutInMillis":11000');
  });

  it("is deployed anew when its document changes, and only then", async () => {
    const triggerOf = async (description: string) => {
      const recording = await record(() => tasksApi({ description }));
      return (recording.one(`${TYPE}/deployment:Deployment`).inputs.triggers as { document: string })
        .document;
    };
    const first = await triggerOf("one");
    expect(await triggerOf("one")).to.equal(first);
    expect(await triggerOf("two")).not.to.equal(first);
  });

  it("lets each function be invoked for its own route only", async () => {
    const recording = await record(() => tasksApi());
    const permissions = recording.all("aws:lambda/permission:Permission").map(({ inputs }) => inputs);
    const prefix = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/v1";
    expect(permissions.map(({ sourceArn }) => sourceArn)).to.have.members([
      `${prefix}/POST/tasks`,
      `${prefix}/GET/tasks/*`,
    ]);
    for (const { principal } of permissions) expect(principal).to.equal("apigateway.amazonaws.com");
  });

  it("sends to a queue with a role that API Gateway alone may take and that may do nothing else", async () => {
    const recording = await record(() => {
      const queue = new Queue("work", { defaults: DEFAULTS, consumerTimeoutSeconds: 10 });
      const body = z.strictObject({ title: z.string() });
      return tasksApi({}, "tasks-api", { "POST /tasks": { queue, summary: "Asks for a task.", body } });
    });
    const role = recording.one("aws:iam/role:Role", "tasks-api-sender-role");
    expect(documentIn(role, "assumeRolePolicy")).to.deep.include({
      Statement: [
        { Effect: "Allow", Principal: { Service: "apigateway.amazonaws.com" }, Action: "sts:AssumeRole" },
      ],
    });
    const policy = recording.one("aws:iam/rolePolicy:RolePolicy", "tasks-api-sender-policy");
    const queueArn = "arn:aws:sqs:eu-west-1:123456789012:work-queue";
    expect(documentIn(policy, "policy")).to.deep.include({
      Statement: [{ Effect: "Allow", Action: ["sqs:SendMessage"], Resource: [queueArn] }],
    });
    const document = String(recording.one(`${TYPE}/restApi:RestApi`).inputs.body);
    expect(document).to.contain("arn:aws:apigateway:eu-west-1:sqs:path/123456789012/work-queue");
    recording.none("aws:lambda/permission:Permission");
  });

  it("has no key unless asked for one", async () => {
    const recording = await record(() => tasksApi());
    for (const type of ["apiKey:ApiKey", "usagePlan:UsagePlan", "usagePlanKey:UsagePlanKey"])
      recording.none(`${TYPE}/${type}`);
    expect(recording.result.apiKeyValue).to.equal(undefined);
  });

  it("hands out a secret key under a usage plan with limits and quota", async () => {
    const recording = await record(() => tasksApi({ apiKey: KEY }));
    expect(recording.one(`${TYPE}/usagePlan:UsagePlan`).inputs).to.deep.include({
      apiStages: [{ apiId: "a1b2c3d4e5", stage: "v1" }],
      throttleSettings: { rateLimit: 10, burstLimit: 20 },
      quotaSettings: { limit: 1_000, period: "DAY" },
    });
    recording.one(`${TYPE}/usagePlanKey:UsagePlanKey`);
    const { apiKeyValue } = recording.result;
    expect(await pulumi.isSecret(pulumi.output(apiKeyValue))).to.equal(true);
    expect(await known(apiKeyValue)).to.equal("api-key-value");
  });

  it("says where it is and publishes its contract", async () => {
    const { result } = await record(() => tasksApi({ apiKey: KEY, stageName: "beta" }));
    const url = await known(result.url);
    expect(url).to.equal("https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/beta");
    const document = JSON.parse(await known(result.document));
    expect(document.servers).to.deep.equal([{ url }]);
    expect(document.paths).to.have.all.keys("/tasks", "/tasks/{id}");
  });

  it("raises alarms on server errors and on slowness, as the user says", async () => {
    const recording = await record(() => tasksApi({ slowMilliseconds: 500 }));
    const dimensions = { ApiName: "tasks-api-rest-api", Stage: "v1" };
    expect(
      recording.one("aws:cloudwatch/metricAlarm:MetricAlarm", "tasks-api-server-errors").inputs,
    ).to.deep.include({
      metricName: "5XXError",
      dimensions,
      threshold: 5,
      period: 60,
    });
    expect(recording.one("aws:cloudwatch/metricAlarm:MetricAlarm", "tasks-api-slow").inputs).to.deep.include({
      metricName: "Latency",
      dimensions,
      threshold: 500,
    });
  });

  it("lets a transform change what the API can do without, and nothing it needs", async () => {
    const transform = {
      restApi: { description: "Other words.", body: "{}" },
      stage: { xrayTracingEnabled: false, stageName: "other" },
    };
    const recording = await record(() => tasksApi({ transform }));
    const { inputs } = recording.one(`${TYPE}/restApi:RestApi`);
    expect(inputs.description).to.equal("Other words.");
    expect(inputs.body).to.contain("/tasks/{id}");
    expect(recording.one(`${TYPE}/stage:Stage`).inputs).to.include({
      xrayTracingEnabled: false,
      stageName: "v1",
    });
  });

  it("can stand beside another one", async () => {
    const recording = await record(() => [tasksApi({ apiKey: KEY }), tasksApi({ apiKey: KEY }, "other-api")]);
    const names = recording.list.map(({ type, name }) => `${type} ${name}`);
    expect(new Set(names).size).to.equal(names.length);
  });

  it("refuses wrong arguments, all of them at once", async () => {
    const message = await messageOf(
      () =>
        new RestApi("bad", {
          defaults: DEFAULTS,
          description: "x",
          routes: {
            "GET tasks": { handler: functionNamed("a"), summary: "x" },
            "GET /slow": { handler: functionNamed("b", 29), summary: "x" },
            "GET /short": { handler: functionNamed("c", 10), summary: "x", timeoutSeconds: 10 },
          },
          throttle: { ratePerSecond: 0, burst: 1 },
          apiKey: { ratePerSecond: 1, burst: 0 },
          cors: { allowedOrigins: ["*"] },
          binaryMediaTypes: ["*/*"],
          stageName: "a b",
        }),
    );
    expect(message).to.match(/^RestApi "bad": /);
    for (const part of [
      'routes["GET tasks"] is not "METHOD /path"',
      'routes["GET /slow"].timeoutSeconds is 29 with a function that may take 29 s',
      'routes["GET /short"].timeoutSeconds is 10 with a function that may take 10 s',
      "throttle is 0 per second",
      "apiKey is 1 per second, 0 at once",
      'cors.allowedOrigins holds "*"',
      'binaryMediaTypes holds "*/*"',
      'stageName is "a b"',
    ])
      expect(message).to.contain(part);
  });
});

describe("ApiLogging", () => {
  it("lets API Gateway of this account write its logs, and nothing else", async () => {
    const recording = await record(() => new ApiLogging("logging"));
    expect(recording.types()).to.deep.equal([
      "aws:apigateway/account:Account",
      "aws:iam/role:Role",
      "aws:iam/rolePolicy:RolePolicy",
    ]);
    const policy = documentIn(recording.one("aws:iam/rolePolicy:RolePolicy"), "policy");
    expect(policy).to.deep.equal({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: [
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:DescribeLogGroups",
            "logs:DescribeLogStreams",
            "logs:PutLogEvents",
            "logs:GetLogEvents",
            "logs:FilterLogEvents",
          ],
          Resource: "arn:aws:logs:*:123456789012:*",
        },
      ],
    });
    expect(recording.one("aws:apigateway/account:Account").inputs).to.deep.equal({
      cloudwatchRoleArn: "arn:aws:iam::123456789012:role/logging-role",
    });
  });
});
