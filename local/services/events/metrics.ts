/** Metrics of rules. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html */
import type { Cloud } from "../../core/service.ts";
import type { Rule } from "./rule-book.ts";

/** Counts something once for a rule. */
export function recordMetrics({ services }: Cloud, rule: Rule, ...metrics: readonly string[]): void {
  const dimensions = { EventBusName: rule.bus, RuleName: rule.name };
  for (const metric of metrics) services.cloudwatch.record("AWS/Events", metric, dimensions, 1, "Count");
}
