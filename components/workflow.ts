import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { AlarmedFunction } from "./alarmed-function.ts";
import { createAlarm } from "./alarms.ts";
import type { StackDefaults } from "./base.ts";
import { Component } from "./base.ts";
import type { DeadLetterQueue } from "./dead-letter-queue.ts";
import type { PolicyStatement } from "./link.ts";
import type { Mistake } from "./mistakes.ts";
import { refuseMistakes } from "./mistakes.ts";
import { mistakesInStatements, policyDocument } from "./policy.ts";
import { serviceTrust } from "./service-trust.ts";
import type { Transform } from "./transform.ts";
import { transformed } from "./transform.ts";
import type { WorkflowStart } from "./workflow-start.ts";
import { createStart } from "./workflow-start.ts";
import type { StateMachineDefinition } from "./workflow-states.ts";
import { mistakesInDefinition } from "./workflow-states.ts";

export interface WorkflowArgs<Task extends string> {
  readonly defaults: StackDefaults;
  /** Functions that the workflow may invoke, by name. They must be idempotent. */
  readonly tasks: Readonly<Record<Task, AlarmedFunction>>;
  /** Makes the definition from the functions' alias ARNs; see `lambdaTask`. */
  readonly definition: (arns: Readonly<Record<Task, string>>) => StateMachineDefinition;
  /** After which the whole execution fails, in seconds. */
  readonly timeoutSeconds: number;
  /** What the workflow does by itself, besides invoking its functions. @default nothing */
  readonly statements?: readonly PolicyStatement[];
  /** @default nothing starts it but calls of StartExecution */
  readonly startedBy?: WorkflowStart;
  readonly transform?: { readonly stateMachine?: Transform<aws.sfn.StateMachineArgs> };
}

/**
 * A Step Functions state machine (STANDARD: each execution runs once and can be looked at).
 *
 * Creates: the state machine with tracing and a log of every step (without data in production), its role, which may
 * invoke exactly its functions, its log group, alarms on executions that fail, time out or are throttled, and with
 * `startedBy` the rule that starts it, with retries and a dead-letter queue.
 */
export class Workflow<Task extends string = string> extends Component {
  readonly stateMachine: aws.sfn.StateMachine;
  readonly role: aws.iam.Role;
  readonly logGroup: aws.cloudwatch.LogGroup;
  /** Events that could not start an execution; undefined without `startedBy`. */
  readonly deadLetterQueue: DeadLetterQueue | undefined;

  /** @throws pulumi.InputPropertiesError naming every mistake in the arguments */
  constructor(name: string, args: WorkflowArgs<Task>, opts?: pulumi.ComponentResourceOptions) {
    super("Workflow", name, {}, opts);
    refuseMistakes(`Workflow "${name}"`, mistakesIn(args));
    const parent = { parent: this };

    this.logGroup = new aws.cloudwatch.LogGroup(
      `${name}-log`,
      {
        // CloudWatch Logs lets a bounded number of services write to groups without this prefix.
        namePrefix: `/aws/vendedlogs/states/${name}-`,
        retentionInDays: args.defaults.logRetentionDays,
      },
      parent,
    );
    this.role = createRole(name, parent);
    const policy = createPolicy(name, this.role, args, parent);
    this.stateMachine = createStateMachine(name, args, this.role, this.logGroup, policy, parent);
    createAlarms(name, args.defaults, this.stateMachine, parent);
    this.deadLetterQueue =
      args.startedBy && createStart(name, args.defaults, args.startedBy, this.stateMachine, parent);
    this.registerOutputs({ stateMachine: this.stateMachine, deadLetterQueue: this.deadLetterQueue });
  }
}

type Parent = { readonly parent: pulumi.Resource };

/** Only state machines of this account and name may take the role. */
function createRole(name: string, parent: Parent): aws.iam.Role {
  const { accountId } = aws.getCallerIdentityOutput({}, parent);
  const { region } = aws.getRegionOutput({}, parent);
  return new aws.iam.Role(
    `${name}-role`,
    {
      description: `Runs the state machine ${name}.`,
      assumeRolePolicy: serviceTrust(
        "states.amazonaws.com",
        accountId,
        pulumi.interpolate`arn:aws:states:${region}:${accountId}:stateMachine:${name}-*`,
      ),
    },
    parent,
  );
}

/**
 * AWS has these actions without resources, so that they can only be granted on "*":
 * https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html and
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html
 */
