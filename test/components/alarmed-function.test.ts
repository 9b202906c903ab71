import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { AlarmedFunction } from "../../components/alarmed-function.ts";
import { AlertChannel } from "../../components/alert-channel.ts";
import type { AlarmedFunctionArgs, Caller } from "../../components/function-arguments.ts";
import { variablesOf } from "../../components/function-environment.ts";
import type { Link } from "../../components/link.ts";
import { DEFAULTS, ENTRY } from "./support/functions.ts";
import type { RecordedResource, Recording } from "./support/recorder.ts";
import { documentIn, known, record } from "./support/recorder.ts";
import { refusalOf } from "./support/refusal.ts";

const FUNCTION = "aws:lambda/function:Function";
const ALIAS = "aws:lambda/alias:Alias";
const PERMISSION = "aws:lambda/permission:Permission";
const INVOKE_CONFIG = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig";
const ROLE = "aws:iam/role:Role";
const POLICY = "aws:iam/rolePolicy:RolePolicy";
const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const ALIAS_ARN = "arn:aws:lambda:eu-west-1:123456789012:function:create-function:live";
const RULE_ARN = "arn:aws:events:eu-west-1:123456789012:rule/nightly";

const production = { ...DEFAULTS, production: true };

type Overrides = Partial<AlarmedFunctionArgs>;

function create(overrides: Overrides = {}, name = "create"): AlarmedFunction {
  return new AlarmedFunction(name, {
    defaults: DEFAULTS,
    description: "Creates a task.",
    ...(overrides.callback === undefined && { entry: ENTRY }),
    ...overrides,
  });
}

async function functionOf(overrides: Overrides = {}): Promise<RecordedResource> {
  return (await record(() => create(overrides))).one(FUNCTION);
}

