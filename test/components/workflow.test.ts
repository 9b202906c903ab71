import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import type { WorkflowArgs } from "../../components/workflow.ts";
import { Workflow } from "../../components/workflow.ts";
import { lambdaTask } from "../../components/workflow-states.ts";
import { bucketNamed, DEFAULTS, functionNamed } from "./support/functions.ts";
import type { Recording } from "./support/recorder.ts";
import { documentIn, record } from "./support/recorder.ts";

const MACHINE = "aws:sfn/stateMachine:StateMachine";
const TARGET = "aws:cloudwatch/eventTarget:EventTarget";
const ROLE = "aws:iam/role:Role";
const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
const ALIAS = "arn:aws:lambda:eu-west-1:123456789012:function:plan-function:live";
const MACHINE_ARN = "arn:aws:states:eu-west-1:123456789012:stateMachine:import-state-machine";

type Overrides = () => Partial<WorkflowArgs<"plan">>;

function importWorkflow(overrides: Overrides = () => ({}), name = "import"): Workflow<"plan"> {
  return new Workflow(name, {
    defaults: DEFAULTS,
    tasks: { plan: functionNamed(name === "import" ? "plan" : `${name}-plan`) },
    timeoutSeconds: 900,
    definition: ({ plan }) => ({
      StartAt: "Plan",
      States: {
        Plan: lambdaTask(plan, { timeoutSeconds: 20, catchNext: "Failed" }),
        Failed: { Type: "Fail", Error: "ImportFailed" },
      },
    }),
    ...overrides(),
  });
}

function documentOf(recording: Recording<unknown>, type: string, name: string, input: string): unknown {
  return documentIn(recording.one(type, name), input);
}

