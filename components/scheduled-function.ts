import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { AlarmedFunction } from "./alarmed-function.ts";
import type { StackDefaults } from "./base.ts";
import { Component } from "./base.ts";
import { retryPolicy } from "./event-sources.ts";
import type { Mistake } from "./mistakes.ts";
import { refuseMistakes } from "./mistakes.ts";
import { policyDocument } from "./policy.ts";
import { serviceTrust } from "./service-trust.ts";

export interface ScheduledFunctionArgs {
  readonly defaults: StackDefaults;
  /** What runs. It gets `{ scheduledAt }`, the time that was due, whatever the time it runs at. */
  readonly function: AlarmedFunction;
  /** https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
  readonly schedule: `rate(${string})` | `cron(${string})`;
  /** Time zone of a cron expression, such as `Europe/Madrid`. @default UTC */
  readonly timeZone?: string;
}

/**
 * A function that runs by the clock.
 *
 * Creates: an EventBridge Scheduler schedule in a group of its own, and a role that may invoke the function's live alias
 * and put what could not be delivered into the function's dead-letter queue, and nothing else.
 *
 *     new ScheduledFunction("prices", { defaults, function: tracker, schedule: "rate(5 minutes)" });
 */
export class ScheduledFunction extends Component {
  readonly schedule: aws.scheduler.Schedule;

  /** @throws pulumi.InputPropertiesError naming every mistake in the arguments */
  constructor(name: string, args: ScheduledFunctionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ScheduledFunction", name, {}, opts);
    refuseMistakes(`ScheduledFunction "${name}"`, mistakesIn(args));
    const parent = { parent: this };
    const group = new aws.scheduler.ScheduleGroup(`${name}-group`, {}, parent);
    const failures = args.function.keepFailures().queue;
    const role = createRole(name, args.function, failures.arn, group, parent);
    this.schedule = new aws.scheduler.Schedule(
      `${name}-schedule`,
      {
        groupName: group.name,
        scheduleExpression: args.schedule,
        scheduleExpressionTimezone: args.timeZone ?? "UTC",
        flexibleTimeWindow: { mode: "OFF" },
        target: {
          arn: args.function.alias.arn,
          roleArn: role.arn,
          input: JSON.stringify({ scheduledAt: "<aws.scheduler.scheduled-time>" }),
          retryPolicy: retryPolicy(args.defaults.production),
          deadLetterConfig: { arn: failures.arn },
        },
      },
      // Nothing runs before there is a place for failures.
      { ...parent, dependsOn: [args.function] },
    );
    this.registerOutputs({ schedule: this.schedule });
  }
}

function createRole(
  name: string,
  fn: AlarmedFunction,
  deadLetterQueueArn: pulumi.Output<string>,
  group: aws.scheduler.ScheduleGroup,
  parent: { readonly parent: ScheduledFunction },
): aws.iam.Role {
  const { accountId } = aws.getCallerIdentityOutput({}, parent);
  const role = new aws.iam.Role(
    `${name}-role`,
    { assumeRolePolicy: serviceTrust("scheduler.amazonaws.com", accountId, group.arn) },
    parent,
  );
  new aws.iam.RolePolicy(
    `${name}-policy`,
    {
      role: role.id,
      policy: policyDocument([
        ...fn.link("invoke").statements,
        { Effect: "Allow", Action: ["sqs:SendMessage"], Resource: deadLetterQueueArn },
      ]),
    },
    parent,
  );
  return role;
}

function mistakesIn({ schedule, timeZone }: ScheduledFunctionArgs): Mistake[] {
  const mistakes: Mistake[] = [];
  if (!/^(rate\([1-9]\d* (minute|hour|day)s?\)|cron\(.+\))$/.test(schedule)) {
    mistakes.push({
      propertyPath: "schedule",
      reason: `is "${schedule}"; give rate(5 minutes), rate(1 hour), cron(0 8 * * ? *) …`,
    });
  }
  if (timeZone !== undefined && !Intl.supportedValuesOf("timeZone").includes(timeZone)) {
    mistakes.push({
      propertyPath: "timeZone",
      reason: `is "${timeZone}"; give a name of the IANA database such as Europe/Madrid`,
    });
  }
  return mistakes;
}
