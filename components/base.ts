import * as pulumi from "@pulumi/pulumi";
import type { AlertChannel } from "./alert-channel.ts";

/** What every component of a stack shares; made once, from the stack's settings. */
export interface StackDefaults {
  /** Production stacks protect their data: deletion protection, point-in-time recovery, Pulumi's `protect`. */
  readonly production: boolean;
  /** Days that logs are kept; one of the values that CloudWatch Logs takes (1, 3, 5, 7, 14, 30, 60, 90, … 365 …). */
  readonly logRetentionDays: number;
  /**
   * `all`: every function, queue, API and workflow has alarms of its own. `essential`: only those that say that work is
   * piling up or has stopped, beside `AccountAlarms`; AWS gives ten alarms for nothing.
   */
  readonly alarms: "all" | "essential";
  /** Where alarms go. Without it alarms exist but notify nobody. */
  readonly alerts?: AlertChannel;
}

/** Base of all components here: the type token, the parent and the naming rule in one place. */
export abstract class Component extends pulumi.ComponentResource {
  protected readonly name: string;

  /** @param kind the class name, which makes the type token `andamio:components:<kind>` */
  protected constructor(
    kind: string,
    name: string,
    args: pulumi.Inputs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(`andamio:components:${kind}`, name, args, opts);
    this.name = name;
  }
}
