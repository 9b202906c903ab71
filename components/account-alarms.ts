import type * as pulumi from "@pulumi/pulumi";
import { createAlarm } from "./alarms.ts";
import type { StackDefaults } from "./base.ts";
import { Component } from "./base.ts";
import { ERRORS_PER_MINUTE } from "./function-alarms.ts";

/** Metrics without dimensions cover all functions of the account in the region. */
const ALL_FUNCTIONS = { namespace: "AWS/Lambda", dimensions: {}, statistic: "Sum", essential: true } as const;

/**
 * What stands for the alarms of each function in a stack that has essential alarms only.
 *
 * Creates: two alarms on all functions of the account in this region together, whoever made them: more than five
 * failures in a minute, and any throttle. Which function it was, the dashboard shows.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
 */
export class AccountAlarms extends Component {
  constructor(name: string, defaults: StackDefaults, opts?: pulumi.ComponentResourceOptions) {
    super("AccountAlarms", name, {}, opts);
    const parent = { parent: this };
    createAlarm(
      `${name}-errors`,
      defaults,
      {
        ...ALL_FUNCTIONS,
        description: `Functions failed more than ${ERRORS_PER_MINUTE} times in a minute; the dashboard shows which.`,
        metricName: "Errors",
        threshold: ERRORS_PER_MINUTE,
      },
      parent,
    );
    createAlarm(
      `${name}-throttles`,
      defaults,
      {
        ...ALL_FUNCTIONS,
        description: "Lambda turned invocations away: too many ran at once.",
        metricName: "Throttles",
        threshold: 0,
      },
      parent,
    );
    this.registerOutputs({});
  }
}