describe("Workflow", () => {
  it("creates a state machine with its role, log and alarms, and nothing that starts it", async () => {
    const { list } = await record(() => importWorkflow());
    expect(
      list.filter(({ parent }) => parent === "import").map(({ type, name }) => `${type} ${name}`),
    ).to.have.members([
      `${MACHINE} import-state-machine`,
      `${ROLE} import-role`,
      `${ROLE_POLICY} import-policy`,
      "aws:cloudwatch/logGroup:LogGroup import-log",
      "aws:cloudwatch/metricAlarm:MetricAlarm import-failed",
      "aws:cloudwatch/metricAlarm:MetricAlarm import-timed-out",
      "aws:cloudwatch/metricAlarm:MetricAlarm import-throttled",
    ]);
  });

  it("runs the definition with the live aliases within its time", async () => {
    const recording = await record(() => importWorkflow());
    const definition = documentOf(recording, MACHINE, "import-state-machine", "definition");
    expect(definition).to.deep.include({ StartAt: "Plan", TimeoutSeconds: 900 });
    expect(JSON.stringify(definition)).to.contain(`"Resource":"${ALIAS}"`);
  });

  it("logs every step and traces; data stay out of the log in production", async () => {
    const dev = await record(() => importWorkflow());
    expect(dev.one(MACHINE).inputs).to.deep.include({
      type: "STANDARD",
      tracingConfiguration: { enabled: true },
    });
    expect(dev.one(MACHINE).inputs.loggingConfiguration).to.deep.include({
      level: "ALL",
      includeExecutionData: true,
    });
    const production = await record(() =>
      importWorkflow(() => ({ defaults: { ...DEFAULTS, production: true } })),
    );
    expect(production.one(MACHINE).inputs.loggingConfiguration).to.deep.include({
      level: "ALL",
      includeExecutionData: false,
    });
  });

  it("may invoke exactly its functions, and what the user grants", async () => {
    const statement = { Effect: "Allow", Action: ["sqs:SendMessage"], Resource: "arn:aws:sqs:::q" } as const;
    const recording = await record(() => importWorkflow(() => ({ statements: [statement] })));
    const policy = documentOf(recording, ROLE_POLICY, "import-policy", "policy") as { Statement: object[] };
    const [invoke, , granted] = policy.Statement;
    expect(policy.Statement).to.have.length(3);
    expect(invoke).to.deep.equal({ Effect: "Allow", Action: ["lambda:InvokeFunction"], Resource: [ALIAS] });
    expect(granted).to.deep.equal(statement);
  });

  it("has a role that only its own state machine of this account takes", async () => {
    const recording = await record(() => importWorkflow());
    expect(documentOf(recording, ROLE, "import-role", "assumeRolePolicy")).to.deep.equal({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "states.amazonaws.com" },
          Action: "sts:AssumeRole",
          Condition: {
            StringEquals: { "aws:SourceAccount": "123456789012" },
            ArnLike: { "aws:SourceArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:import-*" },
          },
        },
      ],
    });
  });

  it("raises an alarm on the first execution that fails, times out or is throttled", async () => {
    const recording = await record(() => importWorkflow());
    const alarms = recording
      .all("aws:cloudwatch/metricAlarm:MetricAlarm")
      .filter(({ parent }) => parent === "import");
    expect(alarms.map(({ inputs }) => inputs.metricName)).to.have.members([
      "ExecutionsFailed",
      "ExecutionsTimedOut",
      "ExecutionThrottled",
    ]);
    for (const { inputs } of alarms)
      expect(inputs).to.deep.include({ dimensions: { StateMachineArn: MACHINE_ARN }, threshold: 0 });
  });

  it("is started by objects in a bucket, with retries, a dead-letter queue and the input it wants", async () => {
    const recording = await record(() =>
      importWorkflow(() => ({
        startedBy: {
          bucket: bucketNamed("files"),
          prefix: "imports/",
          inputTransformer: {
            inputPaths: { key: "$.detail.object.key" },
            inputTemplate: '{"key":<key>}',
          },
        },
      })),
    );
    expect(
      documentOf(recording, "aws:cloudwatch/eventRule:EventRule", "import-rule", "eventPattern"),
    ).to.deep.include({
      "detail-type": ["Object Created"],
    });
    expect(recording.one(TARGET).inputs).to.deep.include({
      arn: MACHINE_ARN,
      roleArn: "arn:aws:iam::123456789012:role/import-start-role",
      deadLetterConfig: { arn: "arn:aws:sqs:eu-west-1:123456789012:import-dead-letters-queue" },
      retryPolicy: { maximumEventAgeInSeconds: 3_600, maximumRetryAttempts: 10 },
      inputTransformer: { inputPaths: { key: "$.detail.object.key" }, inputTemplate: '{"key":<key>}' },
    });
    expect(documentOf(recording, ROLE_POLICY, "import-start-policy", "policy")).to.deep.equal({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: ["states:StartExecution"], Resource: MACHINE_ARN }],
    });
  });

  it("hands the event on as it is unless told otherwise", async () => {
    const recording = await record(() => importWorkflow(() => ({ startedBy: { schedule: "rate(1 day)" } })));
    expect(recording.one(TARGET).inputs).not.to.have.property("inputTransformer");
  });

  it("lets a transform change what the workflow can do without, and nothing it needs", async () => {
    const stateMachine = { tracingConfiguration: { enabled: false }, type: "EXPRESS", definition: "{}" };
    const recording = await record(() => importWorkflow(() => ({ transform: { stateMachine } })));
    const { inputs } = recording.one(MACHINE);
    expect(inputs).to.deep.include({ tracingConfiguration: { enabled: false }, type: "STANDARD" });
    expect(inputs.definition).to.contain('"StartAt":"Plan"');
  });

  it("can stand beside another one", async () => {
    const start = () => ({ startedBy: { schedule: "rate(1 day)" } as const });
    const recording = await record(() => [importWorkflow(start), importWorkflow(start, "export")]);
    const names = recording.list.map(({ type, name }) => `${type} ${name}`);
    expect(new Set(names).size).to.equal(names.length);
  });

  it("refuses wrong arguments, all of them at once", async () => {
    const program = () =>
      importWorkflow(() => ({
        timeoutSeconds: 0,
        definition: () => ({ StartAt: "A", States: { A: { Type: "Task", Resource: "x", End: true } } }),
      }));
    const error = await record(program).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!pulumi.InputPropertiesError.isInstance(error)) throw error;
    expect(error.errors.map(({ propertyPath, reason }) => `${propertyPath} ${reason}`)).to.have.members([
      'definition is incomplete: state "A" has no TimeoutSeconds',
      'definition is incomplete: state "A" has no Retry',
      'definition is incomplete: state "A" has no Catch',
      "tasks.plan is not used by the definition; leave it out, or the role may invoke it for nothing",
      "timeoutSeconds is 0; give whole seconds above zero",
    ]);
  });
});
