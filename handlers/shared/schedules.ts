/** Runs of a function at a time that is given, each once (components/one-time-schedules.ts). */
import {
  ConflictException,
  CreateScheduleCommand,
  DeleteScheduleCommand,
  ResourceNotFoundException,
  SchedulerClient,
  UpdateScheduleCommand,
} from "@aws-sdk/client-scheduler";
import { clientSettings } from "./aws-client.ts";

export interface Schedules {
  /** Plans a run, in place of the one that has this name; scheduler:CreateSchedule, UpdateSchedule, iam:PassRole. */
  put(name: string, at: Date, input: unknown): Promise<void>;
  /** Takes a run back; it may be over or never have been planned. scheduler:DeleteSchedule */
  remove(name: string): Promise<void>;
}

export interface ScheduleTarget {
  readonly SCHEDULE_GROUP: string;
  readonly SCHEDULE_TARGET_ARN: string;
  readonly SCHEDULE_ROLE_ARN: string;
  readonly SCHEDULE_DEAD_LETTER_ARN: string;
}

/** How long Scheduler tries to start a run. */
const RETRY = { MaximumEventAgeInSeconds: 3_600, MaximumRetryAttempts: 10 };

/** @param target the environment that `OneTimeSchedules.planning()` gives */
export function openSchedules(target: ScheduleTarget): Schedules {
  const client = new SchedulerClient(clientSettings(2000));
  const GroupName = target.SCHEDULE_GROUP;
  return {
    async put(Name, at, input) {
      const schedule = {
        Name,
        GroupName,
        // In UTC, in whole seconds: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#one-time
        ScheduleExpression: `at(${at.toISOString().slice(0, 19)})`,
        FlexibleTimeWindow: { Mode: "OFF" as const },
        ActionAfterCompletion: "DELETE" as const,
        Target: {
          Arn: target.SCHEDULE_TARGET_ARN,
          RoleArn: target.SCHEDULE_ROLE_ARN,
          Input: JSON.stringify(input),
          DeadLetterConfig: { Arn: target.SCHEDULE_DEAD_LETTER_ARN },
          RetryPolicy: RETRY,
        },
      };
      try {
        await client.send(new CreateScheduleCommand(schedule));
      } catch (error) {
        if (!(error instanceof ConflictException)) throw error;
        await client.send(new UpdateScheduleCommand(schedule));
      }
    },
    async remove(Name) {
      try {
        await client.send(new DeleteScheduleCommand({ Name, GroupName }));
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException)) throw error;
      }
    },
  };
}
