import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "./base.ts";
import { DeadLetterQueue } from "./dead-letter-queue.ts";
import { createFunctionAlarms, createLostEventsAlarm } from "./function-alarms.ts";
import type { AlarmedFunctionArgs, Caller } from "./function-arguments.ts";
import { mistakesInCaller, mistakesInFunction } from "./function-arguments.ts";
import { archiveOf, HANDLER } from "./function-code.ts";
import { variablesOf } from "./function-environment.ts";
import type { Link, PolicyStatement } from "./link.ts";
import { refuseMistakes } from "./mistakes.ts";
import { policyDocument, trustPolicy } from "./policy.ts";
import { transformed } from "./transform.ts";

export type { AlarmedFunctionArgs, Caller } from "./function-arguments.ts";

const DEFAULTS = Object.freeze({
  // Below the 29 s that API Gateway waits, above what a cold start with a slow dependency takes.
  timeoutSeconds: 10,
  developmentMegabytes: 256,
  productionMegabytes: 512,
});

/** An event that waited an hour is worth a look by a person; Lambda's own default is six, and then to drop it. */
const ASYNC = Object.freeze({ maximumEventAgeInSeconds: 3_600, maximumRetryAttempts: 2 });

/** ARNs of buckets hold no account: the bucket's next owner could invoke. AWS asks for it for secrets, too. */
const CHECKED_BY_ACCOUNT: ReadonlySet<string> = new Set(["s3.amazonaws.com", "secretsmanager.amazonaws.com"]);

type Parent = { readonly parent: AlarmedFunction };

/** Where failed events go, and what must be in place before one can. */
interface Failures {
  readonly queue: DeadLetterQueue;
  readonly ready: pulumi.Resource;
}

/**
 * A Lambda function that may do exactly what its links say, and that reports when something is wrong.
 *
 * Creates: the function with a bundle of its code, its role and policy, its log group, an alias `live` of its newest
 * version, alarms on errors, throttles and durations near the time-out; for callers that do not wait for the answer,
 * a dead-letter queue for what failed for good.
 *
 *     new AlarmedFunction("create-task", {
 *       defaults,
 *       description: "Creates a task.",
 *       entry: "handlers/tasks/create.ts",
 *       links: { TASKS_TABLE: tasks.link(["get", "put"]) },
 *     });
 */
export class AlarmedFunction extends Component {
  readonly function: aws.lambda.Function;
  /** The newest version; what everybody invokes. */
  readonly alias: aws.lambda.Alias;
  readonly role: aws.iam.Role;
  readonly logGroup: aws.cloudwatch.LogGroup;
  readonly timeoutSeconds: number;
  readonly #args: AlarmedFunctionArgs;
  #failures: Failures | undefined;

  /** @throws pulumi.InputPropertiesError naming every mistake in the arguments */
  constructor(name: string, args: AlarmedFunctionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("AlarmedFunction", name, {}, opts);
    refuseMistakes(`AlarmedFunction "${name}"`, mistakesInFunction(name, args));
    this.#args = args;
    this.timeoutSeconds = args.timeoutSeconds ?? DEFAULTS.timeoutSeconds;
    const parent = { parent: this };

    this.logGroup = createLogGroup(name, args, parent);
    this.role = createRole(name, args, parent);
    const policy = createPolicy(name, args, this.role, this.logGroup, parent);
    this.function = createFunction(name, args, policy, parent);
    this.alias = createAlias(name, this.function, parent);
    createFunctionAlarms(name, this.function, this.timeoutSeconds, args, parent);
    this.registerOutputs({
      function: this.function,
      alias: this.alias,
      role: this.role,
      logGroup: this.logGroup,
    });
  }

  /**
   * For callers that do not wait for the answer: events that fail for good go to a dead-letter queue, made at the first
   * call; its alarm and one on lost events come with it. `allowInvocation` calls it; a caller that invokes with a role
   * of its own needs it, too.
   */
  keepFailures(): DeadLetterQueue {
    this.#failures ??= this.#createFailures();
    return this.#failures.queue;
  }

