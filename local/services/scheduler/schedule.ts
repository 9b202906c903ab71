/** Schedules as the API shows them, and the names they go by. */
import { arn } from "../../core/names.ts";
import type { World } from "../../core/service.ts";

export const DEFAULT_GROUP = "default";

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Target.html */
export interface Target {
  readonly Arn: string;
  readonly RoleArn: string;
  readonly Input?: string;
  readonly DeadLetterConfig?: { readonly Arn?: string };
  readonly RetryPolicy: {
    readonly MaximumEventAgeInSeconds: number;
    readonly MaximumRetryAttempts: number;
  };
  readonly SqsParameters?: { readonly MessageGroupId?: string };
  readonly EventBridgeParameters?: { readonly DetailType: string; readonly Source: string };
}

/** What a caller says of a schedule, with the defaults filled in. Dates are seconds since the epoch. */
export interface Definition {
  readonly ScheduleExpression: string;
  readonly ScheduleExpressionTimezone: string;
  readonly StartDate?: number;
  readonly EndDate?: number;
  readonly Description?: string;
  readonly KmsKeyArn?: string;
  readonly State: "ENABLED" | "DISABLED";
  readonly FlexibleTimeWindow: {
    readonly Mode: "OFF" | "FLEXIBLE";
    readonly MaximumWindowInMinutes?: number;
  };
  readonly ActionAfterCompletion: "NONE" | "DELETE";
  readonly Target: Target;
}

/** A schedule that exists. Times are milliseconds since the epoch. */
export interface Schedule {
  readonly name: string;
  readonly group: string;
  readonly arn: string;
  readonly definition: Definition;
  readonly createdAt: number;
  /** When it got its definition. */
  readonly modifiedAt: number;
  /** The latest time it was due; undefined before the first one. */
  readonly lastDue?: number;
}

export interface Group {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
}

export function scheduleArn(world: World, group: string, name: string): string {
  return arn(world, "scheduler", `schedule/${group}/${name}`);
}

export function groupArn(world: World, name: string): string {
  return arn(world, "scheduler", `schedule-group/${name}`);
}
