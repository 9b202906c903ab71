import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { AlarmedFunction } from "./alarmed-function.ts";
import { Component } from "./base.ts";
import type { PolicyStatement } from "./link.ts";
import { policyDocument } from "./policy.ts";
import { serviceTrust } from "./service-trust.ts";

export interface OneTimeSchedulesArgs {
  /** What runs. It gets the input that the schedule was made with. */
  readonly function: AlarmedFunction;
}

/** What a function must know and may do to plan runs. */
export interface Planning {
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
  readonly statements: readonly PolicyStatement[];
}

/**
 * Runs of a function at times that are only known while the program runs, each once; handlers/shared/schedules.ts plans
 * them.
 *
 * Creates: an empty EventBridge Scheduler group, and a role with which its schedules may invoke the function's live
 * alias and put what could not be delivered into its dead-letter queue, and nothing else.
 *
 *     const reminders = new OneTimeSchedules("reminders", { function: remind });
 *     new AlarmedFunction("plan", { ...reminders.planning(), … });
 */
export class OneTimeSchedules extends Component {
  readonly group: aws.scheduler.ScheduleGroup;
  readonly role: aws.iam.Role;
  readonly #target: AlarmedFunction;
  readonly #deadLetterArn: pulumi.Output<string>;

  constructor(name: string, args: OneTimeSchedulesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("OneTimeSchedules", name, {}, opts);
    const parent = { parent: this };
    this.#target = args.function;
    this.#deadLetterArn = args.function.keepFailures().queue.arn;
    this.group = new aws.scheduler.ScheduleGroup(`${name}-group`, {}, parent);
    const { accountId } = aws.getCallerIdentityOutput({}, parent);
    this.role = new aws.iam.Role(
      `${name}-role`,
      { assumeRolePolicy: serviceTrust("scheduler.amazonaws.com", accountId, this.group.arn) },
      parent,
    );
    new aws.iam.RolePolicy(
      `${name}-policy`,
      {
        role: this.role.id,
        policy: policyDocument([
          ...args.function.link("invoke").statements,
          { Effect: "Allow", Action: ["sqs:SendMessage"], Resource: this.#deadLetterArn },
        ]),
      },
      parent,
    );
    this.registerOutputs({ group: this.group, role: this.role });
  }

  /** What plans runs needs: the environment of handlers/shared/schedules.ts, and the permissions for this group. */
  planning(): Planning {
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridgescheduler.html
    const schedules = this.group.arn.apply((arn) => `${arn.replace(":schedule-group/", ":schedule/")}/*`);
    return {
      environment: {
        SCHEDULE_GROUP: this.group.name,
        SCHEDULE_TARGET_ARN: this.#target.alias.arn,
        SCHEDULE_ROLE_ARN: this.role.arn,
        SCHEDULE_DEAD_LETTER_ARN: this.#deadLetterArn,
      },
      statements: [
        {
          Effect: "Allow",
          Action: ["scheduler:CreateSchedule", "scheduler:UpdateSchedule", "scheduler:DeleteSchedule"],
          Resource: schedules,
        },
        {
          Effect: "Allow",
          Action: ["iam:PassRole"],
          Resource: this.role.arn,
          Condition: { StringEquals: { "iam:PassedToService": "scheduler.amazonaws.com" } },
        },
      ],
    };
  }
}
