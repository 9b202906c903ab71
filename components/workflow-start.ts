import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { StackDefaults } from "./base.ts";
import { DeadLetterQueue } from "./dead-letter-queue.ts";
import type { RuledSource } from "./event-sources.ts";
import { createRule, retryPolicy } from "./event-sources.ts";
import { policyDocument } from "./policy.ts";
import { serviceTrust } from "./service-trust.ts";

/** Events that start executions. */
export type WorkflowStart = RuledSource & {
  /**
   * Makes the execution's input from the event: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
   * @default the event as it is
   */
  readonly inputTransformer?: {
    /** JSON paths by name. */
    readonly inputPaths: Readonly<Record<string, string>>;
    /** Text with `<name>` where values go. */
    readonly inputTemplate: string;
  };
};

type Parent = { readonly parent: pulumi.Resource };

/** The rule that starts executions, and where events wait that could not. */
export function createStart(
  name: string,
  defaults: StackDefaults,
  start: WorkflowStart,
  stateMachine: aws.sfn.StateMachine,
  parent: Parent,
): DeadLetterQueue {
  const rule = createRule(name, start, parent);
  const deadLetterQueue = new DeadLetterQueue(
    `${name}-dead-letters`,
    { defaults, writers: [{ service: "events.amazonaws.com", sourceArn: rule.arn }] },
    parent,
  );
  const { role, policy } = createStarterRole(name, rule, stateMachine, parent);
  const { inputTransformer } = start;
  new aws.cloudwatch.EventTarget(
    `${name}-target`,
    {
      rule: rule.name,
      eventBusName: rule.eventBusName,
      arn: stateMachine.arn,
      roleArn: role.arn,
      deadLetterConfig: { arn: deadLetterQueue.queue.arn },
      retryPolicy: retryPolicy(defaults.production),
      ...(inputTransformer && {
        inputTransformer: {
          inputPaths: { ...inputTransformer.inputPaths },
          inputTemplate: inputTransformer.inputTemplate,
        },
      }),
    },
    { ...parent, dependsOn: [policy, deadLetterQueue] },
  );
  return deadLetterQueue;
}

/** The role with which the rule, and no other, starts this machine, and nothing else. */
function createStarterRole(
  name: string,
  rule: aws.cloudwatch.EventRule,
  stateMachine: aws.sfn.StateMachine,
  parent: Parent,
): { role: aws.iam.Role; policy: aws.iam.RolePolicy } {
  const { accountId } = aws.getCallerIdentityOutput({}, parent);
  const role = new aws.iam.Role(
    `${name}-start-role`,
    {
      description: `Starts the state machine ${name}.`,
      assumeRolePolicy: serviceTrust("events.amazonaws.com", accountId, rule.arn),
    },
    parent,
  );
  const policy = new aws.iam.RolePolicy(
    `${name}-start-policy`,
    {
      role: role.id,
      policy: policyDocument([
        { Effect: "Allow", Action: ["states:StartExecution"], Resource: stateMachine.arn },
      ]),
    },
    parent,
  );
  return { role, policy };
}