  /**
   * Lets a resource of an AWS service invoke the live alias. For a caller that does not wait for the answer, events
   * that fail for good are kept.
   * @param suffix names the permission; unique among the callers of this function
   * @throws pulumi.InputPropertiesError naming every mistake in the caller
   */
  allowInvocation(suffix: string, caller: Caller): aws.lambda.Permission {
    refuseMistakes(`AlarmedFunction "${this.name}", caller "${suffix}"`, mistakesInCaller(caller));
    const parent = { parent: this };
    const { accountId } = aws.getCallerIdentityOutput({}, parent);
    if (caller.async) this.keepFailures();
    return new aws.lambda.Permission(
      `${this.name}-${suffix}-permission`,
      {
        action: "lambda:InvokeFunction",
        function: this.function.name,
        qualifier: this.alias.name,
        principal: caller.principal,
        sourceArn: caller.sourceArn,
        ...(CHECKED_BY_ACCOUNT.has(caller.principal) && { sourceAccount: accountId }),
      },
      { ...parent, ...(caller.async && this.#failures && { dependsOn: [this.#failures.ready] }) },
    );
  }

  /** What a state machine, a schedule or a function needs to invoke it: the ARN of the live alias, and the permission. */
  link(_access: "invoke"): Link {
    const { arn } = this.alias;
    return {
      value: arn,
      statements: [{ Effect: "Allow", Action: ["lambda:InvokeFunction"], Resource: arn }],
    };
  }

  #createFailures(): Failures {
    const parent = { parent: this };
    const { defaults } = this.#args;
    const queue = new DeadLetterQueue(`${this.name}-dead-letters`, { defaults }, parent);
    const { arn } = queue.queue;
    const policy = new aws.iam.RolePolicy(
      `${this.name}-dead-letters-grant`,
      {
        role: this.role.id,
        policy: policyDocument([{ Effect: "Allow", Action: ["sqs:SendMessage"], Resource: arn }]),
      },
      parent,
    );
    const ready = new aws.lambda.FunctionEventInvokeConfig(
      `${this.name}-async`,
      {
        functionName: this.function.name,
        qualifier: this.alias.name,
        ...ASYNC,
        destinationConfig: { onFailure: { destination: arn } },
      },
      // Lambda checks at creation that the function may send to the destination.
      { ...parent, dependsOn: [policy] },
    );
    createLostEventsAlarm(this.name, this.function, defaults, parent);
    return { queue, ready };
  }
}

function createLogGroup(name: string, args: AlarmedFunctionArgs, parent: Parent): aws.cloudwatch.LogGroup {
  return new aws.cloudwatch.LogGroup(
    `${name}-logs`,
    transformed<aws.cloudwatch.LogGroupArgs>(
      { namePrefix: `/aws/lambda/${name}-`, retentionInDays: args.defaults.logRetentionDays },
      args.transform?.logGroup,
    ),
    parent,
  );
}

function createRole(name: string, args: AlarmedFunctionArgs, parent: Parent): aws.iam.Role {
  return new aws.iam.Role(
    `${name}-role`,
    transformed<aws.iam.RoleArgs>(
      { description: `Runs the function ${name}.`, assumeRolePolicy: trustPolicy("lambda.amazonaws.com") },
      args.transform?.role,
      { assumeRolePolicy: trustPolicy("lambda.amazonaws.com") },
    ),
    parent,
  );
}

/** Its own logs, its traces, and what its links and statements say. */
function createPolicy(
  name: string,
  args: AlarmedFunctionArgs,
  role: aws.iam.Role,
  logGroup: aws.cloudwatch.LogGroup,
  parent: Parent,
): aws.iam.RolePolicy {
  const statements: PolicyStatement[] = [
    {
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: pulumi.interpolate`${logGroup.arn}:*`,
    },
    // X-Ray knows no resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
    { Effect: "Allow", Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], Resource: "*" },
    ...Object.values(args.links ?? {}).flatMap((link) => link.statements),
    ...(args.statements ?? []),
  ];
  return new aws.iam.RolePolicy(
    `${name}-policy`,
    { role: role.id, policy: policyDocument(statements) },
    parent,
  );
}

function createFunction(
  name: string,
  args: AlarmedFunctionArgs,
  policy: aws.iam.RolePolicy,
  parent: Parent,
): aws.lambda.Function {
  const { role, logGroup, timeoutSeconds } = parent.parent;
  const { production } = args.defaults;
  const required = {
    role: role.arn,
    code: pulumi.output(archiveOf(name, args)),
    handler: HANDLER,
    publish: true,
    timeout: timeoutSeconds,
  };
  const functionArgs: aws.lambda.FunctionArgs = {
    ...required,
    description: args.description,
    runtime: aws.lambda.Runtime.NodeJS24dX,
    architectures: ["arm64"],
    memorySize:
      args.memoryMegabytes ?? (production ? DEFAULTS.productionMegabytes : DEFAULTS.developmentMegabytes),
    environment: { variables: pulumi.output(variablesOf(name, args)) },
    loggingConfig: { logFormat: "JSON", logGroup: logGroup.name },
    tracingConfig: { mode: "Active" },
    ...(args.reservedConcurrency !== undefined && { reservedConcurrentExecutions: args.reservedConcurrency }),
  };
  return new aws.lambda.Function(
    `${name}-function`,
    transformed(functionArgs, args.transform?.function, required),
    { ...parent, dependsOn: [policy] },
  );
}

function createAlias(name: string, fn: aws.lambda.Function, parent: Parent): aws.lambda.Alias {
  return new aws.lambda.Alias(
    `${name}-live`,
    { name: "live", description: "The newest version.", functionName: fn.name, functionVersion: fn.version },
    parent,
  );
}