const ACTIONS_WITHOUT_RESOURCES = [
  "logs:CreateLogDelivery",
  "logs:GetLogDelivery",
  "logs:UpdateLogDelivery",
  "logs:DeleteLogDelivery",
  "logs:ListLogDeliveries",
  "logs:PutResourcePolicy",
  "logs:DescribeResourcePolicies",
  "logs:DescribeLogGroups",
  "xray:PutTraceSegments",
  "xray:PutTelemetryRecords",
  "xray:GetSamplingRules",
  "xray:GetSamplingTargets",
];

function createPolicy<Task extends string>(
  name: string,
  role: aws.iam.Role,
  args: WorkflowArgs<Task>,
  parent: Parent,
): aws.iam.RolePolicy {
  const functions = Object.values<AlarmedFunction>(args.tasks).map(({ alias }) => alias.arn);
  return new aws.iam.RolePolicy(
    `${name}-policy`,
    {
      role: role.id,
      policy: policyDocument([
        { Effect: "Allow", Action: ["lambda:InvokeFunction"], Resource: functions },
        { Effect: "Allow", Action: ACTIONS_WITHOUT_RESOURCES, Resource: "*" },
        ...(args.statements ?? []),
      ]),
    },
    parent,
  );
}

function createStateMachine<Task extends string>(
  name: string,
  args: WorkflowArgs<Task>,
  role: aws.iam.Role,
  logGroup: aws.cloudwatch.LogGroup,
  policy: aws.iam.RolePolicy,
  parent: Parent,
): aws.sfn.StateMachine {
  const arns = Object.entries<AlarmedFunction>(args.tasks).map(([task, { alias }]) =>
    pulumi.output(alias.arn).apply((arn) => [task, arn] as const),
  );
  const definition = pulumi.all(arns).apply((entries) =>
    JSON.stringify({
      ...args.definition(Object.fromEntries(entries) as Record<Task, string>),
      TimeoutSeconds: args.timeoutSeconds,
    }),
  );
  const required = { definition, roleArn: role.arn, type: "STANDARD" };
  const machineArgs: aws.sfn.StateMachineArgs = {
    ...required,
    loggingConfiguration: {
      level: "ALL",
      // Inputs and outputs may be personal data.
      includeExecutionData: !args.defaults.production,
      logDestination: pulumi.interpolate`${logGroup.arn}:*`,
    },
    tracingConfiguration: { enabled: true },
  };
  return new aws.sfn.StateMachine(
    `${name}-state-machine`,
    transformed(machineArgs, args.transform?.stateMachine, required),
    // Step Functions checks at creation that the role may deliver logs.
    { ...parent, dependsOn: [policy] },
  );
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html */
function createAlarms(
  name: string,
  defaults: StackDefaults,
  stateMachine: aws.sfn.StateMachine,
  parent: Parent,
): void {
  const alarms = {
    failed: { metricName: "ExecutionsFailed", description: `An execution of ${name} failed.` },
    "timed-out": { metricName: "ExecutionsTimedOut", description: `An execution of ${name} timed out.` },
    throttled: { metricName: "ExecutionThrottled", description: `Step Functions throttled ${name}.` },
  };
  for (const [suffix, alarm] of Object.entries(alarms)) {
    createAlarm(
      `${name}-${suffix}`,
      defaults,
      {
        ...alarm,
        namespace: "AWS/States",
        dimensions: { StateMachineArn: stateMachine.arn },
        statistic: "Sum",
        threshold: 0,
      },
      parent,
    );
  }
}

function mistakesIn<Task extends string>(args: WorkflowArgs<Task>): Mistake[] {
  const tasks = Object.keys(args.tasks);
  const placeholders = Object.fromEntries(
    tasks.map((task) => [task, `arn:aws:lambda:eu-west-1:000000000000:function:${task}:live`]),
  ) as Record<Task, string>;
  const used = JSON.stringify(args.definition(placeholders));
  return [
    ...mistakesInStatements("statements", args.statements ?? []),
    ...mistakesInDefinition(args.definition(placeholders)).map((reason) => ({
      propertyPath: "definition",
      reason: `is incomplete: ${reason}`,
    })),
    ...tasks
      .filter((task) => !used.includes(JSON.stringify(placeholders[task as Task])))
      .map((task) => ({
        propertyPath: `tasks.${task}`,
        reason: "is not used by the definition; leave it out, or the role may invoke it for nothing",
      })),
    ...(args.timeoutSeconds > 0 && Number.isInteger(args.timeoutSeconds)
      ? []
      : [
          {
            propertyPath: "timeoutSeconds",
            reason: `is ${args.timeoutSeconds}; give whole seconds above zero`,
          },
        ]),
  ];
}