/** Text of the only file of a function's archive. */
async function codeOf(recorded: RecordedResource): Promise<string> {
  const archive = recorded.inputs.code as pulumi.asset.AssetArchive;
  const assets = (await archive.assets) as Record<string, pulumi.asset.FileAsset>;
  expect(Object.keys(assets)).to.deep.equal(["index.mjs"]);
  const path = await assets["index.mjs"]?.path;
  expect(path, "a path that is the same on every machine").to.match(/^\.build\//);
  return readFileSync(String(path), "utf8");
}

function statementsOf(recording: Recording<unknown>, policy = "create-policy"): readonly unknown[] {
  return (documentIn(recording.one(POLICY, policy), "policy") as { Statement: unknown[] }).Statement;
}

const table: Link = {
  value: "tasks-table",
  statements: [{ Effect: "Allow", Action: ["dynamodb:PutItem"], Resource: "arn:aws:dynamodb:tasks" }],
};

describe("AlarmedFunction", () => {
  it("creates a function with its alias, role, policy, log group and alarms, and nothing else", async () => {
    const recording = await record(() => create());
    expect(recording.types()).to.have.members([
      FUNCTION,
      ALIAS,
      ROLE,
      POLICY,
      LOG_GROUP,
      ALARM,
      ALARM,
      ALARM,
    ]);
  });

  it("has safe defaults", async () => {
    const { inputs } = await functionOf();
    expect(inputs).to.deep.include({
      runtime: "nodejs24.x",
      architectures: ["arm64"],
      handler: "index.handler",
      timeout: 10,
      memorySize: 256,
      publish: true,
      role: "arn:aws:iam::123456789012:role/create-role",
      loggingConfig: { logFormat: "JSON", logGroup: "/aws/lambda/create-0" },
      tracingConfig: { mode: "Active" },
    });
    expect(inputs).not.to.have.property("reservedConcurrentExecutions");
    expect((await functionOf({ defaults: production })).inputs).to.include({ memorySize: 512 });
  });

  it("keeps its logs as long as the stack says", async () => {
    const recording = await record(() => create());
    expect(recording.one(LOG_GROUP).inputs).to.deep.equal({
      namePrefix: "/aws/lambda/create-",
      retentionInDays: 7,
    });
  });

  it("is made when it may do what it needs, its logs first", async () => {
    const recording = await record(() => create());
    const names = recording.list.map(({ name }) => name);
    expect(names.indexOf("create-logs")).to.be.below(names.indexOf("create-function"));
    expect(recording.one(FUNCTION).dependsOn).to.deep.equal(["create-policy"]);
  });

  it("runs the module of the entry, bundled", async () => {
    expect(await codeOf(await functionOf())).to.include("204");
  });

  it("runs a function of the program, with the values it uses", async () => {
    const greeting = "hola";
    const code = await codeOf(await functionOf({ callback: async (name: string) => `${greeting} ${name}` }));
    expect(code).to.include("hola");
  });

  it("lets the user choose what the safe defaults leave open", async () => {
    const { inputs } = await functionOf({
      timeoutSeconds: 60,
      memoryMegabytes: 1024,
      reservedConcurrency: 5,
    });
    expect(inputs).to.include({ timeout: 60, memorySize: 1024, reservedConcurrentExecutions: 5 });
  });

  it("lets the user transform function, role and log group, but not what the component stands on", async () => {
    const recording = await record(() =>
      create({
        transform: {
          function: { ephemeralStorage: { size: 1024 }, publish: false, role: "another", timeout: 900 },
          role: (args) => ({ ...args, path: "/tasks/" }),
          logGroup: { retentionInDays: 30 },
        },
      }),
    );
    expect(recording.one(FUNCTION).inputs).to.deep.include({
      ephemeralStorage: { size: 1024 },
      publish: true,
      role: "arn:aws:iam::123456789012:role/create-role",
      timeout: 10,
    });
    expect(recording.one(ROLE).inputs).to.include({ path: "/tasks/" });
    expect(recording.one(LOG_GROUP).inputs).to.include({ retentionInDays: 30 });
  });

  describe("permissions", () => {
    const OWN = [
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/create-0:*",
      },
      { Effect: "Allow", Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], Resource: "*" },
    ];

    it("are its own logs and traces, and nothing else", async () => {
      const recording = await record(() => create());
      expect(statementsOf(recording)).to.deep.equal(OWN);
      expect(recording.one(POLICY).inputs).to.include({ role: "create-role" });
    });

    it("are taken by Lambda alone", async () => {
      const recording = await record(() => create());
      expect(documentIn(recording.one(ROLE), "assumeRolePolicy")).to.deep.equal({
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
        ],
      });
    });

    it("come with links, and so do environment variables", async () => {
      const recording = await record(() =>
        create({ links: { TASKS_TABLE: table }, environment: { CURRENCY: "EUR" } }),
      );
      expect(statementsOf(recording)).to.deep.equal([...OWN, ...table.statements]);
      expect(recording.one(FUNCTION).inputs.environment).to.deep.equal({
        variables: { TASKS_TABLE: "tasks-table", CURRENCY: "EUR" },
      });
    });

    it("come without a variable, when asked to", async () => {
      const recording = await record(() => create({ statements: table.statements }));
      expect(statementsOf(recording)).to.deep.equal([...OWN, ...table.statements]);
    });
  });

  it("refuses a secret as an environment variable, since everybody could read it", async () => {
    const refused = await variablesOf("create", {
      environment: { KEY: pulumi.secret("s3cr3t"), A: "a" },
    }).then(
      () => "not refused",
      (error: Error) => error.message,
    );
    expect(refused).to.equal(
      'AlarmedFunction "create": environment variables must not hold secrets (KEY). ' +
        'Put the value into a Secret and give the function links: { …_ARN: secret.link("read") }.',
    );
  });

  describe("alarms", () => {
    it("go off above 5 errors in a minute, on throttles, and near the time-out", async () => {
      const recording = await record(() => create({ timeoutSeconds: 30 }));
      const common = {
        namespace: "AWS/Lambda",
        dimensions: { FunctionName: "create-function" },
        comparisonOperator: "GreaterThanThreshold",
        treatMissingData: "notBreaching",
        evaluationPeriods: 1,
      };
      const inputs = (name: string) => recording.one(ALARM, `create-${name}`).inputs;
      expect(inputs("errors")).to.deep.include({ ...common, metricName: "Errors", statistic: "Sum" });
      expect(inputs("errors")).to.include({ threshold: 5, period: 60 });
      expect(inputs("throttles")).to.deep.include({ ...common, metricName: "Throttles", threshold: 0 });
      expect(inputs("duration")).to.deep.include({ ...common, metricName: "Duration", threshold: 24_000 });
      expect(inputs("duration")).to.include({ extendedStatistic: "p99" }).and.not.have.property("statistic");
    });

    it("go off above the number of errors that the user sets", async () => {
      const recording = await record(() => create({ maximumErrorsPerMinute: 0 }));
      expect(recording.one(ALARM, "create-errors").inputs).to.include({ threshold: 0 });
    });

    it("are left to the account's alarms in a stack that has essential alarms only", async () => {
      const recording = await record(() => create({ defaults: { ...DEFAULTS, alarms: "essential" } }));
      expect(recording.all(ALARM)).to.deep.equal([]);
    });

    it("tell the stack's alert channel", async () => {
      const recording = await record(() => {
        const alerts = new AlertChannel("alerts", {});
        return create({ defaults: { ...DEFAULTS, alerts } });
      });
      for (const { inputs } of recording.all(ALARM)) {
        expect(inputs.alarmActions).to.deep.equal(["arn:aws:sns:eu-west-1:123456789012:alerts-topic"]);
      }
    });
  });

  describe("callers", () => {
    const caller: Caller = { principal: "events.amazonaws.com", sourceArn: RULE_ARN };

    it("invoke the newest version through its alias", async () => {
      const recording = await record(() => create());
      expect(recording.one(ALIAS).inputs).to.include({
        name: "live",
        functionName: "create-function",
        functionVersion: "1",
      });
    });

    it("are allowed one by one, on the alias", async () => {
      const recording = await record(() => create().allowInvocation("nightly", caller));
      expect(recording.one(PERMISSION, "create-nightly-permission").inputs).to.deep.equal({
        action: "lambda:InvokeFunction",
        function: "create-function",
        qualifier: "live",
        principal: "events.amazonaws.com",
        sourceArn: RULE_ARN,
      });
      recording.none(INVOKE_CONFIG);
    });

    it("that are buckets must be of this account", async () => {
      const bucket = { principal: "s3.amazonaws.com", sourceArn: "arn:aws:s3:::files" };
      const recording = await record(() => create().allowInvocation("files", bucket));
      expect(recording.one(PERMISSION).inputs).to.include({ sourceAccount: "123456789012" });
    });

    it("that do not wait share one dead-letter queue for what fails for good", async () => {
      const recording = await record(() => {
        const created = create();
        created.allowInvocation("nightly", { ...caller, async: true });
        created.allowInvocation("weekly", { ...caller, sourceArn: `${RULE_ARN}-2`, async: true });
        return created;
      });
      const queueArn = "arn:aws:sqs:eu-west-1:123456789012:create-dead-letters-queue";
      expect(recording.one(INVOKE_CONFIG).inputs).to.deep.equal({
        functionName: "create-function",
        qualifier: "live",
        maximumEventAgeInSeconds: 3_600,
        maximumRetryAttempts: 2,
        destinationConfig: { onFailure: { destination: queueArn } },
      });
      expect(statementsOf(recording, "create-dead-letters-grant")).to.deep.equal([
        { Effect: "Allow", Action: ["sqs:SendMessage"], Resource: queueArn },
      ]);
      expect(recording.one(INVOKE_CONFIG).dependsOn).to.deep.equal(["create-dead-letters-grant"]);
      for (const { dependsOn } of recording.all(PERMISSION)) {
        expect(dependsOn, "no event before there is a place for failures").to.deep.equal(["create-async"]);
      }
      expect(recording.one(ALARM, "create-lost-events").inputs).to.include({
        metricName: "DestinationDeliveryFailures",
      });
      expect(await known(recording.result.keepFailures().queue.arn)).to.equal(queueArn);
    });

    it("get a link to invoke exactly the alias", async () => {
      const { result } = await record(() => known(create().link("invoke")));
      expect(result).to.deep.equal({
        value: ALIAS_ARN,
        statements: [{ Effect: "Allow", Action: ["lambda:InvokeFunction"], Resource: ALIAS_ARN }],
      });
    });

    it("cannot be everybody", async () => {
      const { message, mistakes } = await refusalOf(() =>
        create().allowInvocation("all", { principal: "*", sourceArn: "*" }),
      );
      expect(message).to.match(/^AlarmedFunction "create", caller "all": /);
      expect(mistakes).to.deep.equal([
        'principal is "*"; give a service such as sns.amazonaws.com',
        'sourceArn is "*"; give the ARN of the one resource that invokes',
      ]);
    });
  });

  it("is the parent of what it creates, under its name, so that two do not collide", async () => {
    const { list } = await record(() => [create(), create({}, "delete")]);
    const children = list.filter(({ parent }) => parent !== undefined);
    expect(children).to.have.length(16);
    for (const { name, parent } of children) expect(name).to.match(new RegExp(`^${parent}-`));
  });

  it("says everything that is wrong with its arguments", async () => {
    const { message, mistakes } = await refusalOf(() =>
      create(
        {
          entry: "/handlers/create",
          timeoutSeconds: 901,
          memoryMegabytes: 64,
          reservedConcurrency: 0,
          maximumErrorsPerMinute: 0.5,
          links: { "TASKS-TABLE": table, REGION: table },
          environment: { AWS_REGION: "eu-west-1", REGION: "eu-west-1" },
          statements: [{ Effect: "Allow", Action: ["s3:*"], Resource: "*" }],
        },
        "create task",
      ),
    );
    expect(message).to.match(/^AlarmedFunction "create task": /);
    expect(mistakes).to.deep.equal([
      'name is "create task"; use at most 47 letters, digits, - and _',
      'entry is "/handlers/create"; give the path of a module from the project root, such as handlers/tasks/create.ts',
      "timeoutSeconds is 901; give a whole number, 1 to 900",
      "memoryMegabytes is 64; give a whole number, 128 to 10240",
      "reservedConcurrency is 0; give a whole number, 1 to 100000",
      "maximumErrorsPerMinute is 0.5; give a whole number, 0 to 1000000",
      "links.TASKS-TABLE is no name of an environment variable; use letters, digits and _",
      "environment.AWS_REGION is a name that Lambda reserves",
      "environment.REGION is also a link; give it once",
      'statements[0].Action holds "s3:*"; name the actions one by one',
      'statements[0].Resource is "*"; name the ARNs, or add a Condition where the action knows no resources',
    ]);
  });

  it("wants an entry or a callback, not both", async () => {
    const callback = async () => undefined;
    const both = await refusalOf(() => create({ entry: ENTRY, callback }));
    expect(both.mistakes).to.deep.equal(["entry or callback must be given, and not both"]);
  });

  it("wants an entry that is there", async () => {
    const { mistakes } = await refusalOf(() => create({ entry: "handlers/missing.ts" }));
    expect(mistakes).to.deep.equal(['entry is "handlers/missing.ts"; there is no such file']);
  });
});
